/**
 * The retry budget: over the last ten seconds, at most `ratio` retries for each call, or `minimum`, whichever is more.
 * While most calls succeed it is never felt; when a vendor is down it keeps our traffic to it near what it was, instead
 * of multiplying it just then.
 */
import type { ResilienceOptions } from './options.ts';
import { SlidingCount } from './sliding-count.ts';

const windowMs = 10_000;

/** Counts calls and retries. See the head of this file. */
export class RetryBudget {
  readonly #options: ResilienceOptions['retryBudget'];
  readonly #calls = new SlidingCount(windowMs);
  readonly #retries = new SlidingCount(windowMs);

  constructor(options: ResilienceOptions['retryBudget']) {
    this.#options = options;
  }

  /** A call has begun. */
  call(now: number): void {
    if (this.#options !== false) this.#calls.add(now);
  }

  /** Takes one retry, when there is one. */
  take(now: number): boolean {
    if (this.#options === false) return true;
    const { ratio, minimum } = this.#options;
    if (this.#retries.total(now) >= Math.max(minimum, Math.floor(ratio * this.#calls.total(now))))
      return false;
    this.#retries.add(now);
    return true;
  }
}
