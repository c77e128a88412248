/** What the keys that came too late share; no caller can write it. */
export const overflow = Symbol('overflow');

/** A key that a caller gave, none, or {@link overflow}. */
export type BucketKey = string | undefined | typeof overflow;

/** What is kept for a key. */
export interface IdleBucket {
  /** Whether nothing is lost when it is let go. */
  isIdle(now: number): boolean;
}

/**
 * Buckets by key. Idle ones are let go; more keys than `maxKeys` at one time share a single bucket, so that neither
 * memory nor a limit can be overrun by inventing keys.
 */
export class KeyedBuckets<Bucket extends IdleBucket> {
  readonly #buckets = new Map<BucketKey, Bucket>();
  readonly #maxKeys: number;
  readonly #sweepMs: number;
  readonly #make: (key: BucketKey) => Bucket;
  #nextSweep = 0;

  /** @param sweepMs milliseconds between two sweeps for idle ones */
  constructor(maxKeys: number, sweepMs: number, make: (key: BucketKey) => Bucket) {
    this.#maxKeys = maxKeys;
    this.#sweepMs = sweepMs;
    this.#make = make;
  }

  get size(): number {
    return this.#buckets.size;
  }

  find(key: BucketKey): Bucket | undefined {
    return this.#buckets.get(key);
  }

  all(): readonly Bucket[] {
    return [...this.#buckets.values()];
  }

  /** The bucket of `key`, made when there is none. */
  get(key: BucketKey, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    if (now >= this.#nextSweep) this.#sweep(now);
    if (key !== overflow && this.#buckets.size >= this.#maxKeys) return this.get(overflow, now);
    const bucket = this.#make(key);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isIdle(now)) this.#buckets.delete(key);
    }
    this.#nextSweep = now + this.#sweepMs;
  }
}
