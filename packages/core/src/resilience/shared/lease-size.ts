/** How many permits a process leases at once. */
import type { RateLimitOptions } from '../bucket.ts';
import { countOf, type Ledger, leased, membersOf } from './ledger.ts';

/** What a process wants. */
export interface Demand {
  /** Permits that it holds. */
  readonly holding: number;
  /** Calls that it has started and not dated yet. */
  readonly begun: number;
  /** Calls that wait for one. */
  readonly waiting: number;
  /** Calls that it started within the last {@link horizonMs}. */
  readonly recent: number;
  /** Permits of the last lease, if it was used up at once: calls have become more frequent. */
  readonly usedUp: number;
  /** Most that it may hold: a process that keeps to its part of the limit. */
  readonly most: number;
}

/** What it gets. */
export interface Grant {
  readonly permits: number;
  /** {@link Ledger.evenly} from then on. */
  readonly evenly: number;
  /** Free before, and not granted. */
  readonly left: number;
  /** Whether it wanted more. */
  readonly isShort: boolean;
  /** The instant before which `burst` lets nothing more start. */
  readonly notBefore: number;
}

/** How often a lease is renewed within one horizon, at a steady rate of calls. */
const renewals = 4;

/** Milliseconds for which a lease holds, and over which the rate of calls is measured. */
export function horizonMs({ windowMs }: RateLimitOptions): number {
  return Math.min(windowMs, 10_000);
}

/** Milliseconds between two requests, where permits are scarce or the store is away. */
export function stepMs(options: RateLimitOptions): number {
  return horizonMs(options) / (2 * renewals);
}

/**
 * Decides on a lease: what waits, and what the rate of calls will need for a quarter of the horizon, found by doubling where
 * calls come faster than before; but no more than a
 * fair part of what is free, so that the others find some.
 *
 * @param ledger without the lease of the process itself
 */
export function grant(ledger: Ledger, options: RateLimitOptions, demand: Demand, now: number): Grant {
  const { limit, windowMs, burst = limit } = options;
  const { holding, begun, waiting, recent, usedUp, most } = demand;
  const taken = countOf(ledger.starts) + leased(ledger, now, windowMs) + holding + begun;
  const free = Math.max(0, limit - taken);
  const members = membersOf(ledger, now).length + 1;
  const fair = Math.max(Math.ceil(free / members), Math.ceil(limit / (renewals * members)));
  const soon = Math.max(Math.ceil(recent / renewals), 2 * usedUp);
  const wanted = Math.max(0, waiting + soon - holding);
  const everyMs = windowMs / limit;
  const isSpread = burst < limit;
  const due = isSpread
    ? burst - Math.ceil(Math.max(0, ledger.evenly - now) / everyMs)
    : Number.POSITIVE_INFINITY;
  const permits = Math.max(0, Math.min(wanted, free, fair, most - holding, due));
  const evenly = isSpread ? Math.max(ledger.evenly, now) + permits * everyMs : 0;
  const notBefore = isSpread ? evenly + (1 - burst) * everyMs : now;
  return { permits, evenly, left: free - permits, isShort: permits < wanted, notBefore };
}
