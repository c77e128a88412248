/** What one namespace of the fake has. */
import type { Clock } from '@im/core';
import { FakeQueue, type FakeQueueSettings, type SentMessage } from './broker.ts';

/** A topic: what is sent there comes to every subscription. Filters are left out. */
export interface FakeTopic {
  readonly name: string;
  readonly subscriptions: Map<string, FakeQueue>;
  /** Detects duplicates for all of them. */
  readonly entrance: FakeQueue;
}

/** A shared access policy. */
export interface FakePolicy {
  readonly keyName: string;
  key: string;
  readonly claims: readonly ('Send' | 'Listen' | 'Manage')[];
  /** The one entity that it is for. Absent: all. */
  readonly entity?: string | undefined;
}

/** One namespace. */
export interface BusWorld {
  readonly clock: Clock;
  /** By name in lower case. */
  readonly queues: Map<string, FakeQueue>;
  readonly topics: Map<string, FakeTopic>;
  readonly policies: FakePolicy[];
  addQueue(name: string, settings?: Partial<FakeQueueSettings>): FakeQueue;
  addTopic(name: string, settings?: Partial<FakeQueueSettings>): FakeTopic;
  addSubscription(topic: string, name: string, settings?: Partial<FakeQueueSettings>): FakeQueue;
}

export function createBusWorld(clock: Clock): BusWorld {
  const queues = new Map<string, FakeQueue>();
  const topics = new Map<string, FakeTopic>();
  return {
    clock,
    queues,
    topics,
    policies: [],
    addQueue(name, settings) {
      const queue = new FakeQueue(clock, name, settings);
      queues.set(name.toLowerCase(), queue);
      return queue;
    },
    addTopic(name, settings) {
      const topic = { name, subscriptions: new Map(), entrance: new FakeQueue(clock, name, settings) };
      topics.set(name.toLowerCase(), topic);
      return topic;
    },
    addSubscription(topic, name, settings) {
      const found = topics.get(topic.toLowerCase());
      if (found === undefined) throw new TypeError(`the fake has no topic ${topic}`);
      const queue = new FakeQueue(clock, `${found.name}/Subscriptions/${name}`, settings);
      found.subscriptions.set(name.toLowerCase(), queue);
      return queue;
    },
  };
}

/** Sends to a topic: what its entrance takes goes to every subscription. */
export function publish({ entrance, subscriptions }: FakeTopic, message: SentMessage): void {
  entrance.send(message);
  const taken = entrance.messages.length > 0;
  entrance.messages = [];
  if (taken) for (const queue of subscriptions.values()) queue.send(message);
}

/** The queue, subscription or dead letters of a path. */
export function sourceAt({ queues, topics }: BusWorld, path: string): FakeQueue | undefined {
  const [, inside = '', deadLetters] = /^(.*?)(\/\$deadletterqueue)?$/i.exec(path) ?? [];
  const [, topic, subscription] = /^(.*)\/subscriptions\/([^/]+)$/i.exec(inside) ?? [];
  const found =
    topic === undefined
      ? queues.get(inside.toLowerCase())
      : topics.get(topic.toLowerCase())?.subscriptions.get(subscription?.toLowerCase() ?? '');
  return deadLetters === undefined ? found : found?.deadLetters;
}
