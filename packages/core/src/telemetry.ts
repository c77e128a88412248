/**
 * Spans and durations by `@opentelemetry/api`, and by nothing else: the application brings the SDK, or none.
 *
 * | | span | histogram, seconds |
 * |---|---|---|
 * | a call | `<provider>.<operation>`, internal | `im.operation.duration` |
 * | an attempt | the same, client, child of the call's; active while the provider's code runs, so that the spans of its HTTP client hang below it | `im.attempt.duration` |
 *
 * Labels are bounded: `im.provider`, `im.integration`, `im.operation`, `im.effect`, `im.outcome` (`ok` or a canonical
 * code). The tenant and the number of the attempt are on spans alone. No message, argument, header or body is recorded.
 *
 * Without an SDK a call costs two lookups and allocates nothing.
 */
import {
  context,
  createNoopMeter,
  type Histogram,
  type MeterProvider,
  metrics,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { type ErrorCode, isIntegrationError } from './errors.ts';
import type { CallNames, PipelineOperation } from './resilience/types.ts';

const scope = '@im/core';

/** The tracer of the SDK that is registered now; `undefined` without one. */
function findTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(scope)
    : provider.getTracer(scope);
}

interface Histograms {
  readonly operation: Histogram;
  readonly attempt: Histogram;
}

/** The bounds of the histograms, seconds. */
const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

let knownProvider: MeterProvider | undefined;
let knownHistograms: Histograms | undefined;

/** The histograms of the SDK that is registered now; made again when another is. */
function findHistograms(): Histograms | undefined {
  const provider = metrics.getMeterProvider();
  if (provider === knownProvider) return knownHistograms;
  knownProvider = provider;
  const meter = provider.getMeter(scope);
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } });
  knownHistograms =
    meter === createNoopMeter()
      ? undefined
      : {
          operation: histogram('im.operation.duration', 'Duration of calls, waits and retries included'),
          attempt: histogram('im.attempt.duration', 'Duration of single calls to the vendor'),
        };
  return knownHistograms;
}

/** How it ended: a bounded label. */
export type Outcome = 'ok' | ErrorCode;

/** What is recorded of one call or attempt. */
export interface Recording {
  /** Runs `body` with the span active. */
  run<Result>(body: () => Result): Result;
  end(outcome: Outcome, error: unknown, durationMs: number, attempts?: number): void;
}

/**
 * Begins to record a call, or one attempt of it.
 *
 * @param parent the call's recording, for an attempt
 * @returns `undefined` when nobody listens
 */
export function startRecording(
  kind: keyof Histograms,
  names: CallNames,
  operation: PipelineOperation,
  attempt?: number,
): Recording | undefined {
  const tracer = findTracer();
  const histograms = findHistograms();
  return tracer === undefined && histograms === undefined
    ? undefined
    : record(kind, names, operation, attempt, tracer, histograms?.[kind]);
}

function record(
  kind: keyof Histograms,
  names: CallNames,
  operation: PipelineOperation,
  attempt: number | undefined,
  tracer: Tracer | undefined,
  histogram: Histogram | undefined,
): Recording {
  const labels = {
    'im.provider': names.provider,
    'im.integration': names.integration,
    'im.operation': operation.name,
    'im.effect': operation.effect,
  };
  const span = tracer?.startSpan(`${names.provider}.${operation.name}`, {
    kind: kind === 'attempt' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: {
      ...labels,
      'im.tenant': names.tenant,
      ...(attempt === undefined ? {} : { 'im.attempt': attempt }),
    },
  });
  const active = span === undefined ? undefined : trace.setSpan(context.active(), span);
  return {
    run: (body) => (active === undefined ? body() : context.with(active, body)),
    end: (outcome, error, durationMs, attempts) => {
      histogram?.record(durationMs / 1_000, { ...labels, 'im.outcome': outcome }, active);
      if (span !== undefined) endSpan(span, outcome, error, attempts);
    },
  };
}

function endSpan(span: Span, outcome: Outcome, error: unknown, attempts: number | undefined): void {
  span.setAttribute('im.outcome', outcome);
  if (attempts !== undefined) span.setAttribute('im.attempts', attempts);
  if (error !== undefined) {
    span.setAttribute('error.type', outcome);
    if (isIntegrationError(error) && error.status !== undefined) {
      span.setAttribute('http.response.status_code', error.status);
    }
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  }
  span.end();
}
