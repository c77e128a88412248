/**
 * Time that a test moves. Nothing waits for real: an advance runs what has come due, in order, and lets everything that
 * follows from it settle before it goes on.
 *
 * Settling is the hard part where real sockets and threads take part. Between two timers the clock gives the event loop turns until
 * promises and callbacks have run, and a little real time (milliseconds) while a socket is in use, so that an answer
 * on loopback arrives before the time-out that guards it is reached. The further the next timer is away, the likelier
 * it is such a guard, and the longer it is given. Signatures and keys that are being made are waited for in any case.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as realWait, setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@im/core';
import { jobsPending, watchJobs } from './pending-jobs.ts';
import { silentExchanges } from './silence.ts';

/** A clock that stands still until it is moved. Made by {@link createVirtualClock}. */
export interface VirtualClock extends Clock {
  /** Timers that were scheduled and have neither run nor been cancelled. */
  readonly pending: number;
  /**
   * Moves time by `ms` milliseconds: every timer that comes due runs at its own instant, in order, also those that are
   * scheduled on the way. `advance(0)` runs what is due now.
   *
   * @throws what a timer's callback threw
   */
  advance(ms: number): Promise<void>;
  /**
   * Moves time from timer to timer until `promise` settles, and no further. Gives or throws what the promise does.
   *
   * @throws Error when `options.limitMs` milliseconds (of this clock, default 10 years) have passed, or when no timer is pending
   * and the promise stays unsettled for 10 real seconds
   */
  until<Value>(promise: Promise<Value>, options?: { readonly limitMs?: number }): Promise<Value>;
  /** Moves time until only `background` timers are left. */
  runAll(): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  readonly background: boolean;
}

/** Turns of the event loop after each timer: enough for a request and its answer within one process. */
const turnsToSettle = 12;

/** Milliseconds given to sockets before the clock jumps over a distance of up to `distanceMs`. */
const patience: readonly { readonly distanceMs: number; readonly busyMs: number; readonly idleMs: number }[] =
  [
    { distanceMs: 1_000, busyMs: 3, idleMs: 0 },
    { distanceMs: Number.POSITIVE_INFINITY, busyMs: 30, idleMs: 5 },
  ];

/** Real milliseconds after which `until` gives up when there is no timer to move to. */
const stuckMs = 10_000;
/** Milliseconds in which answers on loopback come, most of them: asked for again and again, without a wait. */
const spinMs = 2;
const tenYearsMs = 10 * 365 * 86_400_000;

/** Makes a clock that begins at `startMs`, milliseconds since 1970. Default: 2030-01-01T00:00:00Z. */
export function createVirtualClock(startMs: number = Date.UTC(2030, 0, 1)): VirtualClock {
  watchJobs();
  let now = startMs;
  /** By due time, then by order of scheduling. */
  const timers: Timer[] = [];

  const remove = (timer: Timer) => {
    const index = timers.indexOf(timer);
    if (index >= 0) timers.splice(index, 1);
  };
  const runNext = (timer: Timer) => {
    remove(timer);
    now = Math.max(now, timer.due);
    timer.callback();
  };

  return {
    now: () => now,
    get pending() {
      return timers.length;
    },
    schedule(delayMs, callback, options) {
      const timer = { due: now + Math.max(delayMs, 0), callback, background: options?.background ?? false };
      timers.splice(placeOf(timers, timer.due), 0, timer);
      return () => remove(timer);
    },
    async advance(ms) {
      const target = now + ms;
      await settle();
      for (let next = timers[0]; next !== undefined && next.due <= target; next = timers[0]) {
        runNext(next);
        await settle();
      }
      now = Math.max(now, target);
    },
    async until(promise, options) {
      const limit = now + (options?.limitMs ?? tenYearsMs);
      const state = watch(promise);
      let stuckSince: number | undefined;
      while (!state.settled) {
        const distance = Math.max((timers[0]?.due ?? Number.POSITIVE_INFINITY) - now, 0);
        await settle(distance, () => state.settled);
        if (state.settled) break;
        // Settling may have scheduled something nearer, or cancelled what was next: look again.
        const next = timers[0];
        if (next !== undefined && Number.isFinite(next.due)) {
          stuckSince = undefined;
          if (next.due - now > distance) continue;
          if (next.due > limit) throw new Error('the promise has not settled within the limit of this clock');
          runNext(next);
        } else {
          stuckSince ??= performance.now();
          if (performance.now() - stuckSince > stuckMs) {
            throw new Error('no timer is pending, and the promise does not settle by itself');
          }
        }
      }
      return promise;
    },
    async runAll() {
      await settle();
      for (
        let next = timers[0];
        next !== undefined && Number.isFinite(next.due) && timers.some((timer) => !timer.background);
        next = timers[0]
      ) {
        runNext(next);
        await settle();
      }
    },
  };
}

/** Where a timer of this due time belongs: behind those that are due earlier or at the same instant. */
function placeOf(timers: readonly Timer[], due: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle] as Timer).due <= due) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Knows whether a promise has settled, and keeps a rejection from counting as unhandled meanwhile. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false };
  const settled = () => {
    state.settled = true;
  };
  promise.then(settled, settled);
  return state;
}

/** Lets promises, callbacks, sockets and threads of this process finish what they can without time passing. */
async function settle(distanceMs = 0, done: () => boolean = () => false): Promise<void> {
  const { busyMs, idleMs } = patience.find((row) => distanceMs < row.distanceMs) ?? { busyMs: 30, idleMs: 5 };
  const start = performance.now();
  const spent = stopwatch();
  let wasBusy = false;
  for (;;) {
    for (let turns = 0; turns < turnsToSettle && !done(); turns += 1) await turn();
    if (done()) return;
    const isBusy = jobsPending()
      ? performance.now() - start < stuckMs
      : spent.ms() < (socketsInUse() ? busyMs : idleMs);
    // What was waited for has ended: what follows from it gets its turns too.
    if (!isBusy && !wasBusy) return;
    wasBusy = isBusy;
    if (spent.ms() > spinMs) await spent.rest();
  }
}

/** Counts what this process has worked and rested, and not what it waited for its turn on a machine with much to do. */
function stopwatch() {
  const start = process.cpuUsage();
  let restedMs = 0;
  return {
    ms() {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1_000 + restedMs;
    },
    async rest() {
      restedMs += 1;
      await realWait(1);
    },
  };
}

/**
 * Idle keep-alive sockets do not count: clients and the fake server keep them from holding the process. Nor do those of requests that a fake
 * leaves unanswered until time moves.
 */
function socketsInUse(): boolean {
  const inUse = process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCPSocket|TCPConnect|TLS|FSReq|GetAddrInfo)/.test(kind));
  return inUse.length > silentExchanges() || inUse.some((kind) => kind !== 'TCPSocketWrap');
}
