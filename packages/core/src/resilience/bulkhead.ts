import type { Cancel } from '../clock.ts';
import type { ResilienceOptions } from './options.ts';

/** Bounds the calls at the vendor; further ones wait in the order in which they came. */
export class Bulkhead {
  readonly #maxConcurrent: number;
  readonly #maxQueue: number;
  /** In order of insertion; a call that gives up is taken out wherever it stands. */
  readonly #queue = new Set<() => void>();
  #active = 0;

  /** `false`: no bound; it only counts. */
  constructor(options: ResilienceOptions['bulkhead']) {
    this.#maxConcurrent = options === false ? Number.POSITIVE_INFINITY : options.maxConcurrent;
    this.#maxQueue = options === false ? 0 : options.maxQueue;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get isFull(): boolean {
    return this.#queue.size >= this.#maxQueue;
  }

  /** Takes a place, when one is free and nobody waits for it. */
  enter(): boolean {
    if (this.#active >= this.#maxConcurrent || this.#queue.size > 0) return false;
    this.#active += 1;
    return true;
  }

  /** Queues for a place; `done` is called when it was given. */
  wait(done: () => void): Cancel {
    this.#queue.add(done);
    return () => void this.#queue.delete(done);
  }

  /** Gives a place back: to the first who waits. */
  leave(): void {
    const next = this.#queue.size > 0 ? this.#queue.values().next().value : undefined;
    if (next === undefined) {
      this.#active -= 1;
      return;
    }
    this.#queue.delete(next);
    next();
  }
}
