/** What applications hold: notifications, topics and subscriptions. */
import type { MessageAttribute } from '../common/message-attributes.ts';

/**
 * Another text for each kind of subscriber, by protocol: `{ default: 'long text', sms: 'short text' }`. Those that are not
 * named get `default`.
 */
export type ProtocolMessages = { readonly default: string } & Readonly<Record<string, string>>;

/** What is published. */
export interface OutgoingNotification {
  /** Text of at least one character, up to 256 KiB with its attributes. */
  readonly message: string | ProtocolMessages;
  /** For e-mails, less than 100 characters without line breaks; others get it too. */
  readonly subject?: string | undefined;
  /** What subscriptions may filter by. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
}

/** What is published to a FIFO topic. Subscribers get those of one group in their order. */
export interface FifoNotification extends OutgoingNotification {
  /** 1 to 128 characters. */
  readonly groupId: string;
}

/** A notification that was accepted. */
export interface Published {
  readonly id: string;
  /** Of FIFO topics: its place in its group, a number of up to 128 bits as text. */
  readonly sequenceNumber?: string | undefined;
}

/** How a text message (SMS) is sent. */
export interface SmsOptions {
  /** What the receiver sees as the sender: 1 to 11 letters and digits, not in all countries. */
  readonly senderId?: string | undefined;
  /** `Transactional` is delivered with the highest reliability. Default: the account's. */
  readonly type?: 'Promotional' | 'Transactional' | undefined;
  /** Most that it may cost, in US dollars; dearer ones are not sent. Default: the account's. */
  readonly maxPriceUsd?: number | undefined;
}

/** What a topic is set to. Absent: AWS's default. */
export interface TopicSettings {
  /** Sender of its text messages and name in its e-mails. */
  readonly displayName?: string | undefined;
  /** Hash in the signatures of its HTTP messages: `1` is SHA-1, AWS's default; `2` is SHA-256. */
  readonly signatureVersion?: '1' | '2' | undefined;
  /** Key of KMS that encrypts what is kept. */
  readonly kmsKeyId?: string | undefined;
  readonly tracing?: 'Active' | 'PassThrough' | undefined;
  /** FIFO topics: makes the deduplication id of the message where it has none. */
  readonly contentBasedDeduplication?: boolean | undefined;
  /** FIFO topics: whether duplicates are looked for in the whole topic or in each group. */
  readonly throughputScope?: 'Topic' | 'MessageGroup' | undefined;
  /** Access policy, a JSON document as text. */
  readonly policy?: string | undefined;
  /** How deliveries over HTTP are tried again, a JSON document as text. */
  readonly deliveryPolicy?: string | undefined;
}

/** A topic as it is. */
export interface TopicInfo extends TopicSettings {
  readonly arn: string;
  readonly isFifo: boolean;
  /** Number of the account that owns it. */
  readonly owner?: string | undefined;
  /** How many subscriptions are confirmed, are not yet, and were deleted. */
  readonly confirmed: number;
  readonly pending: number;
  readonly deleted: number;
}

/** Protocols of subscribers. */
export type SubscriptionProtocol =
  | 'http'
  | 'https'
  | 'email'
  | 'email-json'
  | 'sms'
  | 'sqs'
  | 'lambda'
  | 'firehose'
  | 'application';

/** Whom a topic's notifications go to. */
export interface Subscriber {
  readonly protocol: SubscriptionProtocol;
  /** URL, e-mail address, phone number or ARN, as the protocol has it. */
  readonly endpoint: string;
}

/** What a subscription is set to. Absent: AWS's default. */
export interface SubscriptionSettings {
  /** Which notifications are wanted: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
  readonly filterPolicy?: Readonly<Record<string, unknown>> | undefined;
  /** What it is held against. Default `MessageAttributes`. */
  readonly filterScope?: 'MessageAttributes' | 'MessageBody' | undefined;
  /** Whether SQS and HTTP get the message alone. It is then not signed. Default false. */
  readonly rawDelivery?: boolean | undefined;
  /** ARN of the SQS queue for what cannot be delivered. */
  readonly deadLetterQueueArn?: string | undefined;
  /** How deliveries over HTTP are tried again, a JSON document as text. */
  readonly deliveryPolicy?: string | undefined;
  /** Firehose: ARN of the role that writes. */
  readonly roleArn?: string | undefined;
}

/** A subscription of a list. */
export interface Subscription extends Subscriber {
  /** Absent: it is not confirmed yet, and has no ARN that AWS lists. */
  readonly arn?: string | undefined;
  readonly topicArn: string;
  readonly owner?: string | undefined;
}

/** A subscription with its settings. AWS does not say its endpoint here; a list has it. */
export interface SubscriptionInfo extends SubscriptionSettings {
  readonly arn: string;
  readonly topicArn: string;
  readonly owner?: string | undefined;
  readonly isPending: boolean;
  /** Whether only the topic's or the subscription's owner may end it. */
  readonly confirmedByOwner: boolean;
}
