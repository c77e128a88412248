/** What a user composes, on virtual time: a registry, Spotify against its fake, and what came of many calls. */
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Clock,
  createIntegration,
  createRegistry,
  type Environment,
  provide,
  type Registry,
  type RegistryOptions,
} from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { spotify } from '@im/spotify';
import { type SpotifyFake, type StartSpotifyFakeOptions, sampleIds, startFake } from '@im/spotify/testing';
import {
  createRandom,
  createVirtualClock,
  type Exchange,
  type FakeServer,
  type VirtualClock,
} from '@im/testing';

/** A registry and a fake that share a clock. */
export interface Stack extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly fake: SpotifyFake;
  readonly registry: Registry;
  /**
   * Moves time by `ms`, in steps of `stepMs` (default: one), and before each step lets every request arrive and every
   * answer come back, however long the machine takes: so that a duration on the virtual clock is the vendor's and ours,
   * not the machine's. What happens within a step may count as much longer.
   */
  advance(ms: number, stepMs?: number): Promise<void>;
  /** The same, until `promise` settles. Gives or throws what it does. */
  until<Value>(promise: PromiseLike<Value>): Promise<Value>;
  /** For what else is made: the clock, and the transport whose requests are waited for. */
  readonly environment: Environment;
  /** Has {@link Stack.advance} wait for another vendor's requests too. */
  watch(vendor: FakeServer): void;
}

/** How a stack is opened. */
export interface StackOptions {
  readonly fake?: StartSpotifyFakeOptions;
  readonly registry?: RegistryOptions;
  /** How far the vendor's clock is ahead of ours, milliseconds. */
  readonly skewMs?: number;
}

/** Opens one. Active checks are off: the calls that are counted are the test's own. */
export async function openStack({
  fake: options,
  registry: registryOptions,
  skewMs = 0,
}: StackOptions = {}): Promise<Stack> {
  const clock = createVirtualClock();
  const theirs: Clock = { now: () => clock.now() + skewMs, schedule: clock.schedule };
  const fake = await startFake({ clock: theirs, record: false, ...options });
  const vendors: FakeServer[] = [fake];
  const own = createTransport();
  let open = 0;
  const transport: Transport = async (request) => {
    open += 1;
    try {
      return await own(request);
    } finally {
      open -= 1;
    }
  };
  const environment: Environment = {
    clock,
    random: createRandom(7),
    services: [provide(transportKey, transport)],
  };
  const registry = createRegistry({
    ...environment,
    health: { checkIntervalMs: 0 },
    graceMs: 0,
    ...registryOptions,
  });
  // Loads what is loaded on the first call, while time stands still.
  const first = createIntegration(spotify, { ...environment, options: fake.options('first') });
  await first.getTrack(sampleIds.track);
  await clock.until(Promise.resolve(first[Symbol.asyncDispose]()));
  fake.forget();

  const atRest = () => open === vendors.flatMap(({ exchanges }) => exchanges.filter(waits)).length;
  const rest = async () => {
    for (const since = performance.now(); !atRest(); await turn()) {
      if (performance.now() - since > 10_000) throw new Error('requests or answers are lost');
    }
  };
  return {
    clock,
    fake,
    registry,
    environment,
    async advance(ms, stepMs = ms) {
      for (let moved = 0; moved < ms; moved += stepMs) {
        await rest();
        await clock.advance(Math.min(stepMs, ms - moved));
      }
    },
    async until(promise) {
      let settled = false;
      const work = Promise.resolve(promise).finally(() => {
        settled = true;
      });
      // Whoever asked gets the failure below.
      work.catch(() => undefined);
      for (await rest(); !settled; await rest()) await clock.advance(50);
      return work;
    },
    watch: (vendor) => void vendors.push(vendor),
    async [Symbol.asyncDispose]() {
      await clock.until(Promise.resolve(registry[Symbol.asyncDispose]()));
      await own[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Whether somebody waits for the answer. */
function waits({ status, fault, aborted }: Exchange): boolean {
  return status === undefined && fault !== 'cut' && aborted !== true;
}

/** How one call ended, on the virtual clock. */
export interface Outcome {
  readonly startedAt: number;
  readonly tookMs: number;
  /** Absent: it succeeded. */
  readonly error?: unknown;
}

/** Calls that were made and how they ended. */
export interface Calls {
  readonly made: number;
  readonly outcomes: readonly Outcome[];
  make(call: () => Promise<unknown>): void;
  /** Moves time until every call has ended. */
  end(): Promise<void>;
}

/** Counts calls and takes their time. */
export function countCalls({ clock, until }: Pick<Stack, 'clock' | 'until'>): Calls {
  const outcomes: Outcome[] = [];
  const pending = new Set<Promise<void>>();
  const calls = {
    made: 0,
    outcomes,
    make(call: () => Promise<unknown>) {
      calls.made += 1;
      const startedAt = clock.now();
      const done = call().then(
        () => void outcomes.push({ startedAt, tookMs: clock.now() - startedAt }),
        (error: unknown) => void outcomes.push({ startedAt, tookMs: clock.now() - startedAt, error }),
      );
      pending.add(done);
      void done.finally(() => pending.delete(done));
    },
    end: async () => {
      await until(Promise.all(pending));
    },
  };
  return calls;
}

/** Calls `onStep`, then moves time by `everyMs`; `times` times. */
export async function keepCalling(
  stack: Stack,
  rhythm: { readonly everyMs: number; readonly times: number; readonly stepMs?: number },
  onStep: () => void,
): Promise<void> {
  for (let time = 0; time < rhythm.times; time += 1) {
    onStep();
    await stack.advance(rhythm.everyMs, rhythm.stepMs);
  }
}

/** The 99th percentile, milliseconds. */
export function p99(outcomes: readonly Outcome[]): number {
  const sorted = outcomes.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

/** Those that failed. */
export function failed(outcomes: readonly Outcome[]): readonly unknown[] {
  return outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
}
