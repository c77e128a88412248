/**
 * A rate limit that all processes with the same state keep to together: in any stretch of `windowMs`, at most `limit`
 * calls start, whoever makes them. Permits are leased in batches that follow the rate of calls, so that a call costs a
 * fraction of a request to the store (`shared-bucket.ts`, `lease-size.ts`).
 */
import type { Cancel } from '../../clock.ts';
import type { RateLimitOptions } from '../bucket.ts';
import { KeyedBuckets } from '../keyed-buckets.ts';
import type { Limiter, Waiter } from '../rate-limit.ts';
import type { Fleet } from './fleet.ts';
import { SharedBucket } from './shared-bucket.ts';

/** See the head of this file. */
export class SharedLimit implements Limiter {
  readonly #options: RateLimitOptions;
  readonly #buckets: KeyedBuckets<SharedBucket>;

  constructor(options: RateLimitOptions, fleet: Fleet) {
    this.#options = options;
    // A key of a caller and the two that are none cannot meet.
    this.#buckets = new KeyedBuckets(options.maxKeys, options.windowMs, (key) => {
      const name = typeof key === 'string' ? `key/${key}` : key === undefined ? 'all' : 'overflow';
      return new SharedBucket(`limit/${name}`, options, fleet);
    });
  }

  get queued(): number {
    return this.#buckets.all().reduce((sum, { queue }) => sum + queue.size, 0);
  }

  take(key: string | undefined, now: number): boolean {
    const bucket = this.#buckets.get(key, now);
    return bucket.queue.size === 0 && bucket.take(now);
  }

  remaining(key: string | undefined, now: number): number {
    return this.#buckets.find(key)?.remaining(now) ?? this.#options.limit;
  }

  turn(key: string | undefined, now: number): number | undefined {
    const bucket = this.#buckets.get(key, now);
    return bucket.queue.size >= this.#options.maxQueue ? undefined : bucket.turn(now);
  }

  wait(key: string | undefined, now: number, waiter: Waiter): Cancel {
    const bucket = this.#buckets.get(key, now);
    bucket.wait(waiter, now);
    return () => void bucket.queue.delete(waiter);
  }

  /** Gives back what was leased and not spent. */
  async close(): Promise<void> {
    await Promise.all(this.#buckets.all().map((bucket) => bucket.close()));
  }
}
