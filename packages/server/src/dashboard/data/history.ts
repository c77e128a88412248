/**
 * What an integration did lately, in equal steps: a ring of counts, so that memory does not grow. The registry counts
 * since the start; a step holds what was added to its counts since the step before.
 */
import { latencyBoundsMs, type Stats } from '@im/core';

/** Length of one step, milliseconds. */
export const stepMs = 5_000;

/** Steps that are remembered: five minutes. */
export const steps = 60;

/** Calls, failures, then calls by duration: one bucket for each bound, one for the rest. */
const width = 2 + latencyBoundsMs.length + 1;

/** Counts over some steps. */
export interface Window {
  readonly calls: number;
  readonly failures: number;
  /** Calls by duration, not cumulative. */
  readonly buckets: readonly number[];
}

/** The last {@link steps} steps of one integration. 3.4 kB. */
export class History {
  readonly #ring = new Float32Array(steps * width);
  readonly #before = new Float64Array(width);
  /** Index of the step that comes next, which is the oldest one too. */
  #next = 0;

  /** @param first counts from which on the steps count */
  constructor(first?: Stats) {
    if (first !== undefined) this.#before.set(countsOf(first.operations));
  }

  /** Closes a step. */
  push({ operations }: Stats): void {
    const counts = countsOf(operations);
    // Registered anew under the same name: it counts from zero.
    if ((counts[0] as number) < (this.#before[0] as number)) this.#before.fill(0);
    const at = this.#next * width;
    counts.forEach((count, index) => {
      this.#ring[at + index] = Math.max(0, count - (this.#before[index] as number));
    });
    this.#before.set(counts);
    this.#next = (this.#next + 1) % steps;
  }

  /** Whether there was any call in the time that is remembered. */
  get active(): boolean {
    for (let at = 0; at < this.#ring.length; at += width) if ((this.#ring[at] as number) > 0) return true;
    return false;
  }

  /** Adds the last steps to `sums`, one row a step, oldest first. */
  addTo(sums: readonly Float64Array[]): void {
    sums.forEach((sum, index) => {
      const step = (this.#next + steps - sums.length + index) % steps;
      for (let field = 0; field < width; field += 1)
        sum[field] = (sum[field] as number) + (this.#ring[step * width + field] as number);
    });
  }
}

/** The last `count` steps of several integrations together, oldest first. */
export function windowsOf(histories: Iterable<History | undefined>, count = steps): readonly Window[] {
  const sums = Array.from({ length: count }, () => new Float64Array(width));
  for (const history of histories) history?.addTo(sums);
  return sums.map(([calls = 0, failures = 0, ...buckets]) => ({ calls, failures, buckets }));
}

/** Several steps as one. */
export function total(windows: readonly Window[]): Window {
  const buckets = new Array<number>(latencyBoundsMs.length + 1).fill(0);
  let calls = 0;
  let failures = 0;
  for (const one of windows) {
    calls += one.calls;
    failures += one.failures;
    one.buckets.forEach((count, index) => {
      buckets[index] = (buckets[index] ?? 0) + count;
    });
  }
  return { calls, failures, buckets };
}

/** Everything that these operations did since the start. */
export function sinceStart(operations: Stats['operations']): Window {
  const [calls = 0, failures = 0, ...buckets] = countsOf(operations);
  return { calls, failures, buckets };
}

function countsOf(operations: Stats['operations']): number[] {
  const counts = new Array<number>(width).fill(0);
  const add = (index: number, count: number) => {
    counts[index] = (counts[index] ?? 0) + count;
  };
  for (const { buckets, calls, failures } of Object.values(operations)) {
    add(0, calls);
    add(1, failures);
    let below = 0;
    for (let index = 0; index <= latencyBoundsMs.length; index += 1) {
      const upTo = index < latencyBoundsMs.length ? (buckets[index] ?? 0) : calls;
      add(2 + index, upTo - below);
      below = upTo;
    }
  }
  return counts;
}

/**
 * The duration below which a share of the calls lies, milliseconds; within a bucket as if its calls were spread evenly, as Prometheus
 * does it. `Infinity` beyond the last bound, `undefined` without calls.
 */
export function quantileMs({ buckets }: Pick<Window, 'buckets'>, share: number): number | undefined {
  const all = buckets.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  const rank = share * all;
  let below = 0;
  for (const [index, count] of buckets.entries()) {
    if (count > 0 && below + count >= rank) {
      const upper = latencyBoundsMs[index];
      if (upper === undefined) return Number.POSITIVE_INFINITY;
      const lower = index === 0 ? 0 : (latencyBoundsMs[index - 1] as number);
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return undefined;
}
