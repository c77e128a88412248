/** What the watch remembers, each with the version that brought it. */
import type { IntegrationStatus, RegistryEvent } from '@im/core';
import type { History } from './history.ts';
import type { QuotaTrend } from './quota.ts';

/** An integration as it was last seen. */
export interface Seen {
  readonly key: string;
  readonly status: IntegrationStatus;
  /** Version that brought the latest change of it. */
  readonly version: number;
  /** Absent until it is called. */
  readonly history?: History | undefined;
  readonly quota: QuotaTrend;
}

/** An event, and the version that brings it. */
export interface SeenEvent extends RegistryEvent {
  readonly version: number;
}

/** An integration that is gone. */
export interface Gone extends Pick<IntegrationStatus, 'name' | 'tenant'> {
  readonly version: number;
}

/** Whether nothing changed that is shown. */
export function isSame(one: IntegrationStatus, other: IntegrationStatus): boolean {
  const isBusy = one.stats.calls !== other.stats.calls || one.inFlight !== other.inFlight;
  return !isBusy && printOf(one) === printOf(other);
}

function printOf({ stats, reasons, forecasts, lastCheck, ...rest }: IntegrationStatus): string {
  const { status, since, breaker, inFlight, queued, quotaRemaining, parkedUntil, title } = rest;
  const figures = [stats.calls, stats.failures, stats.attempts, stats.retries, stats.waits];
  const words = [...reasons.map(({ says }) => says), ...forecasts.map(({ what, at }) => `${what} ${at}`)];
  return [
    status,
    since,
    breaker,
    inFlight,
    queued,
    quotaRemaining,
    parkedUntil,
    title,
    lastCheck?.at,
    ...figures,
    ...words,
  ].join('|');
}
