/**
 * Keeps to a limit: in *any* stretch of `windowMs`, at most `limit` calls start. A token bucket of the same numbers
 * lets nearly twice as many through (a full bucket, then what trickles in), and a vendor with a rolling window answers
 * those with 429.
 *
 * For each key the starts of the last window are remembered, in at most {@link maxStarts} entries; beyond that many
 * neighbours share an entry, which counts as late as its last start: a little is lost, nothing is exceeded.
 * `burst` below `limit` spreads the calls in addition: after `burst` at once, one every `windowMs / limit`.
 *
 * Keys whose window has passed are let go. More keys than `maxKeys` at one time share a single limit, so that neither
 * memory nor the limit can be overrun by inventing keys.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { ResilienceOptions } from './options.ts';

/** Options of a limit that is switched on. */
export type RateLimitOptions = Exclude<ResilienceOptions['rateLimit'], false>;

/** Most entries remembered for a key. */
const maxStarts = 64;

/** What the keys that came too late share; no caller can write it. */
const overflow = Symbol('overflow');

type Key = string | undefined | typeof overflow;

/** See the head of this file. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #buckets = new Map<Key, Bucket>();
  #nextSweep = 0;
  #queued = 0;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get queued(): number {
    return this.#queued;
  }

  /** How many keys are remembered. */
  get keys(): number {
    return this.#buckets.size;
  }

  /** Takes one start of `key` at `now`, when one is free and nobody waits for it. */
  take(key: string | undefined, now: number): boolean {
    const bucket = this.#bucket(key, now);
    return bucket.queue === undefined && bucket.take(now);
  }

  /** Starts that `key` has left at `now`. */
  remaining(key: string | undefined, now: number): number {
    return this.#buckets.get(key)?.remaining(now) ?? this.#options.limit;
  }

  /** The instant at which one more call of `key` could start, behind those that wait; `undefined`: the queue is full. */
  turn(key: string | undefined, now: number): number | undefined {
    const bucket = this.#bucket(key, now);
    const waiting = bucket.queue?.size ?? 0;
    return waiting >= this.#options.maxQueue ? undefined : bucket.readyAt(waiting, now);
  }

  /** Queues for a start; `done` is called when it was taken. */
  wait(key: string | undefined, now: number, done: () => void): Cancel {
    const bucket = this.#bucket(key, now);
    bucket.queue ??= new Set();
    bucket.queue.add(done);
    this.#queued += 1;
    this.#arm(bucket, now);
    return () => {
      if (!bucket.queue?.delete(done)) return;
      this.#queued -= 1;
      if (bucket.queue.size === 0) this.#rest(bucket);
    };
  }

  #rest(bucket: Bucket): void {
    bucket.cancelTimer?.();
    bucket.cancelTimer = undefined;
    bucket.queue = undefined;
  }

  #arm(bucket: Bucket, now: number): void {
    bucket.cancelTimer ??= this.#clock.schedule(Math.max(1, Math.ceil(bucket.readyAt(0, now) - now)), () => {
      bucket.cancelTimer = undefined;
      this.#serve(bucket);
    });
  }

  #serve(bucket: Bucket): void {
    const now = this.#clock.now();
    for (const done of bucket.queue ?? []) {
      if (!bucket.take(now)) {
        this.#arm(bucket, now);
        return;
      }
      bucket.queue?.delete(done);
      this.#queued -= 1;
      done();
    }
    this.#rest(bucket);
  }

  #bucket(key: Key, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    if (now >= this.#nextSweep) this.#sweep(now);
    if (key !== overflow && this.#buckets.size >= this.#options.maxKeys) return this.#bucket(overflow, now);
    const bucket = new Bucket(this.#options);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isIdle(now)) this.#buckets.delete(key);
    }
    this.#nextSweep = now + this.#options.windowMs;
  }
}

/** The starts of one key. */
class Bucket {
  /** Calls that wait; absent when none does. */
  queue: Set<() => void> | undefined;
  cancelTimer: Cancel | undefined;
  readonly #options: RateLimitOptions;
  /** Start times, oldest first, and how many starts each stands for. */
  #times: number[] = [];
  #counts: number[] = [];
  #total = 0;
  /** Until when the last entry takes further starts. */
  #sharedUntil = Number.NEGATIVE_INFINITY;
  /** When the next start would be due if all were spread evenly; kept where a `burst` asks for it. */
  #evenly = Number.NEGATIVE_INFINITY;

  constructor(options: RateLimitOptions) {
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

  isIdle(now: number): boolean {
    this.#forget(now);
    return this.#total === 0 && this.queue === undefined && this.#evenly <= now;
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
