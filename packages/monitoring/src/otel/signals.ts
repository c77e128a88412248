/**
 * The three signals. Each loads its packages of the SDK, and gives the function that starts it: nothing runs before all are there.
 */
import { loadOptional } from '@im/core';
import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { CheckedTelemetry } from './options.ts';

/** Providers of the SDK have these beside what the API knows. */
interface Lifetime {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

type Wanted<Signal extends 'traces' | 'metrics' | 'logs'> = Exclude<CheckedTelemetry[Signal], false>;

/** How a batch goes to the collector. */
export interface Export {
  readonly url?: string;
  readonly headers: Record<string, string>;
  readonly timeoutMillis: number;
}

/** `v1/traces` below the base URL; without one the exporter asks the environment. */
export function exportTo({ endpoint, headers, exportTimeoutMs }: CheckedTelemetry, path: string): Export {
  return {
    ...(endpoint !== undefined && { url: `${String(endpoint).replace(/\/+$/, '')}/${path}` }),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()])),
    timeoutMillis: exportTimeoutMs,
  };
}

/** What describes this process in all three signals. */
export async function createResource({
  serviceName,
  serviceVersion,
  attributes,
}: CheckedTelemetry): Promise<Resource> {
  const sdk = await loadOptional(
    '@opentelemetry/resources',
    'telemetry',
    () => import('@opentelemetry/resources'),
  );
  const own = {
    'service.name': serviceName,
    ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
    ...attributes,
  };
  const fromEnvironment = sdk.detectResources({ detectors: [sdk.envDetector] });
  return sdk.defaultResource().merge(fromEnvironment).merge(sdk.resourceFromAttributes(own));
}

/** Spans. */
export async function loadTracing(
  wanted: Wanted<'traces'>,
  resource: Resource,
  to: Export,
): Promise<() => TracerProvider & Lifetime> {
  const [sdk, { OTLPTraceExporter }] = await loadOptional(
    '@opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http',
    'recording traces',
    () =>
      Promise.all([import('@opentelemetry/sdk-trace'), import('@opentelemetry/exporter-trace-otlp-http')]),
  );
  return () =>
    new sdk.TracerProvider({
      resource,
      sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(wanted.ratio) }),
      spanProcessors: [
        ...wanted.processors,
        new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(to), ...batching(wanted, to) }),
      ],
    });
}

/** Metrics. */
export async function loadMetering(
  wanted: Wanted<'metrics'>,
  resource: Resource,
  to: Export,
): Promise<() => MeterProvider & Lifetime> {
  const [sdk, { OTLPMetricExporter }] = await loadOptional(
    '@opentelemetry/sdk-metrics @opentelemetry/exporter-metrics-otlp-http',
    'recording metrics',
    () =>
      Promise.all([
        import('@opentelemetry/sdk-metrics'),
        import('@opentelemetry/exporter-metrics-otlp-http'),
      ]),
  );
  return () =>
    new sdk.MeterProvider({
      resource,
      readers: [
        new sdk.PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter(to),
          exportIntervalMillis: wanted.intervalMs,
          exportTimeoutMillis: Math.min(to.timeoutMillis, wanted.intervalMs),
          cardinalityLimits: { default: wanted.maxSeries },
        }),
      ],
    });
}

/** Log records. */
export async function loadLogging(
  wanted: Wanted<'logs'>,
  resource: Resource,
  to: Export,
): Promise<() => LoggerProvider & Lifetime> {
  const [sdk, { OTLPLogExporter }] = await loadOptional(
    '@opentelemetry/sdk-logs @opentelemetry/exporter-logs-otlp-http',
    'recording logs',
    () => Promise.all([import('@opentelemetry/sdk-logs'), import('@opentelemetry/exporter-logs-otlp-http')]),
  );
  return () =>
    new sdk.LoggerProvider({
      resource,
      processors: [
        new sdk.BatchLogRecordProcessor({ exporter: new OTLPLogExporter(to), ...batching(wanted, to) }),
      ],
    });
}

function batching({ intervalMs, maxQueue, maxBatch }: Wanted<'logs'>, { timeoutMillis }: Export) {
  return {
    scheduledDelayMillis: intervalMs,
    maxQueueSize: maxQueue,
    maxExportBatchSize: Math.min(maxBatch, maxQueue),
    exportTimeoutMillis: timeoutMillis,
  };
}
