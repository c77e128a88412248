/** Between the SDK's shapes and ours. */
import type {
  BatchResultErrorEntry,
  Message,
  MessageAttributeValue,
  MessageSystemAttributeName,
  QueueAttributeName,
} from '@aws-sdk/client-sqs';
import { promised, refuse } from '../common/service.ts';
import type {
  BatchFailure,
  MessageAttribute,
  QueueInfo,
  QueueSettings,
  ReceivedMessage,
  TypedAttribute,
} from './model.ts';

/** Attributes as the SDK wants them. */
export function toAttributes(
  attributes: Readonly<Record<string, MessageAttribute>> | undefined,
): Record<string, MessageAttributeValue> | undefined {
  if (attributes === undefined) return undefined;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(attribute: MessageAttribute): MessageAttributeValue {
  if (typeof attribute === 'string') return { DataType: 'String', StringValue: attribute };
  if (typeof attribute === 'number') return { DataType: 'Number', StringValue: String(attribute) };
  if (attribute instanceof Uint8Array) return { DataType: 'Binary', BinaryValue: attribute };
  const { type, value } = attribute;
  return typeof value === 'string'
    ? { DataType: type, StringValue: value }
    : { DataType: type, BinaryValue: value };
}

function ofAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): TypedAttribute {
  return { type: DataType ?? 'String', value: BinaryValue ?? StringValue ?? '' };
}

/** A received message. */
export function toMessage(message: Message): ReceivedMessage {
  const system = (name: MessageSystemAttributeName) => message.Attributes?.[name];
  return {
    id: promised(message.MessageId, 'MessageId'),
    receiptHandle: promised(message.ReceiptHandle, 'ReceiptHandle'),
    body: promised(message.Body, 'Body'),
    attributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, ofAttribute(value)]),
    ),
    sentAt: toNumber(system('SentTimestamp')),
    receiveCount: toNumber(system('ApproximateReceiveCount')),
    firstReceivedAt: toNumber(system('ApproximateFirstReceiveTimestamp')),
    groupId: system('MessageGroupId'),
    deduplicationId: system('MessageDeduplicationId'),
    sequenceNumber: system('SequenceNumber'),
    senderId: system('SenderId'),
    deadLetterSourceArn: system('DeadLetterQueueSourceArn'),
  };
}

/** Outcomes in the order of the entries, whose ids are their places. */
export function toResults<Success, Given>(
  count: number,
  successful: readonly { readonly Id?: string | undefined }[] | undefined,
  failed: readonly BatchResultErrorEntry[] | undefined,
  toSuccess: (entry: Given) => Success,
): readonly (({ readonly ok: true } & Success) | BatchFailure)[] {
  const byId = new Map<string, ({ readonly ok: true } & Success) | BatchFailure>();
  for (const entry of successful ?? [])
    byId.set(promised(entry.Id, 'Id'), { ok: true, ...toSuccess(entry as Given) });
  for (const entry of failed ?? []) byId.set(promised(entry.Id, 'Id'), toFailure(entry));
  return Array.from({ length: count }, (_, index) =>
    promised(byId.get(String(index)), `result for entry ${index}`),
  );
}

function toFailure({ SenderFault, Code, Message: says }: BatchResultErrorEntry): BatchFailure {
  return {
    ok: false,
    code: SenderFault === false ? 'unavailable' : 'invalid_argument',
    reason: promised(Code, 'Code'),
    says,
  };
}

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** One setting: AWS's name of it, and its text both ways. */
interface SettingRow<Name extends keyof QueueSettings> {
  readonly attribute: QueueAttributeName;
  write(value: NonNullable<QueueSettings[Name]>): string;
  read(text: string): QueueSettings[Name];
}

const whole = (attribute: QueueAttributeName) => ({ attribute, write: String, read: toNumber });
const flag = (attribute: QueueAttributeName) => ({
  attribute,
  write: String,
  read: (text: string) => text === 'true',
});
const plain = (attribute: QueueAttributeName) => ({
  attribute,
  write: (text: string) => text,
  read: (text: string) => (text === '' ? undefined : text),
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const settings: { readonly [Name in keyof QueueSettings]-?: SettingRow<Name> } = {
  visibilityTimeoutSeconds: whole('VisibilityTimeout'),
  retentionSeconds: whole('MessageRetentionPeriod'),
  delaySeconds: whole('DelaySeconds'),
  maxMessageBytes: whole('MaximumMessageSize'),
  waitSeconds: whole('ReceiveMessageWaitTimeSeconds'),
  deadLetter: {
    attribute: 'RedrivePolicy',
    write: ({ queueArn, maxReceives }) =>
      JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: maxReceives }),
    read: toDeadLetter,
  },
  contentBasedDeduplication: flag('ContentBasedDeduplication'),
  deduplicationScope: plain('DeduplicationScope') as SettingRow<'deduplicationScope'>,
  throughputLimit: plain('FifoThroughputLimit') as SettingRow<'throughputLimit'>,
  kmsKeyId: plain('KmsMasterKeyId'),
  sqsManagedEncryption: flag('SqsManagedSseEnabled'),
  policy: plain('Policy'),
};

/** Settings as AWS's attributes. */
export function fromSettings(given: QueueSettings): Attributes {
  const attributes: Attributes = {};
  for (const [name, { attribute, write }] of Object.entries(settings)) {
    const value = given[name as keyof QueueSettings];
    if (value !== undefined) attributes[attribute] = write(value as never);
  }
  return attributes;
}

/** AWS's attributes as a queue. */
export function toQueueInfo(attributes: Attributes): QueueInfo {
  const own: Record<string, unknown> = {};
  for (const [name, { attribute, read }] of Object.entries(settings)) {
    const text = attributes[attribute];
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) own[name] = value;
  }
  const count = (name: QueueAttributeName) => toNumber(attributes[name]) ?? 0;
  return {
    ...(own as QueueSettings),
    arn: promised(attributes.QueueArn, 'QueueArn'),
    isFifo: attributes.FifoQueue === 'true',
    waiting: count('ApproximateNumberOfMessages'),
    inFlight: count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
    createdAt: toInstant(attributes.CreatedTimestamp),
    changedAt: toInstant(attributes.LastModifiedTimestamp),
  };
}

function toDeadLetter(text: string): QueueSettings['deadLetter'] {
  const policy: unknown = JSON.parse(text);
  if (typeof policy !== 'object' || policy === null) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = policy as Record<string, unknown>;
  return typeof deadLetterTargetArn === 'string'
    ? { queueArn: deadLetterTargetArn, maxReceives: Number(maxReceiveCount) }
    : undefined;
}

function toNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || text === '' || Number.isNaN(number) ? undefined : number;
}

/** Seconds since 1970 as milliseconds. */
function toInstant(text: string | undefined): number | undefined {
  const seconds = toNumber(text);
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** A whole number within AWS's limits. @throws `VendorError` `invalid_argument` */
export function within(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  return refuse(`${name} must be a whole number from ${from} to ${to}`);
}
