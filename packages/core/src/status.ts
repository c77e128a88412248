/** What the registry tells about its integrations: plain data, safe to show, in JSON as it stands. */

import type { Forecast } from './context.ts';
import type { ErrorCode } from './errors.ts';
import type { Category } from './integration.ts';
import type { BreakerState } from './resilience/types.ts';

/** Where an integration stands. `registered` is not started; `disabled` is taken out by hand. */
export const statuses = [
  'registered',
  'starting',
  'healthy',
  'degraded',
  'unhealthy',
  'draining',
  'stopped',
  'disabled',
] as const;

/** One of {@link statuses}. */
export type Status = (typeof statuses)[number];

/** Why an integration has its status. */
export interface StatusReason {
  /** For programs: `check_failed`, `error_rate`, `circuit_open`, `parked`, `expiring`, `options_invalid`, `by_hand`… */
  readonly kind: string;
  /** For people. */
  readonly says: string;
  readonly code?: ErrorCode | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Counts of one integration since it was registered. Durations in milliseconds. */
export interface Stats {
  readonly calls: number;
  readonly failures: number;
  /** Failures by canonical code; only codes that occurred. */
  readonly failuresByCode: Readonly<Partial<Record<ErrorCode, number>>>;
  readonly attempts: number;
  readonly retries: number;
  readonly waits: number;
  readonly waitedMs: number;
  /** By operation; only those that were called. */
  readonly operations: Readonly<Record<string, OperationStats>>;
}

/** Counts of one operation. */
export interface OperationStats {
  readonly calls: number;
  readonly failures: number;
  readonly totalMs: number;
  /** Calls at most as long as each bound of {@link latencyBoundsMs}; cumulative, the last is every call. */
  readonly buckets: readonly number[];
}

/** Upper bounds of the latency histogram, milliseconds; one more bucket holds the rest. */
export const latencyBoundsMs: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Everything shown of one integration. */
export interface IntegrationStatus {
  /** Name of the registration. */
  readonly name: string;
  readonly tenant: string;
  /** Id and title of the definition. */
  readonly provider: string;
  readonly title: string;
  readonly category: Category;
  readonly required: boolean;
  readonly status: Status;
  readonly reasons: readonly StatusReason[];
  /** When the status was last entered, milliseconds since 1970. */
  readonly since: number;
  /** The last active check, when there was one. */
  readonly lastCheck?:
    | {
        readonly at: number;
        readonly durationMs: number;
        readonly ok: boolean;
        readonly says?: string | undefined;
      }
    | undefined;
  readonly breaker: BreakerState;
  readonly inFlight: number;
  readonly queued: number;
  readonly quotaRemaining?: number | undefined;
  readonly parkedUntil?: number | undefined;
  readonly forecasts: readonly Forecast[];
  readonly stats: Stats;
}

/** What can happen to an integration. */
export const eventKinds = [
  'status',
  'breaker',
  'retry',
  'parked',
  'check',
  'configured',
  'forecast',
  'sharing',
] as const;

/** Something that happened to an integration. */
export interface RegistryEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly tenant: string;
  readonly provider: string;
  readonly kind: (typeof eventKinds)[number];
  /** For people: `healthy → degraded`. */
  readonly says: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
