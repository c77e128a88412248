/** Topics and subscriptions of one account. Deliveries and their deadlines are in `queue.ts`. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import { timeOf } from '../../common/fake/service.ts';
import { toSeconds } from '../../common/fields.ts';
import { deletedTopic } from '../wire.ts';

/** A message as a topic took it. */
export interface StoredMessage {
  readonly messageId: string;
  /** Base64. */
  readonly data: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string | undefined;
  readonly publishedAt: number;
}

/** A message as one subscription has it. */
export interface Copy {
  readonly message: StoredMessage;
  acked: boolean;
  /** Set while it is delivered and not given back: the instant at which it is. */
  leaseUntil: number | undefined;
  /** Rests until then. */
  availableAt: number;
  /** Times that it was delivered. */
  deliveries: number;
  /** Times that it was given back, by hand or by its deadline. */
  failures: number;
}

/** A topic as it is kept. */
export interface FakeTopic {
  readonly name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A subscription as it is kept. */
export interface FakeSubscription {
  readonly name: string;
  /** Whole name, or the vendor's word for one that was deleted. */
  topic: string;
  /** Fields as the vendor spells them. */
  fields: Readonly<Record<string, unknown>>;
  /** In order of publishing. */
  copies: Copy[];
  detached: boolean;
}

/** A snapshot as it is kept. */
export interface FakeSnapshot {
  readonly name: string;
  readonly topic: string;
  readonly labels: unknown;
  readonly createdAt: number;
  /** Ids of messages that were not acknowledged. */
  readonly backlog: ReadonlySet<string>;
}

/** What one account has. */
export interface PubsubWorld {
  readonly tenant: string;
  readonly clock: Clock;
  readonly topics: Map<string, FakeTopic>;
  readonly subscriptions: Map<string, FakeSubscription>;
  readonly snapshots: Map<string, FakeSnapshot>;
  /** How many messages were published. */
  published: number;
}

/** An account that has nothing yet. */
export function createPubsubWorld(tenant: string, clock: Clock): PubsubWorld {
  return {
    tenant,
    clock,
    topics: new Map(),
    subscriptions: new Map(),
    snapshots: new Map(),
    published: 0,
  };
}

/** Adds a topic; `fields` are spelled as the vendor does. */
export function addTopic(
  world: PubsubWorld,
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
): FakeTopic {
  const topic: FakeTopic = { name, fields };
  world.topics.set(name, topic);
  return topic;
}

/** Adds a subscription to the topic of this whole name; `fields` are spelled as the vendor does. */
export function addSubscription(
  world: PubsubWorld,
  name: string,
  topic: string,
  fields: Readonly<Record<string, unknown>> = {},
): FakeSubscription {
  const subscription: FakeSubscription = { name, topic, fields, copies: [], detached: false };
  world.subscriptions.set(name, subscription);
  return subscription;
}

/** Puts a message into every subscription of the topic. @returns its id */
export function publish(
  world: PubsubWorld,
  topic: string,
  message: Omit<StoredMessage, 'messageId' | 'publishedAt'>,
): string {
  world.published += 1;
  const publishedAt = world.clock.now();
  const stored: StoredMessage = {
    ...message,
    messageId: messageIdOf(world.tenant, world.published),
    publishedAt,
  };
  for (const subscription of world.subscriptions.values()) {
    if (subscription.topic !== topic || subscription.detached) continue;
    subscription.copies.push({
      message: stored,
      acked: false,
      leaseUntil: undefined,
      availableAt: publishedAt,
      deliveries: 0,
      failures: 0,
    });
  }
  return stored.messageId;
}

/** Numbers, as the vendor's ids are; those of one account are not those of another. */
export function messageIdOf(tenant: string, count: number): string {
  const start = createHash('sha256').update(tenant).digest().readUInt32BE() % 9_000_000;
  return String((start + 1_000_000) * 1_000_000 + count);
}

/** Adds a snapshot of what a subscription has not acknowledged. */
export function addSnapshot(
  world: PubsubWorld,
  name: string,
  { topic, copies }: FakeSubscription,
  labels?: unknown,
): FakeSnapshot {
  const open = copies.filter(({ acked }) => !acked);
  const snapshot = {
    name,
    topic,
    labels,
    createdAt: world.clock.now(),
    backlog: new Set(open.map(({ message }) => message.messageId)),
  };
  world.snapshots.set(name, snapshot);
  return snapshot;
}

/** A topic is gone; what its subscriptions have stays. */
export function removeTopic(world: PubsubWorld, name: string): void {
  world.topics.delete(name);
  for (const subscription of world.subscriptions.values())
    if (subscription.topic === name) subscription.topic = deletedTopic;
}

export const topicJson = ({ name, fields }: FakeTopic) => ({ name, ...fields, state: 'ACTIVE' });

export const subscriptionJson = ({ name, topic, fields, detached }: FakeSubscription) => ({
  name,
  topic,
  ackDeadlineSeconds: 10,
  messageRetentionDuration: '604800s',
  expirationPolicy: { ttl: '2678400s' },
  pushConfig: {},
  ...fields,
  ...(detached && { detached }),
  state: 'ACTIVE',
});

export const snapshotJson = ({ name, topic, labels, createdAt }: FakeSnapshot) => ({
  name,
  topic,
  expireTime: timeOf(createdAt + 7 * 86_400_000),
  ...(labels !== undefined && { labels }),
});

/** A duration of the fields in milliseconds. */
export function millisecondsOf(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  usual: number,
): number {
  const seconds = toSeconds(String(fields[name] ?? ''));
  return seconds === undefined ? usual : seconds * 1_000;
}
