/** Every metric of an integration as data: one row each, read from its status at the moment of the scrape. */
import { type IntegrationStatus, statuses } from '@im/core';

/** Labels that every metric of an integration has. */
export const integrationLabels = ['tenant', 'integration', 'provider'] as const;

/** One metric. */
export interface IntegrationMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** A label beside {@link integrationLabels}. Its values are a closed set, or names of the provider's code. */
  readonly label?: string;
  /** What is shown where several integrations share their labels. Default: the sum. */
  readonly merge?: 'latest';
  /** Values by the extra label's value; `''` without one. Absent ones are left out. */
  read(status: IntegrationStatus): Readonly<Record<string, number | undefined>>;
}

const breakerStates: readonly IntegrationStatus['breaker'][] = ['closed', 'half-open', 'open', 'isolated'];

/** 1 for the one that holds, 0 for the others. */
const oneOf = <Value extends string>(all: readonly Value[], holds: Value) =>
  Object.fromEntries(all.map((value) => [value, Number(value === holds)]));

const only = (value: number | undefined) => ({ '': value });

/** A row each; the durations are a histogram of their own. */
export const integrationMetrics: readonly IntegrationMetric[] = [
  {
    name: 'im_integration_status',
    type: 'gauge',
    help: '1 for the status an integration is in.',
    label: 'status',
    read: ({ status }) => oneOf(statuses, status),
  },
  {
    name: 'im_integration_breaker_state',
    type: 'gauge',
    help: '1 for the state of the circuit breaker.',
    label: 'state',
    read: ({ breaker }) => oneOf(breakerStates, breaker),
  },
  {
    name: 'im_integration_in_flight',
    type: 'gauge',
    help: 'Calls inside, waiting ones included.',
    read: ({ inFlight }) => only(inFlight),
  },
  {
    name: 'im_integration_queued',
    type: 'gauge',
    help: 'Calls waiting for the bulkhead or the rate limit.',
    read: ({ queued }) => only(queued),
  },
  {
    name: 'im_integration_quota_remaining',
    type: 'gauge',
    help: 'Calls left in the present window.',
    read: ({ quotaRemaining }) => only(quotaRemaining),
  },
  {
    name: 'im_integration_parked_until_seconds',
    type: 'gauge',
    help: 'Instant until which the vendor wants no calls.',
    merge: 'latest',
    read: ({ parkedUntil }) => only(parkedUntil === undefined ? undefined : parkedUntil / 1_000),
  },
  {
    name: 'im_integration_expires_seconds',
    type: 'gauge',
    help: 'Instant at which something expires.',
    label: 'kind',
    merge: 'latest',
    read: ({ forecasts }) => Object.fromEntries(forecasts.map(({ kind, at }) => [kind, at / 1_000])),
  },
  {
    name: 'im_integration_failures_total',
    type: 'counter',
    help: 'Failed calls by canonical code.',
    label: 'code',
    read: ({ stats }) => stats.failuresByCode,
  },
  {
    name: 'im_integration_attempts_total',
    type: 'counter',
    help: 'Requests made to the vendor.',
    read: ({ stats }) => only(stats.attempts),
  },
  {
    name: 'im_integration_retries_total',
    type: 'counter',
    help: 'Attempts after the first.',
    read: ({ stats }) => only(stats.retries),
  },
  {
    name: 'im_integration_waits_total',
    type: 'counter',
    help: 'Waits for backoff, hints, limits and bulkheads.',
    read: ({ stats }) => only(stats.waits),
  },
  {
    name: 'im_integration_waited_seconds_total',
    type: 'counter',
    help: 'Time spent in those waits.',
    read: ({ stats }) => only(stats.waitedMs / 1_000),
  },
  {
    name: 'im_integration_calls_total',
    type: 'counter',
    help: 'Calls that ended.',
    label: 'operation',
    read: ({ stats }) =>
      Object.fromEntries(
        Object.entries(stats.operations).map(([operation, { calls }]) => [operation, calls]),
      ),
  },
];
