/**
 * The W3C headers by which a trace goes on in another process.
 *
 * | header | holds |
 * |---|---|
 * | `traceparent` | `00-<trace id, 32 hex digits>-<span id, 16>-<flags, 2>`; https://www.w3.org/TR/trace-context-2/#traceparent-header |
 * | `tracestate` | `vendor=value` members of those who trace, passed on as they came; §3.3 there |
 * | `baggage` | `key=value;property` members of the application; https://www.w3.org/TR/baggage/ |
 *
 * A `traceparent` holds when it came once, has the length of its version (a version above 00 may have more behind a dash), is
 * no version ff, has lower-case hex digits and no id of zeros alone. One that does not hold is as none, and its `tracestate` with it.
 *
 * The SDK's own spans know the flag `sampled` alone, so the flag `random` of the trace's first process is kept in the context.
 */
import {
  baggageEntryMetadataFromString,
  type Context,
  createContextKey,
  createTraceState,
  isSpanContextValid,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/** One header, or the pair that belongs together. */
export type Propagation = 'trace' | 'baggage';

interface Format {
  readonly fields: readonly string[];
  inject(context: Context, set: (name: string, value: string) => void): void;
  extract(context: Context, get: (name: string) => readonly string[]): Context;
}

/** Makes the propagator of the wanted headers. */
export function createPropagator(wanted: readonly Propagation[]): TextMapPropagator {
  const chosen = wanted.map((one) => formats[one]);
  return {
    fields: () => chosen.flatMap(({ fields }) => fields),
    inject: <Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>) => {
      for (const format of chosen) format.inject(context, (name, value) => setter.set(carrier, name, value));
    },
    extract: <Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>) =>
      chosen.reduce(
        (extracted, format) => format.extract(extracted, (name) => [getter.get(carrier, name) ?? []].flat()),
        context,
      ),
  };
}

const traceparent = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
/** `random-trace-id`, §2.2.2.2: the trace id was made by chance. */
const randomFlag = 0x02;
/** Under which the context says of which trace the id is known to be random. */
const randomTrace = createContextKey('@im/monitoring random trace id');

const traceFormat: Format = {
  fields: ['traceparent', 'tracestate'],
  inject(context, set) {
    const span = trace.getSpanContext(context);
    if (span === undefined || !isSpanContextValid(span)) return;
    const { traceId, spanId, traceFlags, traceState } = span;
    const random = context.getValue(randomTrace) === traceId ? randomFlag : 0;
    const flags = (traceFlags & TraceFlags.SAMPLED) | random;
    set('traceparent', `00-${traceId}-${spanId}-0${flags}`);
    const state = traceState?.serialize();
    if (state) set('tracestate', state);
  },
  extract(context, get) {
    const [value, second] = get('traceparent');
    const match = second === undefined ? traceparent.exec(value?.trim() ?? '') : null;
    if (match === null) return context;
    const [, version, traceId = '', spanId = '', flagDigits = '', more] = match;
    const flags = Number.parseInt(flagDigits, 16);
    const span = { traceId, spanId, traceFlags: flags & TraceFlags.SAMPLED, isRemote: true };
    if (version === 'ff' || (version === '00' && more !== undefined) || !isSpanContextValid(span))
      return context;
    const states = get('tracestate');
    const traceState = states.length === 0 ? undefined : createTraceState(states.join(','));
    const joined = trace.setSpanContext(context, { ...span, ...(traceState && { traceState }) });
    return flags & randomFlag ? joined.setValue(randomTrace, traceId) : joined;
  },
};

/** What everybody must at least pass on, and the most that we do: https://www.w3.org/TR/baggage/#limits */
const mostMembers = 64;
const mostBytes = 8_192;

const baggageFormat: Format = {
  fields: ['baggage'],
  inject(context, set) {
    const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
    let header = '';
    for (const [key, { value, metadata }] of entries.slice(0, mostMembers)) {
      const member = `${encodeURIComponent(key)}=${encodeURIComponent(value)}${metadata === undefined ? '' : `;${metadata}`}`;
      const longer = header === '' ? member : `${header},${member}`;
      if (longer.length <= mostBytes) header = longer;
    }
    if (header !== '') set('baggage', header);
  },
  extract(context, get) {
    const header = get('baggage').join(',');
    if (header === '' || header.length > mostBytes) return context;
    const members = header.split(',').slice(0, mostMembers).flatMap(readMember);
    if (members.length === 0) return context;
    return propagation.setBaggage(context, propagation.createBaggage(Object.fromEntries(members)));
  },
};

const formats: Readonly<Record<Propagation, Format>> = { trace: traceFormat, baggage: baggageFormat };

/** `key=value;property`, percent-encoded; nothing when it is malformed. */
function readMember(text: string) {
  const [, key = '', value = '', , properties] =
    /^\s*([^=;,\s]+)\s*=\s*([^;,\s]*)\s*(;(.*))?$/.exec(text) ?? [];
  if (key === '') return [];
  try {
    const metadata = properties === undefined ? {} : { metadata: baggageEntryMetadataFromString(properties) };
    return [[decodeURIComponent(key), { value: decodeURIComponent(value), ...metadata }] as const];
  } catch {
    return [];
  }
}
