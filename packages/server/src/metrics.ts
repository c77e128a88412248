/**
 * Prometheus metrics, made from the registry's own counts at the moment of the scrape: nothing is counted twice and
 * nothing is kept between scrapes.
 *
 * The number of time series is bounded: the first `maxIntegrations` integrations have labels of their own, for as long
 * as they are registered; those beyond it are summed up per provider under `tenant="_other"`, `integration="_other"`.
 * Operations come from the provider's code and codes are a closed set, so no caller can make a series.
 */
import {
  type IntegrationStatus,
  latencyBoundsMs,
  type OperationStats,
  type Status,
  statuses,
} from '@im/core';
import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
} from 'prom-client';
import type { Health } from './schemas.ts';

const breakerStates: readonly IntegrationStatus['breaker'][] = ['closed', 'half-open', 'open', 'isolated'];
const labels = ['tenant', 'integration', 'provider'] as const;
type Labels = Record<(typeof labels)[number], string>;

/** Formats a scraper can ask for. */
export type MetricsFormat = 'prometheus' | 'openmetrics';

/** Which format an `Accept` header asks for; Prometheus text unless OpenMetrics is named. */
export function metricsFormat(accept: string | undefined): MetricsFormat {
  return /\bapplication\/openmetrics-text\b/i.test(accept ?? '') ? 'openmetrics' : 'prometheus';
}

