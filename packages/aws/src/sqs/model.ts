/** What applications hold: messages, queues and their settings. */
import type { MessageAttribute, TypedAttribute } from '../common/message-attributes.ts';

/** A message to be sent. */
export interface OutgoingMessage {
  /** Text of at least one character, up to 1 MiB with its attributes. */
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  /** Seconds until it can be received, 0 to 900. Default: the queue's. */
  readonly delaySeconds?: number | undefined;
  /** Whose message it is, for a standard queue that treats its tenants fairly. */
  readonly groupId?: string | undefined;
}

/** A message for a FIFO queue. Messages of one group are received in the order in which they were sent. */
export interface FifoMessage {
  /** As {@link OutgoingMessage.body}. */
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  /** Up to 128 characters. */
  readonly groupId: string;
}

/** A message that was accepted. */
export interface SentMessage {
  readonly id: string;
  /** Of FIFO queues: its place in its group, a number of up to 128 bits as text. */
  readonly sequenceNumber?: string | undefined;
}

/** A message that was received. Delete it when it is done; else it comes again after its visibility time-out. */
export interface ReceivedMessage {
  readonly id: string;
  /** What to delete it by; of this one receive. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, TypedAttribute>>;
  /** Milliseconds since 1970. */
  readonly sentAt?: number | undefined;
  /** How often it was received, this time included. */
  readonly receiveCount?: number | undefined;
  /** Milliseconds since 1970. */
  readonly firstReceivedAt?: number | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly sequenceNumber?: string | undefined;
  /** Who sent it, an IAM id or an IP address. */
  readonly senderId?: string | undefined;
  /** The queue that it failed in, of a message that was moved to a dead-letter queue. */
  readonly deadLetterSourceArn?: string | undefined;
}

/** How messages are received. */
export interface ReceiveOptions {
  /** 1 to 10; there may be fewer. Default 10. */
  readonly maxMessages?: number | undefined;
  /** Seconds to wait for a message, 0 to 20, and never beyond the end of the call. Default: the option `waitSeconds`. */
  readonly waitSeconds?: number | undefined;
  /** Seconds for which nobody else gets them, 0 to 43,200. Default: the queue's. */
  readonly visibilityTimeoutSeconds?: number | undefined;
}

/** Settings of a queue. Absent ones are left as they are, or are AWS's defaults in a new queue. */
export interface QueueSettings {
  /** Seconds for which a received message is hidden, 0 to 43,200. AWS's default 30. */
  readonly visibilityTimeoutSeconds?: number | undefined;
  /** Seconds for which a message is kept, 60 to 1,209,600. AWS's default 345,600 (4 days). */
  readonly retentionSeconds?: number | undefined;
  /** Seconds before a new message can be received, 0 to 900. AWS's default 0. */
  readonly delaySeconds?: number | undefined;
  /** Most bytes of a message, 1,024 to 1,048,576. */
  readonly maxMessageBytes?: number | undefined;
  /** Seconds that a receive waits, 0 to 20. AWS's default 0. */
  readonly waitSeconds?: number | undefined;
  /** Where messages go that were received too often. */
  readonly deadLetter?: { readonly queueArn: string; readonly maxReceives: number } | undefined;
  /** FIFO queues: makes the deduplication id of the body where a message has none. */
  readonly contentBasedDeduplication?: boolean | undefined;
  /** FIFO queues: whether duplicates are looked for in the whole queue or in each group. */
  readonly deduplicationScope?: 'queue' | 'messageGroup' | undefined;
  /** FIFO queues: `perMessageGroupId` for high throughput. */
  readonly throughputLimit?: 'perQueue' | 'perMessageGroupId' | undefined;
  /** Key of KMS that encrypts it. */
  readonly kmsKeyId?: string | undefined;
  /** Whether SQS encrypts it with a key of its own. */
  readonly sqsManagedEncryption?: boolean | undefined;
  /** Access policy, a JSON document as text. */
  readonly policy?: string | undefined;
}

/** A queue as it is. */
export interface QueueInfo extends QueueSettings {
  readonly arn: string;
  readonly isFifo: boolean;
  /** About how many messages can be received. */
  readonly waiting: number;
  /** About how many are hidden, being worked on. */
  readonly inFlight: number;
  /** About how many are delayed. */
  readonly delayed: number;
  /** Milliseconds since 1970. */
  readonly createdAt?: number | undefined;
  readonly changedAt?: number | undefined;
}

/** A task that moves messages from a dead-letter queue back. */
export interface MoveTask {
  /** What to cancel it by; only while it is running. */
  readonly handle?: string | undefined;
  readonly status: string;
  readonly sourceArn: string;
  readonly destinationArn?: string | undefined;
  readonly moved: number;
  readonly toMove?: number | undefined;
  readonly failureReason?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined;
}
