/** Between the SDK's shapes and ours. */
import type { Message, MessageSystemAttributeName, QueueAttributeName } from '@aws-sdk/client-sqs';
import { ofAttribute } from '../common/message-attributes.ts';
import { promised } from '../common/service.ts';
import type { QueueInfo, QueueSettings, ReceivedMessage } from './model.ts';

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
