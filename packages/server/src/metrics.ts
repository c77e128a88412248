/** What a scrape of the hub shows: the hub's own state beside the metrics of integrations, which `@im/monitoring` renders. */
import { type IntegrationStatus, statuses } from '@im/core';
import {
  createMetrics as createIntegrationMetrics,
  type MetricsOptions,
  metricsFormat,
  type Scrape,
} from '@im/monitoring/metrics';
import { Gauge, type Registry } from 'prom-client';
import type { Health } from './schemas.ts';

/**
 * Makes a function that renders scrapes, in the format that an `Accept` header asks for, and remembers which integrations have labels of
 * their own.
 */
export function createMetrics(options: MetricsOptions) {
  const render = createIntegrationMetrics(options);
  return (list: readonly IntegrationStatus[], health: Health, accept: string | undefined): Promise<Scrape> =>
    render(list, metricsFormat(accept), (registry) => describeHub(registry, health));
}

function describeHub(registry: Registry, health: Health): void {
  const registers = [registry];
  new Gauge({ name: 'im_hub_ready', help: 'Whether the hub takes requests.', registers }).set(
    Number(health.ready),
  );
  const byStatus = new Gauge({
    name: 'im_integrations',
    help: 'Registered integrations by status.',
    labelNames: ['status'],
    registers,
  });
  for (const status of statuses) byStatus.set({ status }, health.byStatus[status] ?? 0);
}
