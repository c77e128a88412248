/** When a quota will be used up, if it goes on like this. */
import type { IntegrationStatus } from '@im/core';

/** The quota of one integration since it was last filled up. */
export class QuotaTrend {
  #first: { readonly at: number; readonly remaining: number } | undefined;
  #last: { readonly at: number; readonly remaining: number } | undefined;

  take({ quotaRemaining }: Pick<IntegrationStatus, 'quotaRemaining'>, at: number): void {
    if (quotaRemaining === undefined) {
      this.#first = this.#last = undefined;
      return;
    }
    const refilled = this.#last === undefined || quotaRemaining > this.#last.remaining;
    this.#last = { at, remaining: quotaRemaining };
    if (refilled) this.#first = this.#last;
  }

  /** When it was last looked at. */
  get takenAt(): number {
    return this.#last?.at ?? 0;
  }

  /** Milliseconds since 1970; `undefined` while it is not being used, or not known. */
  get usedUpAt(): number | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const used = this.#first.remaining - this.#last.remaining;
    const tookMs = this.#last.at - this.#first.at;
    return used <= 0 || tookMs <= 0 ? undefined : this.#last.at + (this.#last.remaining * tookMs) / used;
  }
}
