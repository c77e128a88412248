/**
 * Properties of a message: the broker's in one header of JSON (in a batch: in its body), the application's own in a header each.
 *
 * @see {@link https://learn.microsoft.com/rest/api/servicebus/message-headers-and-properties | Service Bus: Message headers and properties}
 */
import { VendorError } from '@im/core';
import { invalid } from './entities.ts';
import type {
  BatchMessage,
  LockedMessage,
  OutgoingMessage,
  PropertyValue,
  ReceivedMessage,
} from './model.ts';

type Settings = Omit<OutgoingMessage, 'body' | 'contentType'>;

/** Texts that are taken, by the vendor's name, and their greatest lengths. */
const texts = {
  MessageId: ['messageId', 128],
  CorrelationId: ['correlationId', 128],
  Label: ['subject', 4_096],
  To: ['to', 4_096],
  ReplyTo: ['replyTo', 4_096],
  ReplyToSessionId: ['replyToSessionId', 128],
  SessionId: ['sessionId', 128],
  PartitionKey: ['partitionKey', 128],
} as const satisfies Record<string, readonly [keyof Settings, number]>;

const longestLifeSeconds = 922_337_203_685;

/** The broker's properties in the vendor's spelling, without the time to live. @throws `VendorError` `invalid_argument` */
function brokerTexts(message: Settings): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [name, [field, longest]] of Object.entries(texts)) {
    const value = message[field];
    if (value === undefined) continue;
    if (value === '' || value.length > longest)
      throw invalid(`${field} has ${value.length} characters; give 1 to ${longest}`);
    properties[name] = value;
  }
  if (message.scheduledAt !== undefined) {
    if (!Number.isFinite(message.scheduledAt))
      throw invalid('scheduledAt is no instant; give milliseconds since 1970');
    properties.ScheduledEnqueueTimeUtc = new Date(message.scheduledAt).toUTCString();
  }
  return properties;
}

function lifeOf({ timeToLiveSeconds: seconds }: Settings): number | undefined {
  if (seconds === undefined || (seconds > 0 && seconds <= longestLifeSeconds)) return seconds;
  throw invalid(`timeToLiveSeconds is ${seconds}; give more than 0`);
}

/** The `BrokerProperties` header. Headers hold ASCII, so other characters are escaped. @throws `VendorError` `invalid_argument` */
export function brokerHeader(message: Settings): string {
  const json = JSON.stringify({ ...brokerTexts(message), TimeToLive: lifeOf(message) });
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Headers that are not properties: the vendor's, and those of HTTP. */
const reserved =
  /^(accept|authorization|brokerproperties|connection|content-.*|date|etag|expect|expires|host|idempotency-key|keep-alive|last-modified|location|pragma|proxy-.*|server|set-cookie|strict-transport-security|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|www-authenticate|x-ms-.*|cache-control|traceparent|tracestate|alt-svc)$/i;

/** The application's own properties as headers: texts in quotes, numbers as they are. @throws `VendorError` `invalid_argument` */
export function propertyHeaders(properties: Settings['properties']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (!/^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name) || reserved.test(name))
      throw invalid(`a property cannot be called ${JSON.stringify(name)} over HTTP`);
    const written = JSON.stringify(checkValue(name, value));
    if (!/^[\x20-\x7e]*$/.test(written))
      throw invalid(`the property ${name} is not ASCII; sendBatch takes any text`);
    headers[name] = written;
  }
  return headers;
}

function checkValue(name: string, value: PropertyValue): PropertyValue {
  const isValue = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (isValue) return value;
  throw invalid(`the property ${name} is no text, number or flag`);
}

/** One message of a batch, in the vendor's JSON. @throws `VendorError` `invalid_argument` */
export function toBatchItem(message: BatchMessage): Readonly<Record<string, unknown>> {
  const seconds = lifeOf(message);
  const properties = Object.entries(message.properties ?? {}).map(([name, value]) => {
    if (name === '') throw invalid('a property has no name');
    return [name, checkValue(name, value)] as const;
  });
  return {
    Body: message.body,
    BrokerProperties: {
      ...brokerTexts(message),
      TimeToLiveTimeSpan: seconds === undefined ? undefined : timeSpan(seconds),
    },
    UserProperties: properties.length === 0 ? undefined : Object.fromEntries(properties),
  };
}

/** `1.02:03:04.5`: days, hours, minutes, seconds. */
function timeSpan(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = Math.floor(seconds);
  const rest = Math.round((seconds - whole) * 1e7);
  const clock = [Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
  return `${Math.floor(whole / 86_400)}.${clock}${rest === 0 ? '' : `.${String(rest).padStart(7, '0')}`}`;
}

/** Headers of an answer. */
interface Headers extends Iterable<readonly [string, string]> {
  get(name: string): string | null | undefined;
}

/** A received message. @throws `VendorError` `internal` where the broker's properties cannot be read */
export function toReceived(headers: Headers, body: Uint8Array): ReceivedMessage {
  const broker = readBroker(headers.get('brokerproperties') ?? '');
  const text = (name: string) => textOf(broker[name]);
  const sequenceNumber = text('SequenceNumber');
  if (sequenceNumber === undefined) throw unreadable();
  const seconds = numberOf(broker.TimeToLive);
  return {
    body: new Uint8Array(body),
    text: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(),
    contentType: headers.get('content-type') ?? undefined,
    messageId: text('MessageId'),
    sequenceNumber,
    correlationId: text('CorrelationId'),
    subject: text('Label'),
    to: text('To'),
    replyTo: text('ReplyTo'),
    replyToSessionId: text('ReplyToSessionId'),
    sessionId: text('SessionId'),
    partitionKey: text('PartitionKey'),
    deliveryCount: numberOf(broker.DeliveryCount),
    enqueuedAt: instantOf(broker.EnqueuedTimeUtc),
    scheduledAt: instantOf(broker.ScheduledEnqueueTimeUtc),
    timeToLiveSeconds: seconds !== undefined && seconds < longestLifeSeconds ? seconds : undefined,
    state: text('State'),
    properties: propertiesOf(headers),
  };
}

/** A message with its lock. @throws `VendorError` `internal` where it has none */
export function toLocked(headers: Headers, body: Uint8Array): LockedMessage {
  const broker = readBroker(headers.get('brokerproperties') ?? '');
  const lockToken = textOf(broker.LockToken);
  if (lockToken === undefined) throw unreadable();
  return { ...toReceived(headers, body), lockToken, lockedUntil: instantOf(broker.LockedUntilUtc) };
}

/** Numbers that are longer than a number can hold exactly become texts first. In a text a quote is escaped, so none is taken for a name. */
function readBroker(header: string): Readonly<Record<string, unknown>> {
  try {
    const exact = header.replace(/("(?:Enqueued)?SequenceNumber"\s*:\s*)(\d+)/g, '$1"$2"');
    const value: unknown = JSON.parse(exact);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw unreadable();
}

function unreadable(): VendorError {
  return new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: 'the answer has no BrokerProperties that can be read',
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function instantOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function propertiesOf(headers: Headers): Record<string, PropertyValue> {
  const properties: Record<string, PropertyValue> = {};
  for (const [name, value] of headers) {
    if (!reserved.test(name)) properties[name.toLowerCase()] = readValue(value);
  }
  return properties;
}

/** Texts stand in quotes, numbers and flags do not; anything else is given as it is. */
function readValue(written: string): PropertyValue {
  try {
    const value: unknown = JSON.parse(written);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  } catch {
    // No JSON: the sender wrote it as it is.
  }
  return written;
}
