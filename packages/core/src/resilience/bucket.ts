/**
 * The starts of one rate limit: in *any* stretch of `windowMs`, at most `limit`. A token bucket of the same numbers lets
 * nearly twice as many through (a full bucket, then what trickles in), and a vendor with a rolling window answers those
 * with 429.
 *
 * The starts of the last window are remembered in at most {@link maxStarts} entries; beyond that many neighbours share an
 * entry, which counts as late as its last start: a little is lost, nothing is exceeded. `burst` below `limit` spreads the
 * calls in addition: after `burst` at once, one every `windowMs / limit`.
 */
import type { ResilienceOptions } from './options.ts';

/** Options of a limit that is switched on. */
export type RateLimitOptions = Exclude<ResilienceOptions['rateLimit'], false>;

/** Most entries remembered. */
export const maxStarts = 64;

/** See the head of this file. */
export class Bucket {
  readonly #options: Pick<RateLimitOptions, 'limit' | 'windowMs' | 'burst'>;
  /** Start times, oldest first, and how many starts each stands for. */
  #times: number[] = [];
  #counts: number[] = [];
  #total = 0;
  /** Until when the last entry takes further starts. */
  #sharedUntil = Number.NEGATIVE_INFINITY;
  /** When the next start would be due if all were spread evenly; kept where a `burst` asks for it. */
  #evenly = Number.NEGATIVE_INFINITY;

  constructor(options: Pick<RateLimitOptions, 'limit' | 'windowMs' | 'burst'>) {
    this.#options = options;
  }

  /** The same as asking {@link readyAt} first, but spelled out, since every call comes here. */
  take(now: number): boolean {
    this.#forget(now);
    const { limit, windowMs, burst = limit } = this.#options;
    if (this.#total >= limit) return false;
    if (burst < limit) {
      const everyMs = windowMs / limit;
      if (now < this.#evenly + (1 - burst) * everyMs) return false;
      this.#evenly = Math.max(this.#evenly, now) + everyMs;
    }
    const last = this.#times.length - 1;
    if (limit > maxStarts && last >= 0 && now < this.#sharedUntil) {
      this.#times[last] = now;
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
    } else {
      this.#times.push(now);
      this.#counts.push(1);
      this.#sharedUntil = now + windowMs / maxStarts;
    }
    this.#total += 1;
    return true;
  }

  remaining(now: number): number {
    this.#forget(now);
    return this.#options.limit - this.#total;
  }

  /** When a call could start if `ahead` others start before it. */
  readyAt(ahead: number, now: number): number {
    this.#forget(now);
    const { limit, windowMs, burst = limit } = this.#options;
    const spread = burst >= limit ? now : this.#evenly + (ahead + 1 - burst) * (windowMs / limit);
    const leaving = this.#total + ahead + 1 - limit;
    // Those ahead of us by a whole limit have to start, and their window to pass.
    if (leaving > this.#total) return Math.max(spread, this.readyAt(ahead - limit, now) + windowMs);
    return Math.max(now, spread, leaving > 0 ? this.#leaves(leaving) : now);
  }

  /** Takes `count` starts at `at` into account, which is not before any that is known. */
  add(at: number, count: number): void {
    this.#times.push(at);
    this.#counts.push(count);
    this.#total += count;
  }

  /** Dates what was taken at `from` or later to `now`: its calls have begun no later than that. */
  postpone(from: number, now: number): void {
    for (let last = this.#times.length - 1; last >= 0 && (this.#times[last] ?? 0) >= from; last -= 1)
      this.#times[last] = now;
  }

  /** Whether it has nothing to remember. */
  isEmpty(now: number): boolean {
    this.#forget(now);
    return this.#total === 0 && this.#evenly <= now;
  }

  /** When the `nth` oldest start leaves the window. */
  #leaves(nth: number): number {
    let passed = 0;
    for (let index = 0; index < this.#times.length; index += 1) {
      passed += this.#counts[index] ?? 0;
      if (passed >= nth) return (this.#times[index] ?? 0) + this.#options.windowMs;
    }
    return Number.NEGATIVE_INFINITY;
  }

  #forget(now: number): void {
    const since = now - this.#options.windowMs;
    let gone = 0;
    while (gone < this.#times.length && (this.#times[gone] ?? 0) <= since) {
      this.#total -= this.#counts[gone] ?? 0;
      gone += 1;
    }
    if (gone === 0) return;
    this.#times.splice(0, gone);
    this.#counts.splice(0, gone);
  }
}
