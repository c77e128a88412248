/** What `startTelemetry` can be told. */
import { type Logger, parseOptions, type Secret, secret } from '@im/core';
import type { Attributes } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import type { Propagation } from './propagator.ts';

/** Options of {@link startTelemetry}. */
export interface TelemetryOptions {
  /** `service.name` of the resource: what this process is. */
  readonly serviceName: string;
  /** `service.version` of the resource. */
  readonly serviceVersion?: string | undefined;
  /**
   * More attributes of the resource, such as `deployment.environment.name`
   * (https://opentelemetry.io/docs/specs/semconv/resource/). Names in `OTEL_RESOURCE_ATTRIBUTES` count too, and these win.
   */
  readonly attributes?: Attributes | undefined;
  /**
   * Base URL of the collector; `/v1/traces`, `/v1/metrics` and `/v1/logs` are added. Default: what the variables `OTEL_EXPORTER_OTLP_…` say,
   * else `http://localhost:4318`.
   */
  readonly endpoint?: string | URL | undefined;
  /** Sent to the collector with every batch: its API key. */
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined;
  /** Milliseconds that one batch may take, its retries included. Default 10,000. */
  readonly exportTimeoutMs?: number | undefined;
  /** `false`: no spans. */
  readonly traces?: TraceOptions | false | undefined;
  /** `false`: no metrics. */
  readonly metrics?: MetricOptions | false | undefined;
  /** `false`: no log records. */
  readonly logs?: BatchOptions | false | undefined;
  /** Headers that are written in what is sent, and read from what is received. Default `['trace', 'baggage']`; `[]`: none. */
  readonly propagate?: readonly Propagation[] | undefined;
  /** Told what the SDK complains about, such as a collector that cannot be reached. Default: nobody is. */
  readonly logger?: Logger | undefined;
}

/** How records are gathered before they go out together. */
export interface BatchOptions {
  /** Milliseconds between two batches. Default 5,000 for spans, 1,000 for log records. */
  readonly intervalMs?: number | undefined;
  /** Records that wait at most; what comes beyond is dropped. Default 2,048. */
  readonly maxQueue?: number | undefined;
  /** Records in one batch at most. Default 512. */
  readonly maxBatch?: number | undefined;
}

/** Which spans are recorded, and where they go beside the collector. */
export interface TraceOptions extends BatchOptions {
  /**
   * Part of the traces that begin here that is recorded, 0 to 1, decided by the trace id so that all processes decide alike. A trace that began
   * elsewhere is recorded when its sender records it. Default 1.
   */
  readonly ratio?: number | undefined;
  /** See every span as it ends: the exemplars of `@im/monitoring/metrics`. */
  readonly processors?: readonly SpanProcessor[] | undefined;
}

/** How metrics are read. */
export interface MetricOptions {
  /** Milliseconds between two exports. Default 60,000. */
  readonly intervalMs?: number | undefined;
  /** Series of one instrument at most; what comes beyond is summed up in one of its own. Default 2,000. */
  readonly maxSeries?: number | undefined;
}

const milliseconds = z.int().min(1).max(2_147_483_647);
const count = z.int().min(1);
const batch = (intervalMs: number) => ({
  intervalMs: milliseconds.default(intervalMs),
  maxQueue: count.default(2_048),
  maxBatch: count.default(512),
});
/** Things with functions, which zod would not look into. */
const object = <Type>() => z.custom<Type>((value) => typeof value === 'object' && value !== null);
const orOff = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema, z.literal(false)]).prefault({} as never);

const telemetryOptions = z.strictObject({
  serviceName: z.string().min(1),
  serviceVersion: z.string().optional(),
  attributes: object<Attributes>().default({}),
  endpoint: z.union([z.url({ protocol: /^https?$/ }), z.instanceof(URL)]).optional(),
  headers: z.record(z.string(), secret()).default({}),
  exportTimeoutMs: milliseconds.default(10_000),
  traces: orOff(
    z.strictObject({
      ...batch(5_000),
      ratio: z.number().min(0).max(1).default(1),
      processors: z.array(object<SpanProcessor>()).default([]),
    }),
  ),
  metrics: orOff(
    z.strictObject({ intervalMs: milliseconds.default(60_000), maxSeries: count.default(2_000) }),
  ),
  logs: orOff(z.strictObject(batch(1_000))),
  propagate: z.array(z.enum(['trace', 'baggage'])).default(['trace', 'baggage']),
  logger: object<Logger>().optional(),
});

/** Options with every default filled in. */
export type CheckedTelemetry = z.output<typeof telemetryOptions>;

/** @throws ConfigurationError with every fault */
export function checkTelemetry(options: TelemetryOptions): CheckedTelemetry {
  return parseOptions({ id: 'opentelemetry', options: telemetryOptions }, options);
}
