/**
 * The sandbox in bad weather, on virtual time: whatever fails in it was struck by a fault of the script. Every integration of the
 * workspace is tried; it is found by its package's manifest and has to do nothing for it, but to keep to the contract of its
 * harness: the sample of a read succeeds on a fresh fake, for each tenant, as often as it is made.
 */
import { tmpdir } from 'node:os';
import { createRegistry, type Registry } from '@im/core';
import { createRandom, createVirtualClock, type FakeServer, memory, memoryHarness } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { type Candidate, findCandidates } from './find.ts';
import { type FlowFailure, type Sandbox, startSandbox } from './sandbox.ts';
import { sampledOperations } from './traffic.ts';

const tenants = ['acme', 'zest'];
/** Calls for each tenant; as many as it takes until every fault of the script has struck, in CI. */
const fewestCalls = process.env.CI === 'true' ? 150 : 20;
const mostVirtualMs = 3_600_000;
/** What takes long here is the machine, and no vendor. */
const noTimeouts = { timeoutMs: mostVirtualMs, attemptTimeoutMs: mostVirtualMs };

const { candidates, problems } = await findCandidates(import.meta.dirname);
const ownState = { definition: memory, options: memoryHarness.options, samples: memoryHarness.samples };

it('every package of the workspace that declares an integration can be loaded', () => {
  expect(problems).toEqual([]);
});

describe('no call of the flow fails but by the weather', () => {
  it.each([...candidates, ownState].map((candidate) => [candidate.definition.id, candidate] as const))(
    '%s',
    { timeout: 60_000 },
    async (_id, candidate) => {
      // Samples may name days around now: a fake shows as much of the past as its vendor does.
      const clock = createVirtualClock(Date.now());
      const random = createRandom();
      const watched = watch(candidate);
      const failures: FlowFailure[] = [];
      await using registry = createRegistry({ clock, random });
      for (const tenant of tenants) registry.configureTenant(tenant, { resilience: noTimeouts });
      await using sandbox = await startSandbox({
        registry,
        from: tmpdir(),
        also: [watched.candidate],
        tenants,
        clock,
        random,
        weather: [],
        onFailure: (failure) => {
          if (!wasStruck(failure, watched.fakes)) failures.push(failure);
        },
      });
      const { failed } = await registry.enableAll();
      sandbox.flow();
      const missing = () => [
        ...unmadeReads(candidate, sandbox, registry),
        ...missingCalls(sandbox, registry),
      ];
      const end = clock.now() + mostVirtualMs;
      while (clock.now() < end && missing().length > 0) await clock.advance(1_000);

      expect([
        ...sandbox.problems,
        ...failed.map(({ status, error }) => `it does not start for ${status.tenant}: ${error.message}`),
        ...missing(),
        ...new Set(failures.map(wordsOf)),
      ]).toEqual([]);
      for (const { exchanges } of watched.fakes)
        expect(exchanges.some(({ fault }) => fault !== undefined)).toBe(true);
    },
  );
});

/** The candidate, with its fakes told. */
function watch(candidate: Candidate): {
  readonly candidate: Candidate;
  readonly fakes: readonly FakeServer[];
} {
  const fakes: FakeServer[] = [];
  const { startFake } = candidate;
  if (startFake === undefined) return { candidate, fakes };
  const start: typeof startFake = async (options) => {
    const fake = await startFake(options);
    fakes.push(fake);
    return fake;
  };
  return { candidate: { ...candidate, startFake: start }, fakes };
}

/** Whether a fault was injected while the call was made. */
function wasStruck({ startedAt }: FlowFailure, fakes: readonly FakeServer[]): boolean {
  return fakes.some(({ exchanges }) =>
    exchanges.some(({ fault, at }) => fault !== undefined && at >= startedAt),
  );
}

function wordsOf({ tenant, operation, error }: FlowFailure): string {
  const says = error instanceof Error ? error.message : String(error);
  return `${operation} of ${tenant} failed, and no fault had struck it: ${says}
    The flow makes the samples of reads alone. What ${operation} names must be there in a fresh fake, for every tenant.`;
}

/** Reads that no tenant has made. */
function unmadeReads(
  { definition, samples }: Candidate,
  { rows }: Sandbox,
  registry: Registry,
): readonly string[] {
  const made = rows.map((row) => registry.status(row).stats.operations);
  return sampledOperations(definition, samples)
    .filter(({ effect, name }) => effect === 'read' && made.every((operations) => !(name in operations)))
    .map(({ name }) => `${name} was never called`);
}

function missingCalls({ rows }: Sandbox, registry: Registry): readonly string[] {
  return rows
    .map((row) => ({ ...row, calls: registry.status(row).stats.calls }))
    .filter(({ calls }) => calls < fewestCalls)
    .map(({ tenant, calls }) => `${tenant} made ${calls} calls, not ${fewestCalls}`);
}
