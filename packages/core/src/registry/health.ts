/**
 * Judges health by two kinds of evidence.
 *
 * Passive: the outcomes of the last real calls. When the share of failures reaches `degradedRatio` the integration is
 * degraded; it is well again when the share has fallen below half of that (hysteresis), or when `successesToHealthy`
 * checks in a row have passed while nobody called. Before {@link leastCalls} outcomes are known, only a series without
 * any success counts as bad.
 *
 * Active: `check`. `failuresToUnhealthy` failures in a row make it unhealthy, `successesToHealthy` successes in a row
 * make it healthy again. The check at start counts at once in either direction.
 */
import type { ErrorCode } from '../errors.ts';
import type { HealthOptions } from './types.ts';

/** Health options with every default filled in. */
export type HealthSettings = { readonly [Name in keyof HealthOptions]-?: number };

/** The defaults of {@link HealthOptions}. */
export const healthDefaults: HealthSettings = {
  checkIntervalMs: 30_000,
  checkTimeoutMs: 5_000,
  failuresToUnhealthy: 3,
  successesToHealthy: 2,
  degradedRatio: 0.2,
  window: 50,
  forecastMs: 24 * 60 * 60 * 1_000,
};

/** Outcomes below which a mixed record is not judged. */
export const leastCalls = 10;

/** Part by which the interval between two checks is spread to either side. */
const spread = 0.2;

/** Milliseconds until the next check. */
export function checkDelayMs(settings: HealthSettings, random: () => number): number {
  return settings.checkIntervalMs * (1 - spread + 2 * spread * random());
}

/** Codes that tell of the service or of the credential; all others are the caller's own doing. */
const tellingCodes: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'deadline_exceeded',
  'resource_exhausted',
  'internal',
  'unknown',
  'unauthenticated',
]);

/** The last outcomes of real calls. */
export class OutcomeWindow {
  readonly #ratio: number;
  /** A ring: 1 for a failure. */
  readonly #ring: Uint8Array;
  #next = 0;
  #total = 0;
  #failures = 0;
  #bad = false;

  constructor({ window, degradedRatio }: Pick<HealthSettings, 'window' | 'degradedRatio'>) {
    this.#ring = new Uint8Array(Math.max(1, window));
    this.#ratio = degradedRatio;
  }

  /** Whether the record is bad at present. */
  get bad(): boolean {
    return this.#bad;
  }

  /** For people: `7 of the last 20 calls failed`. */
  get says(): string {
    return `${this.#failures} of the last ${this.#total} calls failed`;
  }

  /**
   * Takes in one outcome. Cancelled calls tell nothing and are left out.
   *
   * @returns whether {@link OutcomeWindow.bad} has changed
   */
  add(code: ErrorCode | undefined): boolean {
    if (code === 'cancelled') return false;
    const failed = code !== undefined && tellingCodes.has(code) ? 1 : 0;
    if (this.#total === this.#ring.length) this.#failures -= this.#ring[this.#next] as number;
    else this.#total += 1;
    this.#ring[this.#next] = failed;
    this.#failures += failed;
    this.#next = this.#next + 1 === this.#ring.length ? 0 : this.#next + 1;
    return this.#judge();
  }

  /** Forgets everything. @returns whether {@link OutcomeWindow.bad} has changed */
  clear(): boolean {
    this.#next = 0;
    this.#total = 0;
    this.#failures = 0;
    return this.#judge();
  }

  #judge(): boolean {
    const before = this.#bad;
    const ratio = this.#total === 0 ? 0 : this.#failures / this.#total;
    if (before) this.#bad = ratio >= this.#ratio / 2 && this.#failures > 0;
    else {
      const known = this.#total >= Math.min(leastCalls, this.#ring.length) || this.#failures === this.#total;
      this.#bad = known && this.#failures > 0 && ratio >= this.#ratio;
    }
    return this.#bad !== before;
  }
}

/** Results of checks in a row. */
export class CheckStreak {
  readonly #settings: Pick<HealthSettings, 'failuresToUnhealthy' | 'successesToHealthy'>;
  #successes = 0;
  #failures = 0;
  #unhealthy = false;

  constructor(settings: Pick<HealthSettings, 'failuresToUnhealthy' | 'successesToHealthy'>) {
    this.#settings = settings;
  }

  get unhealthy(): boolean {
    return this.#unhealthy;
  }

  /** Whether so many have passed in a row that older evidence no longer counts. */
  get convincing(): boolean {
    return this.#successes >= this.#settings.successesToHealthy;
  }

  /** @param first whether it is the check at start, which decides alone */
  add(ok: boolean, first = false): void {
    this.#successes = ok ? this.#successes + 1 : 0;
    this.#failures = ok ? 0 : this.#failures + 1;
    if (first) this.#unhealthy = !ok;
    else if (this.#failures >= this.#settings.failuresToUnhealthy) this.#unhealthy = true;
    else if (this.convincing) this.#unhealthy = false;
  }
}
