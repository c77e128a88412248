/** What callers see of topics, subscriptions and messages. Times are RFC 3339. */

/** A message to publish: data, attributes, or both. */
export interface OutgoingMessage {
  /** Text is sent as UTF-8. */
  readonly data?: Uint8Array | string | undefined;
  /** At most 100; keys of 256 bytes that do not begin with `goog`, values of 1,024 bytes. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Messages of one key come in the order of publishing to subscriptions that are `ordered`. At most 1,024 bytes. */
  readonly orderingKey?: string | undefined;
}

/** A message as it came. */
export interface ReceivedMessage {
  /** Names this delivery, for `acknowledge` and `modifyAckDeadline`. */
  readonly ackId: string;
  /** The same in every delivery. */
  readonly messageId: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey?: string | undefined;
  readonly publishedAt?: string | undefined;
  /** How often it was delivered, about; only where the subscription has a `deadLetter`. */
  readonly deliveryAttempt?: number | undefined;
}

/** How messages are pulled. */
export interface PullOptions {
  /** 1 to 1,000. Default 100. */
  readonly maxMessages?: number | undefined;
  /**
   * Milliseconds to wait where there is no message, up to 60,000 and within the time of one attempt. 0 asks and does not
   * wait, which the vendor discourages. Default 5,000.
   */
  readonly waitMs?: number | undefined;
}

/** Where messages are published. */
export interface Topic {
  /** `projects/p/topics/t`. */
  readonly name: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds for which messages are kept for `seek`. Absent: by the subscriptions alone. */
  readonly retentionSeconds?: number | undefined;
  readonly kmsKeyName?: string | undefined;
  readonly state: 'active' | 'ingestion-error' | 'unknown';
}

/** Settings of a topic that can be changed later. */
export interface TopicSettings {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Ten minutes to 31 days. */
  readonly retentionSeconds?: number | undefined;
}

/** A topic to make. */
export interface NewTopic extends TopicSettings {
  /** Key of Cloud KMS that protects its messages. */
  readonly kmsKeyName?: string | undefined;
}

/** Where a subscription's messages go when they were delivered too often. */
export interface DeadLetter {
  /** Whole name; on input an id of the same project will do. */
  readonly topic: string;
  /** 5 to 100. Default 5. */
  readonly maxAttempts?: number | undefined;
}

/** How long a message rests after it was not acknowledged. */
export interface RedeliveryDelay {
  /** 0 to 600. Default 10. */
  readonly minSeconds?: number | undefined;
  /** 0 to 600. Default 600. */
  readonly maxSeconds?: number | undefined;
}

/** Where messages are pushed to. */
export interface PushTarget {
  readonly endpoint: string;
  /** Has each delivery carry a token of this account, for `verifyPush`. */
  readonly oidc?:
    | { readonly serviceAccountEmail: string; readonly audience?: string | undefined }
    | undefined;
}

/** Settings of a subscription that can be changed later. */
export interface SubscriptionSettings {
  /** Seconds to acknowledge a message in, 10 to 600. Default 10. */
  readonly ackDeadlineSeconds?: number | undefined;
  /** Keeps acknowledged messages too, for `seek`. */
  readonly retainAcked?: boolean | undefined;
  /** Ten minutes to 31 days. Default: 7 days. */
  readonly retentionSeconds?: number | undefined;
  readonly exactlyOnce?: boolean | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Seconds without use after which it is deleted, a day at least; `never`. Default: 31 days. */
  readonly expiresAfterSeconds?: number | 'never' | undefined;
  readonly deadLetter?: DeadLetter | undefined;
  /** Default: at once. */
  readonly redelivery?: RedeliveryDelay | undefined;
  /** Default: messages are pulled. */
  readonly push?: PushTarget | undefined;
}

/** A subscription to make. */
export interface NewSubscription extends SubscriptionSettings {
  /** Messages of one ordering key come in order; for good. */
  readonly ordered?: boolean | undefined;
  /** Only messages whose attributes fit, in the vendor's filter language; for good. */
  readonly filter?: string | undefined;
}

/** Changes of a subscription; what is left out stays, `null` takes it away. */
export type SubscriptionChanges = {
  readonly [Field in keyof SubscriptionSettings]?: SubscriptionSettings[Field] | null;
};

/** Changes of a topic; what is left out stays, `null` takes it away. */
export type TopicChanges = { readonly [Field in keyof TopicSettings]?: TopicSettings[Field] | null };

/** Where the messages of a topic are taken from. */
export interface Subscription {
  /** `projects/p/subscriptions/s`. */
  readonly name: string;
  readonly id: string;
  /** Whole name. Absent: the topic was deleted. */
  readonly topic?: string | undefined;
  readonly ackDeadlineSeconds: number;
  readonly retainAcked: boolean;
  readonly retentionSeconds?: number | undefined;
  readonly exactlyOnce: boolean;
  readonly ordered: boolean;
  readonly filter?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly expiresAfterSeconds: number | 'never';
  readonly deadLetter?: DeadLetter | undefined;
  readonly redelivery?: RedeliveryDelay | undefined;
  readonly push?: PushTarget | undefined;
  /** Cut off from its topic, for good. */
  readonly detached: boolean;
}

/** Where a subscription goes on: everything after an instant, or after a snapshot, counts as not acknowledged. */
export type SeekTarget = { readonly time: string | Date } | { readonly snapshot: string };

/** What a subscription had not acknowledged at some instant. */
export interface Snapshot {
  readonly name: string;
  readonly id: string;
  readonly topic?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}
