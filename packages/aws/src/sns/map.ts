/** Between the SDK's shapes and ours. */
import type { Subscription as SdkSubscription, Tag } from '@aws-sdk/client-sns';
import { toAttributes } from '../common/message-attributes.ts';
import { promised, refuse } from '../common/service.ts';
import type {
  FifoNotification,
  OutgoingNotification,
  Subscription,
  SubscriptionInfo,
  SubscriptionProtocol,
  SubscriptionSettings,
  TopicInfo,
  TopicSettings,
} from './model.ts';

/** Most bytes of what is published at once. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const mostBytes = 262_144;

/** A notification as the SDK wants it. @throws `VendorError` `invalid_argument` for what AWS would refuse */
export function toEntry({ message, subject, attributes }: OutgoingNotification) {
  const Message = typeof message === 'string' ? message : JSON.stringify(message);
  checkMessage(Message);
  if (subject !== undefined) checkSubject(subject);
  return {
    Message,
    ...(typeof message !== 'string' && { MessageStructure: 'json' }),
    ...(subject !== undefined && { Subject: subject }),
    ...(attributes !== undefined && { MessageAttributes: toAttributes(attributes) }),
  };
}

/** The same for FIFO topics. */
export function toFifoEntry(notification: FifoNotification, deduplicationId: string) {
  const { groupId } = notification;
  if (groupId === '' || groupId.length > 128) refuse('groupId must be 1 to 128 characters');
  if (deduplicationId.length > 128) refuse('the idempotency key must be at most 128 characters');
  return { ...toEntry(notification), MessageGroupId: groupId, MessageDeduplicationId: deduplicationId };
}

/** Bytes that count against the limit. */
export function sizeOf({ Message, MessageAttributes = {} }: ReturnType<typeof toEntry>): number {
  let size = Buffer.byteLength(Message);
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(MessageAttributes))
    size +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      (BinaryValue?.byteLength ?? 0);
  return size;
}

function checkMessage(message: string): void {
  if (message === '') refuse('a notification needs a message of at least one character');
  const size = Buffer.byteLength(message);
  if (size > mostBytes) refuse(`a message has at most ${mostBytes} bytes; this one has ${size}`);
}

function checkSubject(subject: string): void {
  if (subject === '' || subject.length >= 100) refuse('a subject is 1 to 99 characters');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(subject))
    refuse('a subject has no line breaks or control characters');
}

type Attributes = Record<string, string>;

/** One setting: AWS's name of it, and its text both ways. */
interface SettingRow<Value> {
  readonly attribute: string;
  write(value: NonNullable<Value>): string;
  read(text: string): Value;
}

type Rows<Settings> = { readonly [Name in keyof Settings]-?: SettingRow<Settings[Name]> };

const plain = <Value extends string>(attribute: string): SettingRow<Value | undefined> => ({
  attribute,
  write: (text) => text,
  read: (text) => (text === '' ? undefined : (text as Value)),
});
const flag = (attribute: string): SettingRow<boolean | undefined> => ({
  attribute,
  write: String,
  read: (text) => text === 'true',
});

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const topicRows: Rows<TopicSettings> = {
  displayName: plain('DisplayName'),
  signatureVersion: plain('SignatureVersion'),
  kmsKeyId: plain('KmsMasterKeyId'),
  tracing: plain('TracingConfig'),
  contentBasedDeduplication: flag('ContentBasedDeduplication'),
  throughputScope: plain('FifoThroughputScope'),
  policy: plain('Policy'),
  deliveryPolicy: plain('DeliveryPolicy'),
};

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
const subscriptionRows: Rows<SubscriptionSettings> = {
  filterPolicy: { attribute: 'FilterPolicy', write: JSON.stringify, read: toObject },
  filterScope: plain('FilterPolicyScope'),
  rawDelivery: flag('RawMessageDelivery'),
  deadLetterQueueArn: {
    attribute: 'RedrivePolicy',
    write: (arn) => JSON.stringify({ deadLetterTargetArn: arn }),
    read(text) {
      const arn = toObject(text)?.deadLetterTargetArn;
      return typeof arn === 'string' ? arn : undefined;
    },
  },
  deliveryPolicy: plain('DeliveryPolicy'),
  roleArn: plain('SubscriptionRoleArn'),
};

