/**
 * The sandbox: every installed provider against its own fake, for several tenants with credentials of their own, and a
 * gentle flow of calls through them. A provider whose real keys stand in the environment leaves it.
 */
import {
  type AnyDefinition,
  type Clock,
  type EnvironmentVariables,
  type Registry,
  systemClock,
} from '@im/core';
import type { FakeServer } from '@im/testing';
import { textTable } from '../text-table.ts';
import type { Note } from '../view.ts';
import { type Candidate, findCandidates, realOptions } from './find.ts';
import { type FailedCall, runFlow, sandboxFaults } from './traffic.ts';

/** How a sandbox is made. */
export interface SandboxOptions {
  /** Where everything is registered. */
  readonly registry: Registry;
  /** Folder from which installed packages are looked up. Default: the working directory. */
  readonly from?: string | undefined;
  /** Integrations that are not discovered, such as one of your own. */
  readonly also?: readonly Candidate[] | undefined;
  /** Default: `acme` and `zest`. */
  readonly tenants?: readonly string[] | undefined;
  /** Where real keys are looked for. Default: none, so that everything stays in the sandbox. */
  readonly env?: EnvironmentVariables | undefined;
  /** Milliseconds between two calls of one integration, on average. Default 800; 0 makes none. */
  readonly everyMs?: number | undefined;
  /** Whether the fakes fail now and then. Default true. */
  readonly faults?: boolean | undefined;
  /** Told of each call of the flow that failed. Default: the statistics of the registry say enough. */
  readonly onFailure?: ((failure: FlowFailure) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
}

/** A call of the flow that failed. */
export interface FlowFailure extends FailedCall {
  readonly name: string;
  readonly tenant: string;
}

/** What runs where. */
export interface SandboxRow {
  readonly name: string;
  readonly tenant: string;
  readonly provider: string;
  readonly mode: 'sandbox' | 'live' | 'in process';
  /** URL of the fake, or what stands in its place. */
  readonly where: string;
}

/** A running sandbox. Disposing it stops the flow, then the fakes; the registry stays. */
export interface Sandbox extends AsyncDisposable {
  readonly rows: readonly SandboxRow[];
  /** Packages that could not be used, one sentence each. */
  readonly problems: readonly string[];
  /** For `createServer`: what stands beside each integration. */
  readonly note: Note;
  /** Begins the flow; call it once everything is enabled. */
  flow(): void;
}

/** Requests that a fake remembers, bodies included: enough to look into, and memory stays flat for as long as it runs. */
const mostExchanges = 200;

/** Tenant of providers with real keys. */
const liveTenant = 'default';

/**
 * Finds what is installed, starts the fakes and registers everything. Nothing is enabled yet.
 *
 * @throws `ConfigurationError` when the environment holds some of a provider's real keys, but not enough of them
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { registry, from = process.cwd(), also = [], tenants = ['acme', 'zest'], env = {} } = options;
  const found = await findCandidates(from);
  const problems = [...found.problems];
  const candidates = [...found.candidates, ...also].map((candidate) => ({
    ...candidate,
    real: realOptions(candidate.definition, env),
  }));
  const fakes = new AsyncDisposableStack();
  const rows: (SandboxRow & { readonly candidate: Candidate })[] = [];
  const add = (
    candidate: Candidate,
    tenant: string,
    given: unknown,
    place: Pick<SandboxRow, 'mode' | 'where'>,
  ) => {
    const { definition } = candidate;
    registry.register<AnyDefinition>(definition, { tenant, options: given });
    rows.push({ name: definition.id, tenant, provider: definition.id, ...place, candidate });
  };

  try {
    for (const { real, ...candidate } of candidates) {
      const { definition, startFake } = candidate;
      if (real !== undefined) {
        add(candidate, liveTenant, real, { mode: 'live', where: definition.egress.join(', ') });
      } else if (startFake !== undefined) {
        const fake = await startFake({ clock: options.clock }).catch((error: unknown) => {
          problems.push(`${definition.id}: its fake does not start: ${wordsOf(error)}`);
        });
        if (fake === undefined) continue;
        fakes.use(fake).keepLatest(mostExchanges);
        for (const tenant of tenants)
          add(candidate, tenant, fake.options(tenant), { mode: 'sandbox', where: fake.url });
        if (options.faults ?? true) injectFaults(fake);
      } else if (candidate.options !== undefined) {
        for (const tenant of tenants) {
          add(candidate, tenant, candidate.options, { mode: 'in process', where: 'in process' });
        }
      } else {
        problems.push(`${definition.id}: it has no fake, and the environment holds no keys for it`);
      }
    }
  } catch (error) {
    await fakes.disposeAsync();
    throw error;
  }

  const stop = new AbortController();
  const flows: Promise<void>[] = [];
  const { everyMs = 800, clock = systemClock, random = Math.random, onFailure = () => {} } = options;
  return {
    rows: rows.map(({ candidate: _, ...row }) => row),
    problems,
    note: ({ name, tenant }) => {
      const row = rows.find((one) => one.name === name && one.tenant === tenant);
      return row?.mode === 'sandbox' ? `sandbox, ${row.where}` : row?.mode;
    },
    flow: () => {
      if (everyMs === 0) return;
      for (const { candidate, name, tenant, mode } of rows) {
        // Real accounts are asked by the checks alone: samples name things that are not there.
        if (mode === 'live') continue;
        const { definition, samplesFor } = candidate;
        const samples = samplesFor?.(tenant) ?? candidate.samples;
        const client = registry.tenant(tenant).get(definition, name);
        flows.push(
          runFlow({
            definition,
            client,
            samples,
            inProcess: mode === 'in process',
            onFailure: (failure) => onFailure({ ...failure, name, tenant }),
            signal: stop.signal,
            clock,
            random,
            everyMs,
            beginsAt: tenants.indexOf(tenant) / tenants.length,
          }),
        );
      }
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(flows);
      await fakes.disposeAsync();
    },
  };
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function injectFaults(fake: FakeServer): void {
  for (const rule of sandboxFaults)
    if (fake.expiresTokens || rule.fault.kind !== 'expired-token') fake.inject(rule);
}

/** The rows as a table for a terminal, with the status that each has now. */
export function sandboxTable(rows: readonly SandboxRow[], registry: Registry): string {
  return textTable(
    ['integration', 'tenant', 'provider', 'runs', 'where', 'status'],
    rows.map(({ name, tenant, provider, mode, where }) => [
      name,
      tenant,
      provider,
      mode,
      where,
      registry.status({ name, tenant }).status,
    ]),
  );
}
