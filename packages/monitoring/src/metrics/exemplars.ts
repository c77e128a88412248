/**
 * Exemplars: for each bucket of a histogram the trace of one call that fell into it, so that a slow bucket leads to a slow
 * trace (https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars).
 *
 * They come from the spans that `@im/core` ends, and only from sampled ones: a trace that nobody kept would lead nowhere.
 */
import { latencyBoundsMs } from '@im/core';
import { type HrTime, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** A call that was traced. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  /** How long it took. */
  readonly seconds: number;
  /** When it ended, milliseconds since 1970. */
  readonly at: number;
}

/** Whose calls. */
export interface ExemplarKey {
  readonly tenant: string;
  readonly integration: string;
  readonly operation: string;
}

/** Gathers exemplars. Give it to `startTelemetry({ traces: { processors: [exemplars] } })` and to `createMetrics`. */
export interface Exemplars extends SpanProcessor {
  /** The last exemplar of each bucket of `latencyBoundsMs`, and of the one beyond. */
  of(key: ExemplarKey): readonly (Exemplar | undefined)[];
}

/** Options of {@link createExemplars}. */
export interface ExemplarOptions {
  /** Operations of integrations whose exemplars are kept; those that were not called for longest go first. Default 10,000. */
  readonly maxSeries?: number | undefined;
}

/** Makes an empty collection. */
export function createExemplars({ maxSeries = 10_000 }: ExemplarOptions = {}): Exemplars {
  const kept = new Map<string, (Exemplar | undefined)[]>();
  return {
    of: (key) => kept.get(nameOf(key)) ?? [],
    onStart: () => {},
    onEnd(span) {
      const key = keyOf(span);
      if (key === undefined || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      const name = nameOf(key);
      const buckets = kept.get(name) ?? [];
      const exemplar = exemplarOf(span);
      const bucket = latencyBoundsMs.findIndex((bound) => exemplar.seconds * 1_000 <= bound);
      buckets[bucket === -1 ? latencyBoundsMs.length : bucket] = exemplar;
      // Last in the map is the one that was called last.
      kept.delete(name);
      kept.set(name, buckets);
      const [oldest] = kept.keys();
      if (kept.size > maxSeries && oldest !== undefined) kept.delete(oldest);
    },
    forceFlush: async () => {},
    shutdown: async () => kept.clear(),
  };
}

const nameOf = ({ tenant, integration, operation }: ExemplarKey) =>
  JSON.stringify([tenant, integration, operation]);

/** Whose call a span records; `undefined` for attempts, and for what is not of core. */
function keyOf({ attributes }: ReadableSpan): ExemplarKey | undefined {
  if (attributes['im.attempt'] !== undefined) return undefined;
  const [tenant, integration, operation] = [
    attributes['im.tenant'],
    attributes['im.integration'],
    attributes['im.operation'],
  ];
  return typeof tenant === 'string' && typeof integration === 'string' && typeof operation === 'string'
    ? { tenant, integration, operation }
    : undefined;
}

function exemplarOf(span: ReadableSpan): Exemplar {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId, seconds: toMs(span.duration) / 1_000, at: toMs(span.endTime) };
}

const toMs = ([seconds, nanoseconds]: HrTime): number => seconds * 1_000 + nanoseconds / 1_000_000;
