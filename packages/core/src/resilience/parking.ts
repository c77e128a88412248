/**
 * Buckets that a server has told to stay away. A hint holds for the whole bucket: every call of it waits, not only the
 * one that was told. A limit (`resource_exhausted`, or nothing left) parks the bucket of the call's `rateLimitKey`; any
 * other hint speaks of the service, and parks all of them.
 */
import type { ErrorCode } from '../errors.ts';

/** Until when, and what a call is told that cannot wait so long. */
export interface Parked {
  readonly until: number;
  readonly code: Extract<ErrorCode, 'resource_exhausted' | 'unavailable'>;
}

/** Keys parked apart; with more, the hint holds for all. */
const maxKeys = 10_000;

/** Remembers what is parked. */
export class Parking {
  #all: Parked | undefined;
  readonly #byKey = new Map<string, Parked>();
  /** The last instant at which anything is parked, so that the usual case costs one comparison. */
  #latest = Number.NEGATIVE_INFINITY;

  /** Parks until `until`, never for less than was said before. @returns whether this was news */
  park(key: string | undefined, parked: Parked, now: number): boolean {
    this.#forget(now);
    const known = key === undefined ? this.#all : this.#byKey.get(key);
    if (known !== undefined && known.until >= parked.until) return false;
    if (key === undefined || (known === undefined && this.#byKey.size >= maxKeys)) this.#all = parked;
    else this.#byKey.set(key, parked);
    this.#latest = Math.max(this.#latest, parked.until);
    return true;
  }

  /** What holds for a call of `key` at `now`. */
  find(key: string | undefined, now: number): Parked | undefined {
    if (now >= this.#latest) return undefined;
    const own = key === undefined ? undefined : this.#byKey.get(key);
    const longest = own !== undefined && own.until > (this.#all?.until ?? 0) ? own : this.#all;
    return longest !== undefined && longest.until > now ? longest : undefined;
  }

  /** The latest instant at which anything is parked. */
  until(now: number): number | undefined {
    return this.#latest > now ? this.#latest : undefined;
  }

  #forget(now: number): void {
    if (this.#all !== undefined && this.#all.until <= now) this.#all = undefined;
    if (this.#byKey.size < maxKeys && now < this.#latest) return;
    for (const [key, parked] of this.#byKey) if (parked.until <= now) this.#byKey.delete(key);
  }
}
