/** Queues themselves. */
import type { Clock } from '@im/core';
import {
  type JsonInput,
  optionalNumber,
  optionalText,
  pageOf,
  text,
  textMap,
  texts,
} from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { JsonService } from '../../common/fake/service.ts';
import { outOfRange } from './message-operations.ts';
import type { FakeQueue } from './queue.ts';
import { noQueue, type SqsFinder, type SqsState } from './state.ts';

const minuteMs = 60_000;

/** The operations on queues. */
export function queueOperations(
  state: SqsState,
  { byUrl: queueOf }: SqsFinder,
  clock: Clock,
): JsonService['operations'] {
  return {
    GetQueueUrl(input, { principal }) {
      const queue = state.queue(principal.account, text(input, 'QueueName', 'MissingParameter'));
      if (queue === undefined) throw noQueue();
      return { QueueUrl: queue.url };
    },
    ListQueues(input, { principal }) {
      const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
      const own = [...state.queues.values()]
        .filter(
          (queue) => queue.arn.includes(`:${principal.account.accountId}:`) && queue.name.startsWith(prefix),
        )
        .map(({ url }) => url)
        .sort();
      return urlPage(own, input, 'QueueUrls');
    },
    ListDeadLetterSourceQueues(input, call) {
      const { arn } = queueOf(input, call);
      const sources = [...state.queues.values()]
        .filter(({ attributes }) => attributes.RedrivePolicy?.includes(`"${arn}"`))
        .map(({ url }) => url)
        .sort();
      return urlPage(sources, input, 'queueUrls');
    },
    CreateQueue(input, { principal }) {
      const name = text(input, 'QueueName', 'MissingParameter');
      const attributes = textMap(input, 'Attributes');
      if (!/^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/.test(name))
        throw outOfRange('QueueName', 'alphanumeric, hyphens or underscores, 1 to 80 in length');
      if (name.endsWith('.fifo') !== (attributes.FifoQueue === 'true'))
        throw outOfRange('FifoQueue', 'set for names that end in .fifo, and for no other');
      const known = state.queue(principal.account, name);
      if (known !== undefined) {
        const differs = Object.entries(attributes).some(([key, value]) => known.attributes[key] !== value);
        if (differs)
          throw fault(
            'QueueNameExists',
            'A queue already exists with the same name and a different value for an attribute',
            { queryCode: 'QueueAlreadyExists' },
          );
        return { QueueUrl: known.url };
      }
      const deleted =
        state.deletedAt.get(`${principal.account.accountId}/${name}`) ?? Number.NEGATIVE_INFINITY;
      if (clock.now() - deleted < minuteMs)
        throw fault(
          'QueueDeletedRecently',
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
          { queryCode: 'AWS.SimpleQueueService.QueueDeletedRecently' },
        );
      return { QueueUrl: state.create(principal.account, name, attributes, textMap(input, 'tags')).url };
    },
    DeleteQueue(input, call) {
      const queue = queueOf(input, call);
      const key = `${call.principal.account.accountId}/${queue.name}`;
      state.queues.delete(key);
      state.deletedAt.set(key, clock.now());
    },
    PurgeQueue(input, call) {
      const queue = queueOf(input, call);
      if (clock.now() - queue.purgedAt < minuteMs)
        throw fault('PurgeQueueInProgress', 'Only one PurgeQueue operation is allowed every 60 seconds.', {
          status: 403,
          queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress',
        });
      queue.purgedAt = clock.now();
      queue.messages = [];
    },
    GetQueueAttributes(input, call) {
      const queue = queueOf(input, call);
      const wanted = texts(input, 'AttributeNames');
      const all = attributesOf(queue);
      const given = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
      return { Attributes: Object.fromEntries(given) };
    },
    SetQueueAttributes(input, call) {
      const queue = queueOf(input, call);
      queue.attributes = { ...queue.attributes, ...textMap(input, 'Attributes') };
      queue.changedAt = clock.now();
    },
    ListQueueTags: (input, call) => ({ Tags: queueOf(input, call).tags }),
    TagQueue(input, call) {
      Object.assign(queueOf(input, call).tags, textMap(input, 'Tags'));
    },
    UntagQueue(input, call) {
      const { tags } = queueOf(input, call);
      for (const name of texts(input, 'TagKeys')) delete tags[name];
    },
  };
}

function urlPage(urls: readonly string[], input: JsonInput, member: string): object {
  const size = optionalNumber(input, 'MaxResults');
  const { items, next } = pageOf(urls, optionalText(input, 'NextToken'), size ?? 1_000);
  // Without MaxResults AWS gives no token.
  return { [member]: items, ...(size !== undefined && next !== undefined && { NextToken: next }) };
}

function attributesOf(queue: FakeQueue): Record<string, string> {
  const { waiting, inFlight, delayed } = queue.counts();
  return {
    VisibilityTimeout: '30',
    MessageRetentionPeriod: '345600',
    DelaySeconds: '0',
    MaximumMessageSize: '1048576',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(queue.changedAt / 1_000)),
  };
}
