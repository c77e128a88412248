/**
 * Time-outs for thousands of calls on a handful of timers.
 *
 * Nearly every time-out is armed and never fires, and nearly all of them have one of two durations. Time-outs of the
 * same duration fall due in the order in which they were armed, so that a list of them needs one timer, for its head:
 * 1. Arming appends to the list of that duration; the timer is started only when the list has none.
 * 2. Disarming unlinks. The timer is left alone: when it fires it lets go what is due and is set for the next head.
 * 3. A list that has become empty stops its timer with the next turn of the clock, not at once, so that one call after
 *    the other does not start and stop a timer each.
 */
import type { Cancel, Clock } from '../clock.ts';

/** Something that can be armed; it carries its own links, so that arming allocates nothing. */
export interface Timed {
  timer: TimerLink;
  /** Called when the time is over, at most once for each arming. */
  expire(): void;
}

/** The links of one {@link Timed}; a fresh one is `undefined` until it is armed. */
export type TimerLink = TimerEntry | undefined;

interface TimerEntry {
  readonly owner: Timed;
  readonly list: TimerList;
  due: number;
  earlier: TimerEntry | undefined;
  later: TimerEntry | undefined;
}

/** Durations beyond these many get a timer of their own for each call. */
const maxLists = 16;

/** Arms and disarms time-outs on one clock. */
export class Timers {
  readonly #clock: Clock;
  readonly #lists = new Map<number, TimerList>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `owner.expire` called in `delayMs` milliseconds; `now` is the clock's present time. */
  arm(owner: Timed, delayMs: number, now: number): void {
    let list = this.#lists.get(delayMs);
    if (list === undefined) {
      list = new TimerList(this.#clock, delayMs);
      if (this.#lists.size < maxLists) this.#lists.set(delayMs, list);
    }
    owner.timer = list.add(owner, now);
  }

  disarm(owner: Timed): void {
    const entry = owner.timer;
    if (entry === undefined) return;
    owner.timer = undefined;
    entry.list.remove(entry);
  }

  /** Stops every timer. Only when nothing is armed any more. */
  close(): void {
    for (const list of this.#lists.values()) list.stop();
    this.#lists.clear();
  }
}

class TimerList {
  readonly #clock: Clock;
  readonly #delayMs: number;
  #head: TimerEntry | undefined;
  #tail: TimerEntry | undefined;
  #cancelTimer: Cancel | undefined;
  #cancelSweep: Cancel | undefined;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  add(owner: Timed, now: number): TimerEntry {
    const entry: TimerEntry = {
      owner,
      list: this,
      due: now + this.#delayMs,
      earlier: this.#tail,
      later: undefined,
    };
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.later = entry;
    this.#tail = entry;
    this.#cancelTimer ??= this.#clock.schedule(this.#delayMs, this.#onTimer);
    return entry;
  }

  remove(entry: TimerEntry): void {
    const { earlier, later } = entry;
    if (earlier === undefined) this.#head = later;
    else earlier.later = later;
    if (later === undefined) this.#tail = earlier;
    else later.earlier = earlier;
    if (this.#head === undefined) this.#cancelSweep ??= this.#clock.schedule(0, this.#onSweep);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelSweep?.();
    this.#cancelTimer = undefined;
    this.#cancelSweep = undefined;
  }

  readonly #onSweep = (): void => {
    this.#cancelSweep = undefined;
    if (this.#head === undefined) this.stop();
  };

  readonly #onTimer = (): void => {
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    // The system's time was set back: no one may wait longer than the whole duration again.
    for (
      let entry = this.#head;
      entry !== undefined && entry.due - now > this.#delayMs;
      entry = entry.later
    ) {
      entry.due = now + this.#delayMs;
    }
    for (let entry = this.#head; entry !== undefined && entry.due <= now; entry = this.#head) {
      entry.owner.timer = undefined;
      this.remove(entry);
      entry.owner.expire();
    }
    if (this.#head !== undefined)
      this.#cancelTimer ??= this.#clock.schedule(this.#head.due - now, this.#onTimer);
  };
}
