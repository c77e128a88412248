/**
 * The sandbox: every installed provider against its own fake, for several tenants with credentials of their own, and a
 * gentle flow of calls through them, in the weather of `weather.ts`. A provider whose real keys stand in the environment
 * leaves it, for all tenants: what is real and what is not never meet in one.
 */
import {
  type AnyDefinition,
  type Clock,
  type EnvironmentVariables,
  type Registry,
  systemClock,
} from '@im/core';
import type { FakeServer } from '@im/testing';
import type { Note } from '../view.ts';
import { type Candidate, findCandidates } from './find.ts';
import { keysSet, keyVariables, realOptions } from './real-keys.ts';
import { noteOf, type SandboxRow } from './rows.ts';
import { type FailedCall, runFlow } from './traffic.ts';
import {
  type ActiveSpell,
  type Spell,
  sandboxDrizzle,
  sandboxWeather,
  spellRule,
  weatherAt,
} from './weather.ts';

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
  /** Whether every fake fails now and then ({@link sandboxDrizzle}). Default true. */
  readonly faults?: boolean | undefined;
  /** What goes from vendor to vendor. Default: {@link sandboxWeather}, or nothing without `faults`. */
  readonly weather?: readonly Spell[] | undefined;
  /** Time of the weather, milliseconds since its start. Default: by `clock`, since the sandbox started. */
  readonly weatherMs?: (() => number) | undefined;
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

/** A running sandbox. Disposing it stops the flow, then the fakes; the registry stays. */
export interface Sandbox extends AsyncDisposable {
  readonly rows: readonly SandboxRow[];
  /** Packages that could not be used, one sentence each. */
  readonly problems: readonly string[];
  /** For `createServer`: what stands beside each integration, its weather included. */
  readonly note: Note;
  /** The spells that are on. */
  weather(): readonly ActiveSpell[];
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
  const { clock = systemClock, faults = true, weather: spells = faults ? sandboxWeather : [] } = options;
  const startedAt = clock.now();
  const { weatherMs = () => clock.now() - startedAt } = options;
  const found = await findCandidates(from);
  const problems = [...found.problems];
  const candidates = [...found.candidates, ...also].map((candidate) => ({
    ...candidate,
    real: realOptions(candidate.definition, env),
  }));
  const fakes = new AsyncDisposableStack();
  const vendors: string[] = [];
  const weather = () => weatherAt(spells, vendors, weatherMs());
  const rows: (SandboxRow & { readonly candidate: Candidate })[] = [];
  const add = (
    candidate: Candidate,
    tenant: string,
    given: unknown,
    place: Pick<SandboxRow, 'mode' | 'where'>,
  ) => {
    const { definition } = candidate;
    const keys = place.mode === 'live' ? keysSet(definition, env) : keyVariables(definition);
    registry.register<AnyDefinition>(definition, { tenant, options: given });
    rows.push({ name: definition.id, tenant, provider: definition.id, ...place, keys, candidate });
  };
  const expose = (fake: FakeServer, vendor: string) => {
    vendors.push(vendor);
    for (const spell of spells) {
      const isOn = () => weather().some((one) => one.spell === spell && one.provider === vendor);
      fake.inject(spellRule(spell, isOn));
    }
    if (!faults) return;
    for (const rule of sandboxDrizzle)
      if (fake.expiresTokens || rule.fault.kind !== 'expired-token') fake.inject(rule);
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
        expose(fake, definition.id);
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
  const { everyMs = 800, random = Math.random, onFailure = () => {} } = options;
  return {
    rows: rows.map(({ candidate: _, ...row }) => row),
    problems,
    weather,
    note: ({ name, tenant }) => {
      const row = rows.find((one) => one.name === name && one.tenant === tenant);
      return row && noteOf(row, weather());
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
