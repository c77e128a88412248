/** How finely a window moves: it forgets a tenth of itself at a time. */
const slices = 10;

/** Counts what happened within a moving stretch of time, in constant space. */
export class SlidingCount {
  readonly #sliceMs: number;
  readonly #counts = new Array<number>(slices).fill(0);
  #slice = Number.NaN;
  /** The stretch of the present slice: until it is over, counting is an addition. */
  #from = Number.NaN;
  #until = Number.NaN;
  #index = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / slices;
  }

  add(now: number): void {
    this.#move(now);
    this.#counts[this.#index] = (this.#counts[this.#index] ?? 0) + 1;
    this.#total += 1;
  }

  total(now: number): number {
    this.#move(now);
    return this.#total;
  }

  #move(now: number): void {
    if (now >= this.#from && now < this.#until) return;
    const slice = Math.floor(now / this.#sliceMs);
    if (slice === this.#slice) return;
    const passed = slice - this.#slice;
    // A clock that was set back, and the first use, forget everything.
    const forget = passed > 0 && passed < slices ? passed : slices;
    for (let age = 0; age < forget; age += 1) {
      const index = (((slice - age) % slices) + slices) % slices;
      this.#total -= this.#counts[index] ?? 0;
      this.#counts[index] = 0;
    }
    this.#slice = slice;
    this.#index = slice % slices;
    this.#from = slice * this.#sliceMs;
    this.#until = this.#from + this.#sliceMs;
  }
}
