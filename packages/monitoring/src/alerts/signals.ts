/**
 * What rules are about. Signals of integrations are read from the registry at each evaluation; those over a stretch of time
 * come from the counts of `/slo`, which are the whole fleet's; everything else an application tells by name.
 */
import type { IntegrationStatus } from '@im/core';
import type { Counts } from '../slo/counts.ts';
import { durationText } from '../slo/duration.ts';
import type { Labels } from './match.ts';

/** One reading. */
export interface Sample {
  /** Beside tenant, integration and provider. */
  readonly labels?: Labels | undefined;
  readonly value: number;
  /** For people: why it is so. */
  readonly says?: string | undefined;
}

/** How a value is told. */
interface Shown {
  /** What it means, to stand behind it: `calls left`. */
  readonly unit?: string;
  /** The whole of what is said of it, where a number says little. */
  readonly shown?: (value: number) => string;
}

interface RegistrySignal extends Shown {
  readonly read: (status: IntegrationStatus, now: number) => readonly Sample[];
}

const reasons = (status: IntegrationStatus, ...kinds: readonly string[]): string | undefined =>
  status.reasons.find(({ kind }) => kinds.length === 0 || kinds.includes(kind))?.says;

/** Signals of one integration as it stands. */
export const registrySignals = {
  unhealthy: {
    shown: () => 'its status is unhealthy',
    read: (status) => [{ value: Number(status.status === 'unhealthy'), says: reasons(status) }],
  },
  degraded: {
    shown: () => 'its status is degraded',
    read: (status) => [{ value: Number(status.status === 'degraded'), says: reasons(status) }],
  },
  breaker_open: {
    shown: () => 'its breaker is not closed',
    read: (status) => [
      {
        value: Number(status.breaker !== 'closed'),
        says: reasons(status, 'circuit_open', 'circuit_half_open', 'isolated'),
      },
    ],
  },
  expires_in_seconds: {
    shown: (seconds) => `${durationText(Math.ceil(Math.max(seconds, 0) / 60) * 60_000)} left`,
    read: ({ forecasts }, now) =>
      forecasts.map(({ kind, at, what }) => ({
        labels: { kind },
        value: (at - now) / 1_000,
        says: `${what}, at ${new Date(at).toISOString()}`,
      })),
  },
  quota_remaining: {
    unit: 'calls left',
    read: ({ quotaRemaining }) => (quotaRemaining === undefined ? [] : [{ value: quotaRemaining }]),
  },
  queued: { unit: 'calls waiting', read: ({ queued }) => [{ value: queued }] },
  in_flight: { unit: 'calls inside', read: ({ inFlight }) => [{ value: inFlight }] },
} as const satisfies Readonly<Record<string, RegistrySignal>>;

/** Name of one of {@link registrySignals}. */
export type RegistrySignalName = keyof typeof registrySignals;

/** Signals over a stretch of time, of one integration in all processes. `undefined`: no call, so nothing to judge. */
export const windowSignals = {
  calls: { unit: 'calls', read: ({ calls }: Counts): number | undefined => calls },
  failed_calls: { unit: 'failed calls', read: ({ bad }: Counts): number | undefined => bad },
  failed_share: {
    unit: 'of the calls failed (1 is all)',
    read: ({ calls, bad }: Counts) => (calls === 0 ? undefined : bad / calls),
  },
} as const;

/** Name of one of {@link windowSignals}. */
export type WindowSignalName = keyof typeof windowSignals;

/** A signal that the application tells: a level that it records, or events that it counts. */
export interface CustomSignal {
  readonly kind: 'gauge' | 'counter';
  /** What the value means, to stand in a message. */
  readonly unit: string;
}

/** Signals that are known by name without being declared. */
export const knownSignals = {
  /** `onAlert` of a payment gateway: an answer about another amount, currency or reference. */
  payment_alerts: { kind: 'counter', unit: 'contradictions' },
  /** `unmappedDeclines()` of a payment gateway, by code: those that no table knows. */
  unmapped_declines: { kind: 'gauge', unit: 'declines' },
  /** Openings of a circuit breaker, from the registry's events. */
  breaker_openings: { kind: 'counter', unit: 'openings' },
} as const satisfies Readonly<Record<string, CustomSignal>>;

/** Looks a name up in one of the tables. */
export function isIn<Table extends object>(table: Table, name: PropertyKey): name is keyof Table {
  return Object.hasOwn(table, name);
}

/** What a message says of a signal's value; `limits` says which value the rule is about. */
export function valueText(
  signal: string,
  value: number,
  limits: string,
  custom: Readonly<Record<string, CustomSignal>>,
): string {
  const rows: Readonly<Record<string, Shown>> = { ...custom, ...windowSignals, ...registrySignals };
  const { unit = '', shown }: Shown = (isIn(rows, signal) ? rows[signal] : undefined) ?? {};
  return shown?.(value) ?? `${Number(value.toPrecision(4))} ${unit}${limits}`;
}
