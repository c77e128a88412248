export { durationMetric } from './durations.ts';
export {
  createExemplars,
  type Exemplar,
  type ExemplarKey,
  type ExemplarOptions,
  type Exemplars,
} from './exemplars.ts';
export {
  createMetrics,
  type MetricsFormat,
  type MetricsOptions,
  metricsFormat,
  type RenderMetrics,
  type Scrape,
} from './exposition.ts';
export { type IntegrationMetric, integrationLabels, integrationMetrics } from './series.ts';
