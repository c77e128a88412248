/** The queues of all accounts of the fake, and how they are found. */
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { type JsonInput, text } from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { FakeCall } from '../../common/fake/service.ts';
import type { StoredMessage } from './message.ts';
import { FakeQueue } from './queue.ts';

/** Where the fake stands. */
export interface SqsPlace {
  readonly clock: Clock;
  readonly region: string;
  url(): string;
}

/** A running task that moves messages. */
export interface MoveTask {
  readonly handle: string;
  readonly accountId: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly moved: number;
  readonly startedAt: number;
  status: string;
}

/** All queues of all accounts. */
export interface SqsState {
  readonly queues: Map<string, FakeQueue>;
  readonly deletedAt: Map<string, number>;
  readonly tasks: MoveTask[];
  queue(account: FakeAccount, name: string): FakeQueue | undefined;
  create(
    account: FakeAccount,
    name: string,
    attributes: Record<string, string>,
    tags?: Record<string, string>,
  ): FakeQueue;
}

/** Makes the state. */
export function createSqsState({ clock, region, url }: SqsPlace): SqsState {
  const queues = new Map<string, FakeQueue>();
  const deletedAt = new Map<string, number>();
  const key = (accountId: string, name: string) => `${accountId}/${name}`;
  return {
    queues,
    deletedAt,
    tasks: [],
    queue: (account, name) => queues.get(key(account.accountId, name)),
    create(account, name, attributes, tags = {}) {
      const place = key(account.accountId, name);
      const arn = `arn:aws:sqs:${region}:${account.accountId}:${name}`;
      const queue = new FakeQueue(clock, { name, arn, url: `${url()}/${place}` }, attributes, tags);
      queues.set(place, queue);
      return queue;
    },
  };
}

/** The error for a queue that is not there. */
export const noQueue = () =>
  fault('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  });

/** Finds queues as requests name them. */
export interface SqsFinder {
  /** The queue of a URL. Another account's queues are not seen. */
  byUrl(input: JsonInput, call: FakeCall): FakeQueue;
  byArn(arn: string, call: FakeCall): FakeQueue;
  /** Takes what a queue gives up to its dead-letter queue. */
  onDead(queue: FakeQueue): (message: StoredMessage) => void;
}

/** Makes the finder of a state. */
export function createFinder(state: SqsState): SqsFinder {
  /** The queue of a URL. Another account's queues are not seen. */
  const queueOf = (input: JsonInput, { principal }: FakeCall): FakeQueue => {
    const [accountId, name] = text(input, 'QueueUrl', 'MissingParameter').split('/').slice(-2);
    if (accountId !== principal.account.accountId)
      throw fault('AccessDenied', 'Access to the resource is denied.', {
        status: 403,
        queryCode: 'AccessDenied',
      });
    const queue = state.queue(principal.account, name ?? '');
    if (queue === undefined) throw noQueue();
    return queue;
  };
  const byArn = (arn: string, { principal }: FakeCall): FakeQueue => {
    const queue = [...state.queues.values()].find((one) => one.arn === arn);
    if (queue === undefined || !arn.includes(`:${principal.account.accountId}:`))
      throw fault('ResourceNotFoundException', 'The resource does not exist.', {
        status: 404,
        queryCode: 'ResourceNotFoundException',
      });
    return queue;
  };
  const onDead = (queue: FakeQueue) => (message: StoredMessage) => {
    const { deadLetterTargetArn } = JSON.parse(queue.attributes.RedrivePolicy ?? '{}') as {
      readonly deadLetterTargetArn?: string;
    };
    const target = [...state.queues.values()].find(({ arn }) => arn === deadLetterTargetArn);
    target?.send({ ...message, deadLetterSourceArn: queue.arn }, message.senderId);
  };

  return { byUrl: queueOf, byArn, onDead };
}
