import type { Cancel, Clock } from '../../clock.ts';

/** One timer that may be set to an earlier instant; a later one is found when it rings. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: Cancel | undefined;
  #due = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get isSet(): boolean {
    return this.#cancel !== undefined;
  }

  /** @param due never, when it is infinite */
  set(due: number, now: number, background: boolean): void {
    if (due >= this.#due) return;
    this.stop();
    this.#due = due;
    this.#cancel = this.#clock.schedule(
      Math.max(0, Math.ceil(due - now)),
      () => {
        this.stop();
        this.#ring();
      },
      { background },
    );
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#due = Number.POSITIVE_INFINITY;
  }
}
