/** Counts of real calls, cheap enough for every call: nothing is made after an operation's first one. */
import { type ErrorCode, errorCode } from '../errors.ts';
import { latencyBoundsMs, type OperationStats, type Stats } from '../status.ts';

/** Counts of one operation while they grow. */
class OperationCounts {
  calls = 0;
  failures = 0;
  totalMs = 0;
  /** One more than there are bounds; not cumulative. */
  readonly buckets = new Float64Array(latencyBoundsMs.length + 1);

  add(durationMs: number): void {
    this.calls += 1;
    this.totalMs += durationMs;
    let index = 0;
    while (index < latencyBoundsMs.length && durationMs > (latencyBoundsMs[index] as number)) index += 1;
    this.buckets[index] = (this.buckets[index] as number) + 1;
  }

  snapshot(): OperationStats {
    let sum = 0;
    const buckets = Array.from(this.buckets, (count) => {
      sum += count;
      return sum;
    });
    return { calls: this.calls, failures: this.failures, totalMs: this.totalMs, buckets };
  }
}

/** Counts of an integration that was never called. */
export const noStats: Stats = Object.freeze({
  calls: 0,
  failures: 0,
  failuresByCode: Object.freeze({}),
  attempts: 0,
  retries: 0,
  waits: 0,
  waitedMs: 0,
  operations: Object.freeze({}),
});

/** Counts of one integration; they outlive its instances. */
export class StatsCounter {
  calls = 0;
  #failures = 0;
  #attempts = 0;
  #retries = 0;
  #waits = 0;
  #waitedMs = 0;
  readonly #failuresByCode = new Map<ErrorCode, number>();
  readonly #operations = new Map<string, OperationCounts>();

  /** @returns the canonical code of `error`; `undefined` when the call succeeded */
  call(operation: string, durationMs: number, error: unknown): ErrorCode | undefined {
    let counts = this.#operations.get(operation);
    if (counts === undefined) {
      counts = new OperationCounts();
      this.#operations.set(operation, counts);
    }
    counts.add(durationMs);
    this.calls += 1;
    if (error === undefined) return undefined;
    const code = errorCode(error);
    counts.failures += 1;
    this.#failures += 1;
    this.#failuresByCode.set(code, (this.#failuresByCode.get(code) ?? 0) + 1);
    return code;
  }

  attempt(): void {
    this.#attempts += 1;
  }

  retry(): void {
    this.#retries += 1;
  }

  wait(waitedMs: number): void {
    this.#waits += 1;
    this.#waitedMs += waitedMs;
  }

  snapshot(): Stats {
    return {
      calls: this.calls,
      failures: this.#failures,
      failuresByCode: Object.fromEntries(this.#failuresByCode),
      attempts: this.#attempts,
      retries: this.#retries,
      waits: this.#waits,
      waitedMs: this.#waitedMs,
      operations: Object.fromEntries(
        [...this.#operations].map(([name, counts]) => [name, counts.snapshot()]),
      ),
    };
  }
}
