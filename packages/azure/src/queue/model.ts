/** What the operations take and give. Times are milliseconds since 1970. */

/** A queue in a list. */
export interface QueueItem {
  readonly name: string;
  /** Only where it was asked for. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface QueueProperties {
  /** About how many messages there are, hidden ones too; never fewer than there are. */
  readonly approximateMessageCount: number;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which queues of a list. */
export interface ListQueuesOptions {
  readonly prefix?: string | undefined;
  /** Whether metadata comes along. Default false. */
  readonly metadata?: boolean | undefined;
}

/** How a message is put. */
export interface PutMessageOptions {
  /** Seconds for which nobody sees it, 604,800 (7 days) at most and less than its time to live. Default 0. */
  readonly visibilitySeconds?: number | undefined;
  /** Seconds after which it is gone; `Infinity` for never. Default 7 days. */
  readonly timeToLiveSeconds?: number | undefined;
}

/** A message that was put. */
export interface PutMessage {
  readonly id: string;
  /** Shows that one may delete or update it. */
  readonly popReceipt: string;
  readonly insertedAt: number;
  readonly expiresAt: number;
  readonly nextVisibleAt: number;
}

/** How messages are taken. */
export interface GetMessagesOptions {
  /** At most so many, 1 to 32. Default 1. */
  readonly maxMessages?: number | undefined;
  /** Seconds for which nobody else sees them, 1 to 604,800. Default 30. */
  readonly visibilitySeconds?: number | undefined;
}

/** A message that was looked at. */
export interface PeekedMessage {
  readonly id: string;
  readonly body: Uint8Array;
  /** The body as UTF-8; bytes that are none read as U+FFFD. */
  readonly text: string;
  /** `false`: it is no base64, though `encoding` says so; `body` is what stands in the queue. Another program put it. */
  readonly decoded: boolean;
  readonly insertedAt: number;
  readonly expiresAt: number;
  /** How often it was taken. */
  readonly dequeueCount: number;
}

/** A message that was taken. */
export interface QueueMessage extends PeekedMessage {
  /** Shows that one may delete or update it; good until it is visible again and taken by another. */
  readonly popReceipt: string;
  readonly nextVisibleAt: number;
}

/** A message that was updated. */
export interface UpdatedMessage {
  /** In place of the one before. */
  readonly popReceipt: string;
  readonly nextVisibleAt: number;
}
