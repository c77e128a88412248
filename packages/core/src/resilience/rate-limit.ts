/**
 * Keeps to a limit: in *any* stretch of `windowMs`, at most `limit` calls start, counted apart for each key (`bucket.ts`).
 *
 * Keys whose window has passed are let go. More keys than `maxKeys` at one time share a single limit, so that neither
 * memory nor the limit can be overrun by inventing keys.
 */
import type { Cancel, Clock } from '../clock.ts';
import { Bucket, type RateLimitOptions } from './bucket.ts';
import { KeyedBuckets } from './keyed-buckets.ts';

/** A limit, of this process alone or shared by a fleet, as the pipeline uses it. */
export interface Limiter {
  /** Calls that wait. */
  readonly queued: number;
  /** Takes one start of `key` at `now`, when one is free and nobody waits for it. */
  take(key: string | undefined, now: number): boolean;
  /** Starts that `key` has left at `now`, as far as it is known. */
  remaining(key: string | undefined, now: number): number;
  /** The instant at which one more call of `key` could start, behind those that wait; `undefined`: the queue is full. */
  turn(key: string | undefined, now: number): number | undefined;
  /** Queues for a start. @returns a function that leaves the queue */
  wait(key: string | undefined, now: number, waiter: Waiter): Cancel;
}

/** Who waits for a start. Exactly one of its functions is called, once. */
export interface Waiter {
  /** The instant up to which it waits. */
  readonly latest: number;
  /** A start was taken for it. */
  done(): void;
  /** Its turn comes too late, at `turn`. A limit whose {@link Limiter.turn} is certain never says so. */
  refuse(turn: number): void;
}

/** See the head of this file. */
export class RateLimit implements Limiter {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #buckets: KeyedBuckets<QueuedBucket>;
  #queued = 0;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#buckets = new KeyedBuckets(options.maxKeys, options.windowMs, () => new QueuedBucket(options));
  }

  get queued(): number {
    return this.#queued;
  }

  /** How many keys are remembered. */
  get keys(): number {
    return this.#buckets.size;
  }

  take(key: string | undefined, now: number): boolean {
    const bucket = this.#buckets.get(key, now);
    return bucket.queue === undefined && bucket.take(now);
  }

  remaining(key: string | undefined, now: number): number {
    return this.#buckets.find(key)?.remaining(now) ?? this.#options.limit;
  }

  turn(key: string | undefined, now: number): number | undefined {
    const bucket = this.#buckets.get(key, now);
    const waiting = bucket.queue?.size ?? 0;
    return waiting >= this.#options.maxQueue ? undefined : bucket.readyAt(waiting, now);
  }

  wait(key: string | undefined, now: number, waiter: Pick<Waiter, 'done'>): Cancel {
    const bucket = this.#buckets.get(key, now);
    bucket.queue ??= new Set();
    bucket.queue.add(waiter);
    this.#queued += 1;
    this.#arm(bucket, now);
    return () => {
      if (!bucket.queue?.delete(waiter)) return;
      this.#queued -= 1;
      if (bucket.queue.size === 0) this.#rest(bucket);
    };
  }

  #rest(bucket: QueuedBucket): void {
    bucket.cancelTimer?.();
    bucket.cancelTimer = undefined;
    bucket.queue = undefined;
  }

  #arm(bucket: QueuedBucket, now: number): void {
    bucket.cancelTimer ??= this.#clock.schedule(Math.max(1, Math.ceil(bucket.readyAt(0, now) - now)), () => {
      bucket.cancelTimer = undefined;
      this.#serve(bucket);
    });
  }

  #serve(bucket: QueuedBucket): void {
    const now = this.#clock.now();
    for (const waiter of bucket.queue ?? []) {
      if (!bucket.take(now)) {
        this.#arm(bucket, now);
        return;
      }
      bucket.queue?.delete(waiter);
      this.#queued -= 1;
      waiter.done();
    }
    this.#rest(bucket);
  }
}

/** The starts of one key, and the calls that wait for one. */
class QueuedBucket extends Bucket {
  /** Calls that wait; absent when none does. */
  queue: Set<Pick<Waiter, 'done'>> | undefined;
  cancelTimer: Cancel | undefined;

  isIdle(now: number): boolean {
    return this.queue === undefined && this.isEmpty(now);
  }
}