function write<Settings extends object>(rows: Rows<Settings>, given: Settings): Attributes {
  const attributes: Attributes = {};
  for (const name of Object.keys(rows) as (keyof Settings)[]) {
    const value = given[name];
    if (value !== undefined && value !== null) attributes[rows[name].attribute] = rows[name].write(value);
  }
  return attributes;
}

function readAll<Settings extends object>(rows: Rows<Settings>, attributes: Attributes): Settings {
  const settings: Partial<Settings> = {};
  for (const name of Object.keys(rows) as (keyof Settings)[]) {
    const text = attributes[rows[name].attribute];
    const value = text === undefined ? undefined : rows[name].read(text);
    if (value !== undefined) settings[name] = value;
  }
  return settings as Settings;
}

/** Settings as AWS's attributes. */
export const fromTopicSettings = (settings: TopicSettings): Attributes => write(topicRows, settings);

/** Settings as AWS's attributes. */
export const fromSubscriptionSettings = (settings: SubscriptionSettings): Attributes =>
  write(subscriptionRows, settings);

/** AWS's attributes as a topic. */
export function toTopicInfo(attributes: Attributes): TopicInfo {
  const count = (name: string) => Number(attributes[name] ?? 0);
  return {
    ...readAll(topicRows, attributes),
    arn: promised(attributes.TopicArn, 'TopicArn'),
    isFifo: attributes.FifoTopic === 'true',
    owner: attributes.Owner,
    confirmed: count('SubscriptionsConfirmed'),
    pending: count('SubscriptionsPending'),
    deleted: count('SubscriptionsDeleted'),
  };
}

/** AWS's attributes as a subscription. */
export function toSubscriptionInfo(attributes: Attributes): SubscriptionInfo {
  return {
    ...readAll(subscriptionRows, attributes),
    arn: promised(attributes.SubscriptionArn, 'SubscriptionArn'),
    topicArn: promised(attributes.TopicArn, 'TopicArn'),
    owner: attributes.Owner,
    isPending: attributes.PendingConfirmation === 'true',
    confirmedByOwner: attributes.ConfirmationWasAuthenticated === 'true',
  };
}

/** A subscription of a list. One that is not confirmed has a word in the place of its ARN. */
export function toSubscription({
  SubscriptionArn,
  TopicArn,
  Protocol,
  Endpoint,
  Owner,
}: SdkSubscription): Subscription {
  return {
    arn: toArn(SubscriptionArn),
    topicArn: promised(TopicArn, 'TopicArn'),
    protocol: promised(Protocol, 'Protocol') as SubscriptionProtocol,
    endpoint: promised(Endpoint, 'Endpoint'),
    owner: Owner,
  };
}

/** `undefined` for the words `PendingConfirmation` and `Deleted`. */
export function toArn(text: string | undefined): string | undefined {
  return text?.startsWith('arn:') ? text : undefined;
}

/** Tags as the SDK wants them. */
export function fromTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function toObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === '') return undefined;
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

const topicArn = /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/;
const subscriptionArn = /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?:[\w-]+$/;

/** @throws `VendorError` `invalid_argument` for what is no ARN of a topic */
export function checkTopicArn(arn: string): string {
  return topicArn.test(arn)
    ? arn
    : refuse('a topic is named by its ARN, such as arn:aws:sns:eu-central-1:123456789012:orders');
}

/** @throws `VendorError` `invalid_argument` for what is no ARN of a subscription */
export function checkSubscriptionArn(arn: string): string {
  return subscriptionArn.test(arn)
    ? arn
    : refuse('a subscription is named by its ARN, which it has once it is confirmed');
}
