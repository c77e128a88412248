/**
 * The circuit breaker: stops calling a vendor that is down, and finds out with one call when it is back.
 *
 * | state | calls | leaves it |
 * |---|---|---|
 * | `closed` | pass and are counted | too many failures → `open`; warned by another process → `half-open` |
 * | `open` | refused | after `halfOpenAfterMs`, by the next call → `half-open` |
 * | `half-open` | one passes (the probe), the others are refused | the probe succeeds → `closed`, fails → `open`; says nothing (aborted) → the next call probes |
 * | `isolated` | refused | by hand only: `reset` → `closed` |
 *
 * A result counts only in the state in which its call began: an answer that comes late tells of another time.
 *
 * What counts as a failure of the vendor ({@link breakerOutcome}):
 *
 * | outcome of an attempt | counts as |
 * |---|---|
 * | answer | success |
 * | `unavailable`, `deadline_exceeded`; any code with a status of 500 or more except 501 | failure |
 * | `resource_exhausted` (429), other 4xx | success: the vendor is there, and has judged the call |
 * | aborted by the caller; a fault before anything was sent to the vendor, or in our own code | nothing |
 */
import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import type { IntegrationError } from '../errors.ts';
import type { ResilienceOptions } from './options.ts';
import { SlidingCount } from './sliding-count.ts';
import type { BreakerState } from './types.ts';

/** Options of a breaker that is switched on. */
export type BreakerOptions = Exclude<ResilienceOptions['breaker'], false>;

/** What one attempt says of the vendor. */
export type BreakerOutcome = 'success' | 'failure' | 'nothing';

/** Reads an attempt's error by the table above. */
export function breakerOutcome(error: IntegrationError): BreakerOutcome {
  const { code, status } = error;
  if (status !== undefined) return status >= 500 && status !== 501 ? 'failure' : 'success';
  return code === 'unavailable' || code === 'deadline_exceeded' ? 'failure' : 'nothing';
}

/** Decides when failures are too many. @returns from `failure`: whether to open */
interface FailureCounter {
  success(now: number): void;
  failure(now: number): boolean;
}

/** cockatiel's counters ask for the state (0 is closed); ours are asked in `closed` only. */
const closed = 0;

const counters: Record<BreakerOptions['by'], (options: BreakerOptions) => FailureCounter> = {
  consecutive: ({ failures }) => new ConsecutiveBreaker(failures),
  count: ({ threshold, size, minimumCalls }) => {
    const breaker = new CountBreaker({ threshold, size, minimumNumberOfCalls: Math.min(minimumCalls, size) });
    return { success: () => breaker.success(closed), failure: () => breaker.failure(closed) };
  },
  sampling: (options) => new SamplingCounter(options),
};

/** Share of failures within a moving stretch of time. cockatiel's own reads the system's clock, so this one is ours. */
class SamplingCounter implements FailureCounter {
  readonly #options: BreakerOptions;
  readonly #calls: SlidingCount;
  readonly #failures: SlidingCount;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#calls = new SlidingCount(options.windowMs);
    this.#failures = new SlidingCount(options.windowMs);
  }

  success(now: number): void {
    this.#calls.add(now);
  }

  failure(now: number): boolean {
    this.#calls.add(now);
    this.#failures.add(now);
    const calls = this.#calls.total(now);
    return calls >= this.#options.minimumCalls && this.#failures.total(now) > this.#options.threshold * calls;
  }
}

/** Marks a call that was let in: the state's number, so that a late result is told from one of now. */
export type Permit = number;

/** See the head of this file. */
export class CircuitBreaker {
  readonly #options: BreakerOptions | false;
  readonly #onChange: ((from: BreakerState, to: BreakerState) => void) | undefined;
  #counter: FailureCounter | undefined;
  #state: BreakerState = 'closed';
  /** Grows with every change of state. */
  #era = 0;
  #openUntil = 0;
  #probing = false;

  /** With `false` it counts nothing, but can still be isolated by hand. */
  constructor(options: BreakerOptions | false, onChange?: (from: BreakerState, to: BreakerState) => void) {
    this.#options = options;
    this.#onChange = onChange;
    this.#counter = options === false ? undefined : counters[options.by](options);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /**
   * Whether a call at `now` would be refused.
   *
   * @returns `undefined` when it may pass; else the instant from which another may, `Infinity` when only a hand can tell
   */
  refusal(now: number): number | undefined {
    switch (this.#state) {
      case 'closed':
        return undefined;
      case 'open':
        return now >= this.#openUntil ? undefined : this.#openUntil;
      case 'half-open':
        return this.#probing ? now : undefined;
      case 'isolated':
        return Number.POSITIVE_INFINITY;
    }
  }

  /** Lets a call in that {@link refusal} did not refuse, at the same instant. */
  enter(): Permit {
    if (this.#state === 'closed') return this.#era;
    if (this.#state === 'open') this.#change('half-open');
    this.#probing = true;
    return this.#era;
  }

  /** Tells how the call of `permit` ended. */
  leave(permit: Permit, outcome: BreakerOutcome, now: number): void {
    if (permit !== this.#era || this.#options === false) return;
    if (this.#state === 'half-open') {
      this.#probing = false;
      if (outcome === 'success') this.#close();
      else if (outcome === 'failure') this.#open(now, this.#options);
    } else if (this.#state === 'closed' && outcome !== 'nothing') {
      if (outcome === 'success') this.#counter?.success(now);
      else if (this.#counter?.failure(now)) this.#open(now, this.#options);
    }
  }

  /** Another process has opened its own: the next call here is a probe, and until it has ended no other passes. */
  warn(): void {
    if (this.#state === 'closed' && this.#options !== false) this.#change('half-open');
  }

  /** Another process has found the vendor well: the next call here may probe at once. */
  encourage(now: number): void {
    if (this.#state === 'open') this.#openUntil = Math.min(this.#openUntil, now);
  }

  /** Instant from which the next call probes, while it is open. */
  get openUntil(): number {
    return this.#openUntil;
  }

  /** Opens it until {@link reset}. */
  isolate(): void {
    if (this.#state !== 'isolated') this.#change('isolated');
  }

  /** Closes it, whatever the state, and forgets what was counted. */
  reset(): void {
    this.#close();
  }

  #open(now: number, options: BreakerOptions): void {
    this.#openUntil = now + options.halfOpenAfterMs;
    this.#change('open');
  }

  #close(): void {
    this.#counter = this.#options === false ? undefined : counters[this.#options.by](this.#options);
    if (this.#state !== 'closed') this.#change('closed');
    else this.#era += 1;
  }

  #change(to: BreakerState): void {
    const from = this.#state;
    this.#state = to;
    this.#era += 1;
    this.#probing = false;
    this.#onChange?.(from, to);
  }
}
