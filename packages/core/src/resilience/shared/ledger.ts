/**
 * The ledger of one shared limit: one value in the store that every process of the fleet reads and replaces by
 * compare-and-set. It holds
 *
 * - the *starts* of the last window, whoever made them;
 * - for each process its *lease*: permits that it may still spend, until when, and when it was last heard of.
 *
 * A permit counts from the moment it is leased until a window after its lease ends; once the process has said when it
 * was spent, from then on. So whatever becomes of a process, no stretch of `windowMs` has more starts than the limit.
 */
import { maxStarts } from '../bucket.ts';

/** Starts at one instant, or within a 64th of a window up to it. */
export type Starts = readonly [at: number, count: number];

/** What one process holds. */
export interface Lease {
  readonly permits: number;
  /** The instant after which permits that were not spent are gone. */
  readonly until: number;
  /** When the process wrote it, by its own clock. */
  readonly seen: number;
}

/** See the head of this file. */
export interface Ledger {
  /** Oldest first. */
  readonly starts: readonly Starts[];
  /** By the id of the process. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** When the next start would be due if all were spread evenly; kept where a `burst` asks for it. */
  readonly evenly: number;
}

/** Milliseconds after which a process that was not heard of is no longer counted as one of the fleet. */
export const memberMs = 60_000;

/** Counts `count` more starts at `at`, the latest of all, in place. */
export function addStarts(
  starts: [at: number, count: number][],
  at: number,
  count: number,
  windowMs: number,
): void {
  const last = starts.at(-1);
  if (last !== undefined && (at <= last[0] || sliceOf(at, windowMs) === sliceOf(last[0], windowMs))) {
    last[0] = Math.max(last[0], at);
    last[1] += count;
  } else starts.push([at, count]);
}

/** All of `starts` that are in the window at `now`, in order, with neighbours together. */
export function mergeStarts(starts: readonly Starts[], now: number, windowMs: number): [number, number][] {
  const merged: [number, number][] = [];
  const present = starts.filter(([at]) => at > now - windowMs);
  for (const [at, count] of present.sort(([one], [other]) => one - other))
    addStarts(merged, at, count, windowMs);
  return merged;
}

const sliceOf = (at: number, windowMs: number) => Math.floor((at * maxStarts) / windowMs);

/** How many starts there are. */
export const countOf = (starts: readonly Starts[]) => starts.reduce((sum, [, count]) => sum + count, 0);

/** The ledger as `id` finds it at `now`: without what is past and without its own lease, and with what it has spent. */
export function present(
  ledger: Ledger,
  id: string,
  spent: readonly Starts[],
  now: number,
  windowMs: number,
): Ledger {
  const leases = [...ledger.leases].filter(
    ([owner, { until, seen }]) => owner !== id && Math.max(until + windowMs, seen + memberMs) > now,
  );
  const starts = mergeStarts([...ledger.starts, ...spent], now, windowMs);
  return { ...ledger, starts, leases: new Map(leases) };
}

/** Permits that may still be spent, or were and nobody has said so. */
export function leased({ leases }: Ledger, now: number, windowMs: number): number {
  let sum = 0;
  for (const { permits, until } of leases.values()) if (until + windowMs > now) sum += permits;
  return sum;
}

/** Processes that were heard of within {@link memberMs}. */
export function membersOf({ leases }: Ledger, now: number): string[] {
  return [...leases].filter(([, { seen }]) => seen + memberMs > now).map(([id]) => id);
}

/** The next instant at which something counts no longer. */
export function nextRelease({ starts, leases }: Ledger, now: number, windowMs: number): number {
  const ends = [...leases.values()].flatMap(({ permits, until }) => (permits > 0 ? [until + windowMs] : []));
  const first = starts[0];
  if (first !== undefined) ends.push(first[0] + windowMs);
  return Math.min(...ends.filter((end) => end > now));
}

/** A ledger in which nothing stands. */
export const emptyLedger: Ledger = { starts: [], leases: new Map(), evenly: 0 };

/** The ledger as text. */
export function writeLedger({ starts, leases, evenly }: Ledger): string {
  const rows = [...leases].map(([id, { permits, until, seen }]) => [id, permits, until, seen]);
  return JSON.stringify([starts, rows, evenly]);
}

/** Reads what {@link writeLedger} wrote; anything else, written by nobody we know, counts as empty and is replaced. */
export function readLedger(text: string | undefined): Ledger {
  if (text === undefined) return emptyLedger;
  try {
    const [starts, rows, evenly] = JSON.parse(text);
    const leases = rows.map(([id, permits, until, seen]: readonly [string, number, number, number]) => [
      String(id),
      { permits: finite(permits), until: finite(until), seen: finite(seen) },
    ]);
    const counted = starts.map(([at, count]: Starts) => [finite(at), finite(count)] as const);
    return { starts: counted, leases: new Map(leases), evenly: finite(evenly) };
  } catch {
    return emptyLedger;
  }
}

function finite(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError('not a number');
}
