/**
 * Time-outs for thousands of calls on a handful of timers.
 *
 * Nearly every time-out is armed and never fires, and nearly all of them have one of two durations. Time-outs of the
 * same duration fall due in the order in which they were armed, so that a list of them needs one timer, for its head:
 * 1. Arming appends to the list of that duration; the timer is started only when the list has none.
 * 2. Disarming unlinks. The timer is left alone: when it fires it lets go what is due and is set for the next head.
 * 3. A list that has become empty stops its timer with the next turn of the clock, not at once, so that one call after
 *    the other does not start and stop a timer each.
 *
 * All pipelines of one clock share the lists, so that ten thousand tenants at work hold as few timers as one.
 */
import type { Cancel, Clock } from '../clock.ts';
import { Chain, type Linked } from './chain.ts';

/** Something that can be armed, once at a time. */
export interface Timed extends Linked<Timed> {
  /** Set while it is armed. */
  timers: TimerList | undefined;
  /** Milliseconds since 1970. */
  due: number;
  /** Called when the time is over, at most once for each arming. */
  expire(): void;
}

/** Durations beyond these many get a timer of their own for each call. */
const maxLists = 64;

const byClock = new WeakMap<Clock, Timers>();

/** The time-outs of `clock`. They hold nothing but what is armed, so that sharing them joins nobody. */
export function timersOf(clock: Clock): Timers {
  let timers = byClock.get(clock);
  if (timers === undefined) {
    timers = new Timers(clock);
    byClock.set(clock, timers);
  }
  return timers;
}

/** Arms and disarms time-outs on one clock. */
export class Timers {
  readonly #clock: Clock;
  readonly #lists = new Map<number, TimerList>();
  /** The list that was used last: usually the one that is wanted. */
  #latest: TimerList | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `timed.expire` called in `delayMs` milliseconds; `now` is the clock's present time. */
  arm(timed: Timed, delayMs: number, now: number): void {
    if (this.#latest?.delayMs !== delayMs) this.#latest = this.#lists.get(delayMs) ?? this.#newList(delayMs);
    this.#latest.add(timed, now);
  }

  disarm(timed: Timed): void {
    timed.timers?.remove(timed);
  }

  /** Stops the timers of which nobody is in need, without waiting for the next turn of the clock. */
  sweep(): void {
    for (const list of [...this.#lists.values()]) list.sweep();
  }

  #newList(delayMs: number): TimerList {
    if (this.#lists.size >= maxLists) return new TimerList(this.#clock, delayMs, () => {});
    const list = new TimerList(this.#clock, delayMs, () => this.#forget(delayMs));
    this.#lists.set(delayMs, list);
    return list;
  }

  #forget(delayMs: number): void {
    this.#lists.delete(delayMs);
    if (this.#latest?.delayMs === delayMs) this.#latest = undefined;
  }
}

/** Time-outs of one duration. */
export class TimerList {
  readonly #clock: Clock;
  readonly delayMs: number;
  readonly #onEmpty: () => void;
  readonly #chain = new Chain<Timed>();
  #cancelTimer: Cancel | undefined;
  #cancelSweep: Cancel | undefined;

  constructor(clock: Clock, delayMs: number, onEmpty: () => void) {
    this.#clock = clock;
    this.delayMs = delayMs;
    this.#onEmpty = onEmpty;
  }

  add(timed: Timed, now: number): void {
    timed.due = now + this.delayMs;
    timed.timers = this;
    this.#chain.add(timed);
    this.#cancelTimer ??= this.#clock.schedule(this.delayMs, this.#onTimer);
  }

  remove(timed: Timed): void {
    timed.timers = undefined;
    this.#chain.remove(timed);
    if (this.#chain.head === undefined) this.#cancelSweep ??= this.#clock.schedule(0, this.sweep);
  }

  /** Lets the timers go, if nobody is armed. */
  readonly sweep = (): void => {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    if (this.#chain.head !== undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#onEmpty();
  };

  readonly #onTimer = (): void => {
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    const chain = this.#chain;
    // The system's time was set back: no one may wait longer than the whole duration again.
    for (let timed = chain.head; timed !== undefined && timed.due - now > this.delayMs; timed = timed.later) {
      timed.due = now + this.delayMs;
    }
    for (let timed = chain.head; timed !== undefined && timed.due <= now; timed = chain.head) {
      this.remove(timed);
      timed.expire();
    }
    if (chain.head !== undefined)
      this.#cancelTimer ??= this.#clock.schedule(chain.head.due - now, this.#onTimer);
  };
}
