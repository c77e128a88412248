/**
 * Metrics as text, made from the registry's own counts at the moment of the scrape: nothing is counted twice and nothing is
 * kept between scrapes.
 *
 * The number of time series is bounded: the first `maxIntegrations` integrations have labels of their own, for as long
 * as they are registered; those beyond it are summed up per provider under `tenant="_other"`, `integration="_other"`.
 * Operations come from the provider's code and codes are a closed set, so no caller can make a series.
 */
import type { IntegrationStatus } from '@im/core';
import {
  Counter,
  Gauge,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
} from 'prom-client';
import { DurationHistogram } from './durations.ts';
import type { Exemplars } from './exemplars.ts';
import { type IntegrationMetric, integrationLabels, integrationMetrics } from './series.ts';

/** Formats a scraper can ask for. Only OpenMetrics has exemplars. */
export type MetricsFormat = 'prometheus' | 'openmetrics';

/** Which format an `Accept` header asks for; Prometheus text unless OpenMetrics is named. */
export function metricsFormat(accept: string | null | undefined): MetricsFormat {
  return /\bapplication\/openmetrics-text\b/i.test(accept ?? '') ? 'openmetrics' : 'prometheus';
}

/** The text of one scrape. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  /** Integrations that have labels of their own. Default 1,000. */
  readonly maxIntegrations?: number | undefined;
  /** Default: no exemplars. */
  readonly exemplars?: Pick<Exemplars, 'of'> | undefined;
}

/**
 * Renders one scrape.
 *
 * @param list `registry.list()`
 * @param also adds metrics of the application to those of this scrape
 */
export type RenderMetrics = (
  list: readonly IntegrationStatus[],
  format?: MetricsFormat,
  also?: (registry: Registry) => void,
) => Promise<Scrape>;

/** Makes a function that renders scrapes and remembers which integrations have labels of their own. */
export function createMetrics({ maxIntegrations = 1_000, exemplars }: MetricsOptions = {}): RenderMetrics {
  let known = new Set<string>();

  return async (list, format = 'prometheus', also) => {
    const present = new Set(list.map(keyOf));
    known = new Set([...known].filter((key) => present.has(key)));
    for (const key of present) if (known.size < maxIntegrations) known.add(key);

    const registry: Registry<OpenMetricsContentType | PrometheusContentType> = new Registry();
    if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    also?.(registry as Registry);
    describeCollapsed(registry as Registry, list.length - known.size);
    const add = describeIntegrations(registry as Registry, exemplars);
    for (const status of list) add(status, known.has(keyOf(status)));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

const keyOf = ({ tenant, name }: IntegrationStatus) => JSON.stringify([tenant, name]);

function describeCollapsed(registry: Registry, collapsed: number): void {
  new Gauge({
    name: 'im_integrations_without_labels',
    help: 'Integrations summed up under _other because there are too many.',
    registers: [registry],
  }).set(collapsed);
}

/** @returns adds one integration, with labels of its own or summed up with others */
function describeIntegrations(
  registry: Registry,
  exemplars: MetricsOptions['exemplars'],
): (status: IntegrationStatus, isOwn: boolean) => void {
  const rows = integrationMetrics.map((metric) => ({ metric, add: adderOf(metric, registry) }));
  const durations = new DurationHistogram(registry);

  return (status, isOwn) => {
    const { tenant, name: integration, provider } = status;
    const labels = isOwn
      ? { tenant, integration, provider }
      : { tenant: '_other', integration: '_other', provider };
    for (const { metric, add } of rows) {
      for (const [extra, value] of Object.entries(metric.read(status)))
        if (value !== undefined)
          add(metric.label === undefined ? labels : { ...labels, [metric.label]: extra }, value);
    }
    for (const [operation, stats] of Object.entries(status.stats.operations)) {
      const traced = isOwn ? exemplars?.of({ tenant, integration, operation }) : undefined;
      durations.add({ ...labels, operation }, stats, traced);
    }
  };
}

function adderOf({ name, help, type, label, merge }: IntegrationMetric, registry: Registry) {
  const labelNames: string[] = [...integrationLabels, ...(label === undefined ? [] : [label])];
  const options = { name, help, labelNames, registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(options);
    return (labels: Readonly<Record<string, string>>, value: number) => counter.inc(labels, value);
  }
  const gauge = new Gauge(options);
  return (labels: Readonly<Record<string, string>>, value: number) =>
    merge === 'latest' ? gauge.set(labels, value) : gauge.inc(labels, value);
}
