/**
 * The sandbox with every integration of the workspace, in bad weather, on virtual time: whatever fails in it was struck by a
 * fault of the script. An integration is found by its package's manifest and has to do nothing for it, but to keep to the
 * contract of its harness: the sample of a read succeeds on a fresh fake, for each tenant, as often as it is made.
 */
import { tmpdir } from 'node:os';
import { createRegistry, type Registry } from '@im/core';
import { createRandom, createVirtualClock, type FakeServer, memory, memoryHarness } from '@im/testing';
import { expect, it } from 'vitest';
import { type Candidate, findCandidates } from './find.ts';
import { type FlowFailure, type SandboxRow, startSandbox } from './sandbox.ts';
import { sampledOperations } from './traffic.ts';

const tenants = ['acme', 'zest'];
/** Calls for each tenant of an integration. Two tenants have one fake, which each fault of the script has struck by then. */
const fewestCalls = process.env.CI === 'true' ? 60 : 40;
const mostVirtualMs = 3_600_000;

it('no call of the flow fails but by the weather, whatever the integration', async () => {
  // Samples may name days around now: a fake shows as much of the past as its vendor does.
  const clock = createVirtualClock(Date.now());
  const random = createRandom();
  const fakes = new Map<string, FakeServer>();
  const found = await findCandidates(import.meta.dirname);
  const candidates = found.candidates.map((candidate) => watched(candidate, fakes));
  candidates.push({ definition: memory, options: memoryHarness.options, samples: memoryHarness.samples });
  await using registry = createRegistry({ clock, random });
  for (const tenant of tenants) registry.configureTenant(tenant, { resilience: noTimeouts });
  const failures: FlowFailure[] = [];
  await using sandbox = await startSandbox({
    registry,
    from: tmpdir(),
    also: candidates,
    tenants,
    clock,
    random,
    onFailure: (failure) => {
      if (!wasStruck(failure, fakes)) failures.push(failure);
    },
  });
  const { failed } = await registry.enableAll();
  sandbox.flow();
  const end = clock.now() + mostVirtualMs;
  const missing = () => [
    ...candidates.flatMap((candidate) => unmadeReads(candidate, sandbox.rows, registry)),
    ...sandbox.rows.flatMap((row) => missingCalls(row, registry)),
  ];
  while (clock.now() < end && missing().length > 0) await clock.advance(1_000);

  expect([
    ...found.problems,
    ...sandbox.problems,
    ...failed.map(
      ({ status, error }) => `${status.name} of ${status.tenant} does not start: ${error.message}`,
    ),
    ...missing(),
    ...new Set(failures.map(wordsOf)),
  ]).toEqual([]);
  const faults = [...fakes].filter(
    ([, { exchanges }]) => !exchanges.some(({ fault }) => fault !== undefined),
  );
  expect(
    faults.map(([id]) => id),
    'fakes that had no weather',
  ).toEqual([]);
}, 300_000);

/** What takes long here is the machine, and no vendor. */
const noTimeouts = { timeoutMs: mostVirtualMs, attemptTimeoutMs: mostVirtualMs };

/** The candidate, with its fake told. */
function watched(candidate: Candidate, fakes: Map<string, FakeServer>): Candidate {
  const { definition, startFake } = candidate;
  if (startFake === undefined) return candidate;
  return {
    ...candidate,
    startFake: async (options) => {
      const fake = await startFake(options);
      fakes.set(definition.id, fake);
      return fake;
    },
  };
}

/** Whether a fault was injected at its fake while the call was made. */
function wasStruck({ name, startedAt }: FlowFailure, fakes: ReadonlyMap<string, FakeServer>): boolean {
  const exchanges = fakes.get(name)?.exchanges ?? [];
  return exchanges.some(({ fault, at }) => fault !== undefined && at >= startedAt);
}

function wordsOf({ name, tenant, operation, error }: FlowFailure): string {
  const says = error instanceof Error ? error.message : String(error);
  return `${name} of ${tenant}: ${operation} failed, and no fault had struck it: ${says}
    The flow makes the samples of reads alone. What ${operation} names must be there in a fresh fake, for every tenant.`;
}

/** Reads of an integration that no tenant has made. */
function unmadeReads(
  { definition, samples }: Candidate,
  rows: readonly SandboxRow[],
  registry: Registry,
): readonly string[] {
  const made = rows
    .filter(({ provider }) => provider === definition.id)
    .map((row) => registry.status(row).stats.operations);
  return sampledOperations(definition, samples)
    .filter(
      ({ effect, name }) => effect === 'read' && made.every((operations) => operations[name] === undefined),
    )
    .map(({ name }) => `${definition.id}: ${name} was never called`);
}

function missingCalls({ name, tenant }: SandboxRow, registry: Registry): readonly string[] {
  const { calls } = registry.status({ name, tenant }).stats;
  return calls < fewestCalls ? [`${name} of ${tenant} was called ${calls} times, not ${fewestCalls}`] : [];
}