/** The text of one scrape. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** Makes a function that renders scrapes and remembers which integrations have labels of their own. */
export function createMetrics(maxIntegrations: number) {
  let known = new Set<string>();

  return async (
    list: readonly IntegrationStatus[],
    health: Health,
    format: MetricsFormat,
  ): Promise<Scrape> => {
    const present = new Set(list.map(keyOf));
    known = new Set([...known].filter((key) => present.has(key)));
    for (const key of present) if (known.size < maxIntegrations) known.add(key);

    const registry: Registry<OpenMetricsContentType | PrometheusContentType> = new Registry();
    if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    describeHub(registry as Registry, health, list.length - known.size);
    const series = describeIntegrations(registry as Registry);
    for (const status of list) {
      const own = known.has(keyOf(status));
      series(status, {
        tenant: own ? status.tenant : '_other',
        integration: own ? status.name : '_other',
        provider: status.provider,
      });
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

const keyOf = ({ tenant, name }: IntegrationStatus) => JSON.stringify([tenant, name]);

function describeHub(registry: Registry, health: Health, collapsed: number): void {
  const registers = [registry];
  new Gauge({ name: 'im_hub_ready', help: 'Whether the hub takes requests.', registers }).set(
    Number(health.ready),
  );
  new Gauge({
    name: 'im_integrations_without_labels',
    help: 'Integrations summed up under _other because there are too many.',
    registers,
  }).set(collapsed);
  const byStatus = new Gauge({
    name: 'im_integrations',
    help: 'Registered integrations by status.',
    labelNames: ['status'],
    registers,
  });
  for (const status of statuses) byStatus.set({ status }, health.byStatus[status] ?? 0);
}

function describeIntegrations(registry: Registry): (status: IntegrationStatus, of: Labels) => void {
  const registers = [registry];
  const gauge = <Extra extends string = never>(name: string, help: string, extra: readonly Extra[] = []) =>
    new Gauge({ name, help, labelNames: [...labels, ...extra], registers });
  const counter = <Extra extends string = never>(name: string, help: string, extra: readonly Extra[] = []) =>
    new Counter({ name, help, labelNames: [...labels, ...extra], registers });

  const state = gauge('im_integration_status', '1 for the status an integration is in.', ['status']);
  const breaker = gauge('im_integration_breaker_state', '1 for the state of the circuit breaker.', ['state']);
  const inFlight = gauge('im_integration_in_flight', 'Calls inside, waiting ones included.');
  const queued = gauge('im_integration_queued', 'Calls waiting for the bulkhead or the rate limit.');
  const quota = gauge('im_integration_quota_remaining', 'Calls left in the present window.');
  const parked = gauge(
    'im_integration_parked_until_seconds',
    'Instant until which the vendor wants no calls.',
  );
  const expires = gauge('im_integration_expires_seconds', 'Instant at which something expires.', ['kind']);
  const failures = counter('im_integration_failures_total', 'Failed calls by canonical code.', ['code']);
  const attempts = counter('im_integration_attempts_total', 'Requests made to the vendor.');
  const retries = counter('im_integration_retries_total', 'Attempts after the first.');
  const waits = counter('im_integration_waits_total', 'Waits for backoff, hints, limits and bulkheads.');
  const waited = counter('im_integration_waited_seconds_total', 'Time spent in those waits.');
  const calls = counter('im_integration_calls_total', 'Calls that ended.', ['operation']);
  const duration = new SnapshotHistogram(registry);

  return (status, of) => {
    for (const one of statuses satisfies readonly Status[])
      state.inc({ ...of, status: one }, Number(one === status.status));
    for (const one of breakerStates) breaker.inc({ ...of, state: one }, Number(one === status.breaker));
    inFlight.inc(of, status.inFlight);
    queued.inc(of, status.queued);
    if (status.quotaRemaining !== undefined) quota.inc(of, status.quotaRemaining);
    if (status.parkedUntil !== undefined) parked.set(of, status.parkedUntil / 1_000);
    for (const { kind, at } of status.forecasts) expires.set({ ...of, kind }, at / 1_000);
    const { stats } = status;
    for (const [code, count] of Object.entries(stats.failuresByCode)) failures.inc({ ...of, code }, count);
    attempts.inc(of, stats.attempts);
    retries.inc(of, stats.retries);
    waits.inc(of, stats.waits);
    waited.inc(of, stats.waitedMs / 1_000);
    for (const [operation, counted] of Object.entries(stats.operations)) {
      calls.inc({ ...of, operation }, counted.calls);
      duration.add({ ...of, operation }, counted);
    }
  };
}

const durationMetric = {
  name: 'im_integration_call_duration_seconds',
  help: 'Time of whole calls, waits and retries included.',
};

type HistogramLabels = keyof Labels | 'operation';

/** A histogram whose buckets were counted elsewhere. */
class SnapshotHistogram extends Histogram<HistogramLabels> {
  readonly #series = new Map<
    string,
    { readonly labels: Record<HistogramLabels, string>; stats: OperationStats }
  >();

  constructor(registry: Registry) {
    super({
      ...durationMetric,
      labelNames: [...labels, 'operation'],
      buckets: latencyBoundsMs.map((bound) => bound / 1_000),
      registers: [registry],
    });
  }

  add(of: Record<HistogramLabels, string>, stats: OperationStats): void {
    const key = JSON.stringify([of.tenant, of.integration, of.provider, of.operation]);
    const before = this.#series.get(key)?.stats;
    this.#series.set(key, { labels: of, stats: before ? sum(before, stats) : stats });
  }

  /** What prom-client asks for when it renders, by `get` and by its registry; left out of its types. */
  async getForPromString() {
    const value = (suffix: string, of: Readonly<Record<string, string | number>>, number: number) => ({
      metricName: `${durationMetric.name}_${suffix}`,
      labels: of,
      value: number,
    });
    const values = [...this.#series.values()].flatMap(({ labels: of, stats }) => [
      ...latencyBoundsMs.map((bound, index) =>
        value('bucket', { ...of, le: bound / 1_000 }, stats.buckets[index] ?? 0),
      ),
      value('bucket', { ...of, le: '+Inf' }, stats.calls),
      value('sum', of, stats.totalMs / 1_000),
      value('count', of, stats.calls),
    ]);
    return { ...durationMetric, type: 'histogram', aggregator: 'sum', values };
  }
}

function sum(one: OperationStats, other: OperationStats): OperationStats {
  return {
    calls: one.calls + other.calls,
    failures: one.failures + other.failures,
    totalMs: one.totalMs + other.totalMs,
    buckets: one.buckets.map((count, index) => count + (other.buckets[index] ?? 0)),
  };
}
