/** What one account of the fake holds, and how it moves: messages that hide, come back and end. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';

export interface FakeMessage {
  readonly id: string;
  text: string;
  popReceipt: string;
  readonly insertedAt: number;
  /** Milliseconds since 1970; at the end of all time for those that stay. */
  readonly expiresAt: number;
  visibleAt: number;
  dequeueCount: number;
}

export interface FakeQueue {
  readonly name: string;
  metadata: Readonly<Record<string, string>>;
  /** In order of their arrival. */
  messages: FakeMessage[];
}

/** One account. */
export interface FakeQueueStore {
  readonly clock: Clock;
  readonly queues: Map<string, FakeQueue>;
  /** Names that are not free yet, and until when. */
  readonly deleting: Map<string, number>;
  /** Milliseconds until the name of a deleted queue is free. Default 0; the service takes some 40 seconds. */
  deletingMs: number;
  createQueue(name: string, metadata?: Readonly<Record<string, string>>): FakeQueue;
  /** Puts a message as it is to stand there. */
  put(queue: FakeQueue, text: string, visibilitySeconds?: number, timeToLiveSeconds?: number): FakeMessage;
  /** Hides a message, and gives it another receipt. */
  hide(message: FakeMessage, seconds: number): void;
}

/** When messages end that were put for good, as the service says it. */
const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59);
export const sevenDays = 604_800;

export function createQueueStore(clock: Clock, seed: string): FakeQueueStore {
  const queues = new Map<string, FakeQueue>();
  let count = 0;
  const digest = (kind: string) => {
    count += 1;
    return createHash('sha256')
      .update(JSON.stringify([seed, kind, count]))
      .digest();
  };
  const newReceipt = () => digest('receipt').toString('base64').slice(0, 24);
  const newId = () =>
    digest('message')
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return {
    clock,
    queues,
    deleting: new Map(),
    deletingMs: 0,
    createQueue(name, metadata = {}) {
      const queue: FakeQueue = { name, metadata, messages: [] };
      queues.set(name, queue);
      return queue;
    },
    put(queue, text, visibilitySeconds = 0, timeToLiveSeconds = sevenDays) {
      const now = clock.now();
      const message: FakeMessage = {
        id: newId(),
        text,
        popReceipt: newReceipt(),
        insertedAt: now,
        expiresAt: timeToLiveSeconds === -1 ? endOfTime : now + timeToLiveSeconds * 1_000,
        visibleAt: now + visibilitySeconds * 1_000,
        dequeueCount: 0,
      };
      queue.messages.push(message);
      return message;
    },
    hide(message, seconds) {
      message.visibleAt = clock.now() + seconds * 1_000;
      message.popReceipt = newReceipt();
    },
  };
}

/** Lets what has come due happen: messages that end. */
export function settleQueue({ clock }: FakeQueueStore, queue: FakeQueue): FakeQueue {
  const now = clock.now();
  queue.messages = queue.messages.filter(({ expiresAt }) => expiresAt > now);
  return queue;
}

/** Messages that can be seen, in the order in which they became so. */
export function visibleMessages({ clock }: FakeQueueStore, { messages }: FakeQueue): FakeMessage[] {
  const now = clock.now();
  return messages
    .filter(({ visibleAt }) => visibleAt <= now)
    .sort((one, other) => one.visibleAt - other.visibleAt);
}
