/**
 * Whether a store may be asked. After some failures in a row it is left alone for a while (open); then one call may try it
 * (half-open): success closes it, failure leaves it alone for twice as long.
 */
import { type Clock, isIntegrationError } from '@im/core';

/** When a store is left alone, and for how long. */
export interface HealthOptions {
  /** Failures in a row after which it is left alone. Default 3. */
  readonly failures?: number | undefined;
  /** Milliseconds for which it is left alone the first time; doubled each time after that. Default 5,000. */
  readonly coolDownMs?: number | undefined;
  /** Default 60,000. */
  readonly longestCoolDownMs?: number | undefined;
}

/** How a store does. */
export type HealthState = 'closed' | 'open' | 'half-open';

/** The health of one store. */
export interface StoreHealth {
  readonly state: HealthState;
  /** Milliseconds until it may be asked; 0 when it may be asked now. */
  readonly waitMs: number;
  /** The last failure since it was well. */
  readonly error: unknown;
  /** Whether a call may be made now. While half-open only one is let through: it must end in `succeeded`, `failed` or `left`. */
  enter(): boolean;
  succeeded(): void;
  /** Counts where the store is to blame: errors that say that the same call may succeed later. */
  failed(error: unknown): void;
  /** The call ended without saying anything of the store, as by an abort. */
  left(): void;
}

/** Whether the failure is the store's, and may pass: the only ones after which another store is asked. */
export function isOutage(error: unknown): boolean {
  return isIntegrationError(error) && error.retryable;
}

/** Makes the health of a store that is well. */
export function createHealth(clock: Clock, options: HealthOptions = {}): StoreHealth {
  const { failures: most = 3, coolDownMs = 5_000, longestCoolDownMs = 60_000 } = options;
  let failures = 0;
  let coolDown = coolDownMs;
  let openUntil: number | undefined;
  let isProbing = false;
  let last: unknown;
  const waitMs = () => (openUntil === undefined ? 0 : Math.max(0, openUntil - clock.now()));
  return {
    get state() {
      if (openUntil === undefined) return 'closed';
      return waitMs() > 0 ? 'open' : 'half-open';
    },
    get waitMs() {
      return waitMs();
    },
    get error() {
      return last;
    },
    enter() {
      if (openUntil === undefined) return true;
      if (waitMs() > 0 || isProbing) return false;
      isProbing = true;
      return true;
    },
    succeeded() {
      failures = 0;
      coolDown = coolDownMs;
      openUntil = undefined;
      isProbing = false;
      last = undefined;
    },
    failed(error) {
      if (!isOutage(error)) {
        // It answered.
        this.succeeded();
        return;
      }
      last = error;
      failures += 1;
      if (!isProbing && failures < most) return;
      isProbing = false;
      openUntil = clock.now() + coolDown;
      coolDown = Math.min(coolDown * 2, longestCoolDownMs);
    },
    left() {
      isProbing = false;
    },
  };
}
