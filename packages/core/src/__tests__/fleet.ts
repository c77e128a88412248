import { sleep } from '../clock.ts';
import type { ResilienceInput } from '../resilience/options.ts';
import type { PipelineObserver } from '../resilience/types.ts';
import { memoryState, type StateStore } from '../state.ts';
import type { TestClock } from './clock.ts';
import { read, setUp } from './pipeline.ts';

/** A store as a network has it: slow, away for a while, with or without its data afterwards. */
export interface Network {
  /** What one process sees of the store. */
  readonly store: StateStore;
  /** Requests so far. */
  readonly requests: number;
  leave(): void;
  /** @param empty whether it has lost its data meanwhile */
  comeBack(empty?: boolean): void;
  /** Answers nothing any more. */
  hang(): void;
}

export function createNetwork(clock: TestClock, latencyMs = () => 1): Network {
  let inner = memoryState(clock);
  let state: 'there' | 'away' | 'hanging' = 'there';
  let requests = 0;
  const through = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    requests += 1;
    if (state === 'hanging') await new Promise(() => {});
    await sleep(clock, latencyMs());
    if (state === 'away') throw new Error('connection refused');
    const result = await work();
    await sleep(clock, latencyMs());
    if ((state as string) === 'away') throw new Error('connection lost');
    return result;
  };
  return {
    get requests() {
      return requests;
    },
    leave: () => {
      state = 'away';
    },
    hang: () => {
      state = 'hanging';
    },
    comeBack(empty = false) {
      if (empty) inner = memoryState(clock);
      state = 'there';
    },
    store: {
      get: (key) => through(() => inner.get(key)),
      set: (...all) => through(() => inner.set(...all)),
      compareAndSet: (...all) => through(() => inner.compareAndSet(...all)),
      delete: (...all) => through(() => inner.delete(...all)),
      increment: (...all) => through(() => inner.increment(...all)),
      [Symbol.asyncDispose]: async () => {},
    },
  };
}

/** Numbers from 0 to just below 1 that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface FleetSetup {
  readonly clock: TestClock;
  readonly network: Network;
  readonly size: number;
  readonly options: ResilienceInput;
  readonly random?: () => number;
  readonly observer?: PipelineObserver;
}

/** Processes of one fleet, and when any of them has made a call. */
export function createFleet({ clock, network, size, options, random, observer }: FleetSetup) {
  const starts: number[] = [];
  const processes = Array.from({ length: size }, () => {
    const { pipeline } = setUp({
      clock,
      state: network.store,
      options: { shared: true, bulkhead: false, ...options },
      ...(random === undefined ? {} : { random }),
      ...(observer === undefined ? {} : { observer }),
    });
    return {
      pipeline,
      call: (body: () => Promise<unknown> = async () => 'ok') =>
        pipeline.run(read, undefined, () => {
          starts.push(clock.now());
          return body();
        }),
    };
  });
  return { processes, starts };
}

/** The most starts in any stretch of `windowMs`. */
export function mostInWindow(starts: readonly number[], windowMs: number): number {
  const sorted = starts.toSorted((one, other) => one - other);
  let from = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? 0) <= at - windowMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
