/** What the operations take and give. Times are milliseconds since 1970. */

/** A value of an application's own property. */
export type PropertyValue = string | number | boolean;

/** A message to send. */
export interface OutgoingMessage {
  /** Text is sent as UTF-8. */
  readonly body: Uint8Array | string;
  /** Default: `text/plain; charset=utf-8` for text, `application/octet-stream` for bytes. In batches only what the vendor makes of it. */
  readonly contentType?: string | undefined;
  /** By which duplicates are known, where the queue or topic detects them. At most 128 characters. */
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  /** The application's own title; the vendor calls it label, too. */
  readonly subject?: string | undefined;
  readonly to?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly replyToSessionId?: string | undefined;
  /** For entities with sessions, which can be sent to, but not received from, over HTTP. */
  readonly sessionId?: string | undefined;
  readonly partitionKey?: string | undefined;
  /** Seconds after which it is gone, or dead-lettered. Default: that of the entity. */
  readonly timeToLiveSeconds?: number | undefined;
  /** Instant at which it is put there. Default: now. */
  readonly scheduledAt?: number | undefined;
  /** Properties of the application's own. Over HTTP, names come back in lower case. */
  readonly properties?: Readonly<Record<string, PropertyValue>> | undefined;
}

/** A message of a batch: its body is text. */
export interface BatchMessage extends Omit<OutgoingMessage, 'body' | 'contentType'> {
  readonly body: string;
}

/** How a message is waited for. */
export interface ReceiveOptions {
  /** Seconds to wait for a message, 0 to 25. Default 0: none is given at once where there is none. */
  readonly waitSeconds?: number | undefined;
}

/** Shows that a message is ours for a while, to settle it. */
export interface MessageLock {
  readonly lockToken: string;
  /** Decimal digits, since it may be longer than a number can hold. */
  readonly sequenceNumber: string;
}

/** A message that was received. */
export interface ReceivedMessage {
  readonly body: Uint8Array;
  /** The body as UTF-8; bytes that are none read as U+FFFD. */
  readonly text: string;
  readonly contentType?: string | undefined;
  readonly messageId?: string | undefined;
  /** Decimal digits. Rises in the order of arrival, within one partition. */
  readonly sequenceNumber: string;
  readonly correlationId?: string | undefined;
  readonly subject?: string | undefined;
  readonly to?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly replyToSessionId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly partitionKey?: string | undefined;
  /** How often it was delivered, this time included. */
  readonly deliveryCount?: number | undefined;
  readonly enqueuedAt?: number | undefined;
  readonly scheduledAt?: number | undefined;
  readonly timeToLiveSeconds?: number | undefined;
  /** `Active`, `Deferred`, `Scheduled`. */
  readonly state?: string | undefined;
  /** Properties of the application's own, names in lower case; also `deadletterreason` of dead letters. */
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

/** A message that is ours until its lock is over. */
export interface LockedMessage extends ReceivedMessage, MessageLock {
  readonly lockedUntil?: number | undefined;
}

/** Messages of an entity by what becomes of them. */
export interface MessageCounts {
  readonly active: number;
  readonly deadLettered: number;
  readonly scheduled: number;
}

/** What queues and subscriptions have in common. */
export interface EntitySettings {
  readonly name: string;
  /** `Active`, `Disabled`, `ReceiveDisabled`, `SendDisabled`. */
  readonly status: string;
  readonly lockSeconds?: number | undefined;
  /** Deliveries after which a message is dead-lettered. */
  readonly maxDeliveryCount?: number | undefined;
  readonly requiresSession: boolean;
  readonly deadLettersExpired: boolean;
  /** Absent: messages stay for good. */
  readonly timeToLiveSeconds?: number | undefined;
  readonly counts: MessageCounts;
}

export interface QueueDescription extends EntitySettings {
  readonly maxSizeMegabytes?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly requiresDuplicateDetection: boolean;
  /** For how long message ids are remembered. */
  readonly duplicateDetectionSeconds?: number | undefined;
}

export interface SubscriptionDescription extends EntitySettings {}

export interface TopicDescription {
  readonly name: string;
  readonly status: string;
  readonly maxSizeMegabytes?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly subscriptionCount?: number | undefined;
  readonly requiresDuplicateDetection: boolean;
  readonly duplicateDetectionSeconds?: number | undefined;
  readonly timeToLiveSeconds?: number | undefined;
}
