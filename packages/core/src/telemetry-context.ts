/**
 * Trace context on its way between processes: `traceparent` and `tracestate` (https://www.w3.org/TR/trace-context/) and
 * `baggage` (https://www.w3.org/TR/baggage/), by whatever propagator the application has registered.
 *
 * `@im/http` writes it in what it sends. Whoever sends messages by a queue writes it in their headers, and whoever takes
 * messages, or gets webhooks of a system of its own, goes on in it:
 *
 * ```
 * producer: injectTraceContext(message.headers)
 * consumer: withTraceContext(message.headers, () => handle(message))
 * ```
 *
 * Without an SDK nothing is written, and what was received is not looked at.
 */
import { type Context, context, propagation, ROOT_CONTEXT, type TextMapGetter } from '@opentelemetry/api';

/** A header as it was received. Several of one name are a list; queues hand over bytes. */
export type TraceHeader = string | Uint8Array | readonly (string | Uint8Array)[] | null | undefined;

/** Headers of a request, a webhook or a message. Names in any case. */
export type TraceCarrier = Readonly<Record<string, TraceHeader>> | Pick<Headers, 'get' | 'keys'>;

/**
 * Writes the context of the active span in `headers`, names in lower case. Writes nothing where there is a `traceparent` already, nor without
 * an SDK.
 */
export function injectTraceContext(headers: Record<string, string>): void {
  if (headers.traceparent === undefined) propagation.inject(context.active(), headers);
}

/**
 * The context that `headers` carry, to give as parent or to link to. Headers that are malformed, or missing, give the
 * root: what is done in it begins a trace of its own.
 *
 * Whoever sends a `traceparent` decides under which trace we record, and whether: believe those of your own systems, and
 * link to those of others.
 */
export function extractTraceContext(headers: TraceCarrier): Context {
  return propagation.extract(ROOT_CONTEXT, headers, getter);
}

/** Runs `body` in the context that `headers` carry: its calls and spans become children of the sender's span. */
export function withTraceContext<Result>(headers: TraceCarrier, body: () => Result): Result {
  return context.with(extractTraceContext(headers), body);
}

const getter: TextMapGetter<TraceCarrier> = {
  keys: (carrier) => (isHeaders(carrier) ? [...carrier.keys()] : Object.keys(carrier)),
  get(carrier, name) {
    if (isHeaders(carrier)) return carrier.get(name) ?? undefined;
    const found = Object.keys(carrier).filter((key) => key.toLowerCase() === name);
    const values = found.flatMap((key) => textsOf(carrier[key]));
    return values.length > 1 ? values : values[0];
  },
};

function isHeaders(carrier: TraceCarrier): carrier is Pick<Headers, 'get' | 'keys'> {
  return typeof carrier.get === 'function';
}

function textsOf(value: TraceHeader): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'string') return [value];
  return value instanceof Uint8Array ? [Buffer.from(value).toString('latin1')] : value.flatMap(textsOf);
}
