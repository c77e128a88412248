/** Topics and subscriptions of all accounts of the fake. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { fault } from '../../common/fake/protocols.ts';

/** An attribute of a notification, as it was sent: bytes in base64. */
export interface StoredAttribute {
  readonly type: string;
  readonly value: string;
}

/** A notification that was accepted. */
export interface StoredNotification {
  readonly id: string;
  /** Text for everybody, or texts by protocol. */
  readonly message: string;
  readonly byProtocol: Readonly<Record<string, string>>;
  readonly subject?: string | undefined;
  readonly attributes: Readonly<Record<string, StoredAttribute>>;
  readonly groupId?: string | undefined;
  readonly sequenceNumber?: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is published. */
export type NewNotification = Omit<StoredNotification, 'id' | 'at' | 'sequenceNumber'> & {
  readonly deduplicationId?: string | undefined;
};

/** One topic. */
export interface FakeTopic {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly notifications: StoredNotification[];
  /** Ids of notifications by their deduplication id. */
  readonly known: Map<string, StoredNotification>;
  deletedSubscriptions: number;
}

/** One subscription. */
export interface FakeSubscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly owner: string;
  readonly attributes: Map<string, string>;
  /** What confirms it. */
  readonly token: string;
  isPending: boolean;
  confirmedByOwner: boolean;
}

/** Protocols that must confirm. */
const confirming = new Set(['http', 'https', 'email', 'email-json']);
/** For how long a deduplication id is known. */
const knownMs = 300_000;

/** The ARN of the subscription of an endpoint, and the token that confirms it: always the same. */
export function subscriptionNames(topicArn: string, protocol: string, endpoint: string) {
  const digest = createHash('sha256').update(`${topicArn}\n${protocol}\n${endpoint}`).digest('hex');
  const id = [8, 4, 4, 4, 12].map((length, index) => digest.slice(index * 12, index * 12 + length)).join('-');
  return { arn: `${topicArn}:${id}`, token: `2336412f37${digest}${digest}`.slice(0, 128) };
}

