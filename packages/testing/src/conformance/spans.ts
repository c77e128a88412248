/** Reads along what is traced, through the API alone. */
import { type Span, type SpanContext, TraceFlags, type Tracer, trace } from '@opentelemetry/api';

/** Everything that spans were told since the recording began. */
export interface SpanRecording extends Disposable {
  readonly told: readonly unknown[];
}

/** Begins to record. `undefined`: another SDK is registered, and what it gets cannot be seen. */
export function recordSpans(): SpanRecording | undefined {
  const told: unknown[] = [];
  const tracer = createTracer(told);
  if (!trace.setGlobalTracerProvider({ getTracer: () => tracer })) return undefined;
  return { told, [Symbol.dispose]: () => void trace.disable() };
}

function createTracer(told: unknown[]): Tracer {
  const startSpan: Tracer['startSpan'] = (name, options) => {
    told.push(name, options?.attributes, options?.links);
    return createSpan(told);
  };
  return {
    startSpan,
    // The callback is the last of two, three or four arguments.
    startActiveSpan: (name: string, ...rest: readonly unknown[]) => {
      const callback = rest.at(-1) as (span: Span) => unknown;
      return callback(startSpan(name, rest.length > 1 ? (rest[0] as object) : undefined));
    },
  } as Tracer;
}

const spanContext: SpanContext = {
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
};

function createSpan(told: unknown[]): Span {
  const span: Span = {
    spanContext: () => spanContext,
    setAttribute: (...said) => tell(said),
    setAttributes: (...said) => tell(said),
    addEvent: (...said) => tell(said),
    addLink: (...said) => tell(said),
    addLinks: (...said) => tell(said),
    setStatus: (...said) => tell(said),
    updateName: (...said) => tell(said),
    recordException: (...said) => void tell(said),
    isRecording: () => true,
    end: () => {},
  };
  const tell = (said: unknown): Span => {
    told.push(said);
    return span;
  };
  return span;
}
