/** Messages as they come in. */
import type { FakeRequest } from '@im/testing';
import { busError } from './answers.ts';
import type { SentMessage } from './broker.ts';

/** Broker properties that are taken, and kept as they are. */
const taken = [
  'MessageId',
  'CorrelationId',
  'Label',
  'To',
  'ReplyTo',
  'ReplyToSessionId',
  'SessionId',
  'PartitionKey',
];

/** Headers that are no property of the message. */
const standard =
  /^(accept|accept-.*|authorization|brokerproperties|connection|content-.*|date|expect|host|keep-alive|te|transfer-encoding|upgrade|user-agent|x-ms-.*|x-im-.*|sec-.*)$/;

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function brokerOf(node: Node): Pick<SentMessage, 'broker' | 'timeToLiveSeconds' | 'scheduledAt'> {
  const broker: Record<string, string> = {};
  for (const name of taken) {
    const value = node[name];
    if (typeof value === 'string' && value !== '') broker[name] = value;
  }
  const { TimeToLive: seconds, TimeToLiveTimeSpan: span, ScheduledEnqueueTimeUtc: at } = node;
  const scheduledAt = typeof at === 'string' ? Date.parse(at) : undefined;
  if (Number.isNaN(scheduledAt)) throw busError(400, 'The ScheduledEnqueueTimeUtc is not valid');
  return {
    broker,
    scheduledAt,
    timeToLiveSeconds:
      typeof seconds === 'number' ? seconds : typeof span === 'string' ? secondsOf(span) : undefined,
  };
}

/** `1.02:03:04.5` in seconds. */
function secondsOf(span: string): number {
  const [whole, days = 0, hours, minutes, seconds] =
    /^(?:(\d+)\.)?(\d\d):(\d\d):(\d\d(?:\.\d{1,7})?)$/.exec(span) ?? [];
  if (whole === undefined) throw busError(400, 'The TimeToLiveTimeSpan is not valid');
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

/** One message: its properties stand in headers. */
export function readMessage({ headers, body }: FakeRequest): SentMessage {
  const properties = Object.entries(headers).flatMap(([name, value]) =>
    standard.test(name) ? [] : [[name, readValue(value)] as const],
  );
  return {
    body: Buffer.from(body),
    contentType: headers['content-type'],
    properties: Object.fromEntries(properties),
    ...brokerOf(parsed(headers.brokerproperties ?? '{}')),
  };
}

function readValue(text: string): string | number | boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  } catch {
    // Written without quotes.
  }
  return text;
}

function parsed(text: string): Node {
  try {
    const value: unknown = JSON.parse(text);
    if (isNode(value)) return value;
  } catch {
    // Said below.
  }
  throw busError(400, 'The BrokerProperties header is not valid JSON');
}

/** Several messages in one body. */
export function readBatch(request: FakeRequest): readonly SentMessage[] {
  const items = request.json();
  if (!Array.isArray(items) || items.length === 0) throw busError(400, 'The batch is not valid');
  return items.map((item: unknown) => {
    if (!isNode(item) || typeof item.Body !== 'string')
      throw busError(400, 'A message of the batch has no Body');
    const properties = Object.entries(isNode(item.UserProperties) ? item.UserProperties : {});
    return {
      body: Buffer.from(item.Body),
      contentType: undefined,
      properties: Object.fromEntries(properties) as SentMessage['properties'],
      ...brokerOf(isNode(item.BrokerProperties) ? item.BrokerProperties : {}),
    };
  });
}