/** Makes the state. */
export function createSnsState(clock: Clock, region: string) {
  const topics = new Map<string, FakeTopic>();
  const subscriptions = new Map<string, FakeSubscription>();
  let published = 0;

  /** Ids of notifications, the same ones in each run. */
  const nextId = () => {
    published += 1;
    return uuid(`notification/${published}`);
  };
  const noTopic = () => fault('NotFound', 'Topic does not exist', { status: 404 });
  const denied = (what: string) =>
    fault('AuthorizationError', `User is not authorized to perform this action on resource: ${what}`, {
      status: 403,
    });
  const own = (arn: string, account: FakeAccount) => {
    if (arn.split(':')[4] !== account.accountId) throw denied(arn);
  };

  const findTopic = (arn: string, account: FakeAccount): FakeTopic => {
    own(arn, account);
    const topic = topics.get(arn);
    if (topic === undefined) throw noTopic();
    return topic;
  };

  return {
    nextId,
    topics: (account: FakeAccount) =>
      [...topics.values()].filter(({ accountId }) => accountId === account.accountId),
    findTopic,
    arnOf: (name: string, account: FakeAccount) => `arn:aws:sns:${region}:${account.accountId}:${name}`,
    createTopic(
      name: string,
      account: FakeAccount,
      attributes: ReadonlyMap<string, string>,
      tags: ReadonlyMap<string, string>,
    ): FakeTopic {
      const arn = `arn:aws:sns:${region}:${account.accountId}:${name}`;
      const known = topics.get(arn);
      if (known !== undefined) {
        if (isWithin(attributes, known.attributes) && isWithin(tags, known.tags)) return known;
        const says = 'Invalid parameter: Attributes Reason: Topic already exists with different attributes';
        throw fault('InvalidParameter', says);
      }
      const topic: FakeTopic = {
        arn,
        name,
        accountId: account.accountId,
        attributes: new Map(attributes),
        tags: new Map(tags),
        notifications: [],
        known: new Map(),
        deletedSubscriptions: 0,
      };
      topics.set(arn, topic);
      return topic;
    },
    /** One that is not there is deleted already. */
    deleteTopic(arn: string, account: FakeAccount): void {
      own(arn, account);
      topics.delete(arn);
      for (const [key, { topicArn }] of subscriptions) if (topicArn === arn) subscriptions.delete(key);
    },
    /** @returns the notification; `undefined` in `fresh` when it was published before */
    publish(
      topic: FakeTopic,
      notification: NewNotification,
    ): { readonly stored: StoredNotification; readonly isFresh: boolean } {
      const isFifo = topic.attributes.get('FifoTopic') === 'true';
      const { deduplicationId, ...given } = notification;
      const key = isFifo ? deduplicationIdOf(topic, notification) : undefined;
      const known = key === undefined ? undefined : topic.known.get(key);
      if (known !== undefined && clock.now() - known.at < knownMs) return { stored: known, isFresh: false };
      const id = nextId();
      const stored: StoredNotification = {
        ...given,
        id,
        at: clock.now(),
        ...(isFifo && { sequenceNumber: String(10n ** 19n + BigInt(published)) }),
      };
      topic.notifications.push(stored);
      if (key !== undefined) topic.known.set(key, stored);
      return { stored, isFresh: true };
    },
    subscriptions: (account: FakeAccount) =>
      [...subscriptions.values()].filter(({ owner }) => owner === account.accountId),
    ofTopic: (topicArn: string) =>
      [...subscriptions.values()].filter((subscription) => subscription.topicArn === topicArn),
    subscribe(
      topic: FakeTopic,
      subscriber: { readonly protocol: string; readonly endpoint: string },
      account: FakeAccount,
      attributes: ReadonlyMap<string, string>,
    ): FakeSubscription {
      const { protocol, endpoint } = subscriber;
      const { arn, token } = subscriptionNames(topic.arn, protocol, endpoint);
      const known = subscriptions.get(arn);
      if (known !== undefined) {
        if (isWithin(attributes, known.attributes)) return known;
        const says =
          'Invalid parameter: Attributes Reason: Subscription already exists with different attributes';
        throw fault('InvalidParameter', says);
      }
      const subscription: FakeSubscription = {
        arn,
        topicArn: topic.arn,
        protocol,
        endpoint,
        owner: account.accountId,
        attributes: new Map(attributes),
        token,
        isPending: confirming.has(protocol),
        confirmedByOwner: !confirming.has(protocol),
      };
      subscriptions.set(arn, subscription);
      return subscription;
    },
    findSubscription(arn: string, account: FakeAccount): FakeSubscription {
      own(arn, account);
      const subscription = subscriptions.get(arn);
      if (subscription === undefined) throw fault('NotFound', 'Subscription does not exist', { status: 404 });
      return subscription;
    },
    unsubscribe(subscription: FakeSubscription): void {
      subscriptions.delete(subscription.arn);
      const topic = topics.get(subscription.topicArn);
      if (topic !== undefined) topic.deletedSubscriptions += 1;
    },
  };
}

/** The state of a fake. */
export type SnsState = ReturnType<typeof createSnsState>;

function deduplicationIdOf(topic: FakeTopic, notification: NewNotification): string {
  const { groupId, deduplicationId, message } = notification;
  if (groupId === undefined)
    throw fault(
      'InvalidParameter',
      'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    );
  const scope = topic.attributes.get('FifoThroughputScope') === 'MessageGroup' ? `${groupId}/` : '';
  if (deduplicationId !== undefined) return `${scope}${deduplicationId}`;
  if (topic.attributes.get('ContentBasedDeduplication') === 'true')
    return `${scope}${createHash('sha256').update(message).digest('hex')}`;
  const says =
    'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
  throw fault('InvalidParameter', says);
}

function isWithin(some: ReadonlyMap<string, string>, all: ReadonlyMap<string, string>): boolean {
  return [...some].every(([name, value]) => all.get(name) === value);
}

function uuid(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return [8, 4, 4, 4, 12].map((length, index) => digest.slice(index * 12, index * 12 + length)).join('-');
}
