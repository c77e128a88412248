/**
 * What a process keeps to by itself while the shared state is away, and until all are back: its part of the limit, in
 * any stretch of a window.
 *
 * When the store is lost, part of the window was spent by others. What the ledger showed last counts, each process
 * bearing its part of it; what others may have leased since is reckoned from how fast they did before.
 */
import { Bucket, type RateLimitOptions } from '../bucket.ts';
import { countOf, type Ledger, leased, memberMs, membersOf, mergeStarts, type Starts } from './ledger.ts';

/** The ledger as it was seen last. */
export interface Sight {
  /** Without the lease of this process. */
  readonly ledger: Ledger;
  readonly at: number;
}

/** Milliseconds beyond a window for which a process waits for the others to come back. */
const patienceMs = 5_000;

/** See the head of this file. */
export class LocalPart {
  readonly bucket: Bucket;
  /** Processes that were there, and have not been heard of since. */
  readonly #awaited: Set<string>;
  readonly #lostAt: number;
  readonly #patienceMs: number;
  #backAt: number | undefined;

  /** @param own starts of this process that the ledger does not show yet */
  constructor(options: RateLimitOptions, sight: Sight | undefined, own: readonly Starts[], now: number) {
    const { limit, windowMs, burst = limit, processes } = options;
    const others = sight === undefined ? [] : membersOf(sight.ledger, sight.at);
    const parts = Math.max(processes, others.length + 1);
    const share = Math.max(1, Math.floor(limit / parts));
    this.bucket = new Bucket({ limit: share, windowMs, burst: Math.max(1, Math.floor(burst / parts)) });
    for (const [at, count] of partOf(spent(options, sight, own, now), parts)) this.bucket.add(at, count);
    this.#awaited = new Set(others);
    this.#lostAt = now;
    this.#patienceMs = Math.min(windowMs, memberMs) + patienceMs;
  }

  /** The store has gone again. */
  lost(): void {
    this.#backAt = undefined;
  }

  /** The store is back. @returns whether all have reported to it, so that its ledger holds everything that was started */
  back(ledger: Ledger, now: number): boolean {
    this.#backAt ??= now;
    for (const id of this.#awaited)
      if ((ledger.leases.get(id)?.seen ?? 0) > this.#lostAt) this.#awaited.delete(id);
    return this.#awaited.size === 0 || now >= this.#backAt + this.#patienceMs;
  }
}

/** What counts against the limit at `now`, of all processes. */
function spent(
  { limit, windowMs }: RateLimitOptions,
  sight: Sight | undefined,
  own: readonly Starts[],
  now: number,
): Starts[] {
  const seen = mergeStarts([...(sight?.ledger.starts ?? []), ...own], now, windowMs);
  if (sight === undefined) return seen;
  const open = leased(sight.ledger, now, windowMs);
  const before = countOf(sight.ledger.starts) + open;
  const unseen = Math.ceil((2 * before * (now - sight.at)) / windowMs);
  const last = Math.max(0, Math.min(open + unseen, limit - countOf(seen)));
  return last === 0 ? seen : mergeStarts([...seen, [now, last]], now, windowMs);
}

/** One part of `parts`, rounded up however many of the oldest are forgotten. */
function partOf(starts: readonly Starts[], parts: number): Starts[] {
  let later = 0;
  return starts
    .toReversed()
    .map(([at, count]): Starts => {
      const share = Math.ceil((later + count) / parts) - Math.ceil(later / parts);
      later += count;
      return [at, share];
    })
    .filter(([, count]) => count > 0)
    .reverse();
}
