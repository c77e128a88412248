/** The operations of the fake: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import {
  type JsonInput,
  objects,
  optionalNumber,
  optionalText,
  pageOf,
  text,
  textMap,
  texts,
} from '../../common/fake/input.ts';
import { type AwsFault, fault, isFault } from '../../common/fake/protocols.ts';
import type { FakeCall, JsonService } from '../../common/fake/service.ts';
import { FakeQueue, type NewMessage, type StoredMessage } from './queue.ts';

/** Where the fake stands. */
export interface SqsPlace {
  readonly clock: Clock;
  readonly region: string;
  url(): string;
}

/** A running task that moves messages. */
interface MoveTask {
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

const noQueue = () =>
  fault('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  });

const minuteMs = 60_000;

/** The service over its state. */
export function sqsFakeService(state: SqsState, { clock }: SqsPlace): JsonService {
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

  return {
    service: 'sqs',
    kind: 'json',
    version: '1.0',
    namespace: 'com.amazonaws.sqs',
    target: 'AmazonSQS',
    operations: {
      SendMessage(input, call) {
        const queue = queueOf(input, call);
        const sent = queue.send(newMessage(input), call.principal.arn);
        return { MessageId: sent.id, MD5OfMessageBody: md5(sent.body), SequenceNumber: sent.sequenceNumber };
      },
      SendMessageBatch: (input, call) => {
        const queue = queueOf(input, call);
        return eachEntry(input, (entry) => {
          const sent = queue.send(newMessage(entry), call.principal.arn);
          return {
            MessageId: sent.id,
            MD5OfMessageBody: md5(sent.body),
            SequenceNumber: sent.sequenceNumber,
          };
        });
      },
      async ReceiveMessage(input, call) {
        const queue = queueOf(input, call);
        const most = optionalNumber(input, 'MaxNumberOfMessages') ?? 1;
        if (most < 1 || most > 10) throw outOfRange('MaxNumberOfMessages', 'between 1 and 10');
        const attemptId = optionalText(input, 'ReceiveRequestAttemptId');
        if (attemptId !== undefined && !queue.isFifo)
          throw outOfRange('ReceiveRequestAttemptId', 'given for FIFO queues only');
        const hiddenSeconds = optionalNumber(input, 'VisibilityTimeout');
        const wait =
          optionalNumber(input, 'WaitTimeSeconds') ??
          Number(queue.attributes.ReceiveMessageWaitTimeSeconds ?? 0);
        if (wait < 0 || wait > 20) throw outOfRange('WaitTimeSeconds', 'between 0 and 20');
        const messages = await queue.receive({ most, hiddenSeconds, attemptId }, wait, onDead(queue));
        return messages.length === 0 ? {} : { Messages: messages.map(toWire) };
      },
      DeleteMessage(input, call) {
        queueOf(input, call).delete(text(input, 'ReceiptHandle', 'MissingParameter'));
      },
      DeleteMessageBatch: (input, call) => {
        const queue = queueOf(input, call);
        return eachEntry(input, (entry) => {
          queue.delete(text(entry, 'ReceiptHandle'));
          return {};
        });
      },
      ChangeMessageVisibility(input, call) {
        const seconds = optionalNumber(input, 'VisibilityTimeout') ?? 30;
        queueOf(input, call).hide(text(input, 'ReceiptHandle', 'MissingParameter'), seconds);
      },
      ChangeMessageVisibilityBatch: (input, call) => {
        const queue = queueOf(input, call);
        return eachEntry(input, (entry) => {
          queue.hide(text(entry, 'ReceiptHandle'), optionalNumber(entry, 'VisibilityTimeout') ?? 30);
          return {};
        });
      },
      GetQueueUrl(input, { principal }) {
        const queue = state.queue(principal.account, text(input, 'QueueName', 'MissingParameter'));
        if (queue === undefined) throw noQueue();
        return { QueueUrl: queue.url };
      },
      ListQueues(input, { principal }) {
        const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
        const own = [...state.queues.values()]
          .filter(
            (queue) =>
              queue.arn.includes(`:${principal.account.accountId}:`) && queue.name.startsWith(prefix),
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
      StartMessageMoveTask(input, call) {
        const source = byArn(text(input, 'SourceArn'), call);
        const destinationArn = optionalText(input, 'DestinationArn');
        const running = state.tasks.some(
          (task) => task.sourceArn === source.arn && task.status === 'RUNNING',
        );
        if (running)
          throw fault('UnsupportedOperation', 'There is already a task running.', {
            queryCode: 'AWS.SimpleQueueService.UnsupportedOperation',
          });
        const moved = source.messages;
        source.messages = [];
        for (const message of moved) {
          const target = byArn(destinationArn ?? message.deadLetterSourceArn ?? source.arn, call);
          target.send(
            { body: message.body, attributes: message.attributes, groupId: message.groupId },
            message.senderId,
          );
        }
        const handle = Buffer.from(`${source.arn}/${state.tasks.length}`).toString('base64');
        // Moving takes a while in the account of a user; here it is done, and the task still runs.
        state.tasks.push({
          handle,
          accountId: call.principal.account.accountId,
          sourceArn: source.arn,
          destinationArn,
          moved: moved.length,
          startedAt: clock.now(),
          status: 'RUNNING',
        });
        return { TaskHandle: handle };
      },
      ListMessageMoveTasks(input, call) {
        const { arn } = byArn(text(input, 'SourceArn'), call);
        const tasks = state.tasks.filter((task) => task.sourceArn === arn).toReversed();
        return { Results: tasks.slice(0, optionalNumber(input, 'MaxResults') ?? 1).map(taskToWire) };
      },
      CancelMessageMoveTask(input, { principal }) {
        const handle = text(input, 'TaskHandle');
        const task = state.tasks.find(
          (one) => one.handle === handle && one.accountId === principal.account.accountId,
        );
        if (task === undefined)
          throw fault('ResourceNotFoundException', 'The task does not exist.', {
            status: 404,
            queryCode: 'ResourceNotFoundException',
          });
        task.status = 'CANCELLED';
        return { ApproximateNumberOfMessagesMoved: task.moved };
      },
    },
  };
}

function newMessage(input: JsonInput): NewMessage {
  return {
    body: text(input, 'MessageBody', 'MissingParameter'),
    attributes: input.MessageAttributes,
    delaySeconds: optionalNumber(input, 'DelaySeconds'),
    groupId: optionalText(input, 'MessageGroupId'),
    deduplicationId: optionalText(input, 'MessageDeduplicationId'),
  };
}

function eachEntry(input: JsonInput, done: (entry: JsonInput) => object): object {
  const entries = objects(input, 'Entries');
  const ids = entries.map((entry) => text(entry, 'Id', 'MissingParameter'));
  if (entries.length === 0)
    throw fault('EmptyBatchRequest', 'There should be at least one entry in the request.', {
      queryCode: 'AWS.SimpleQueueService.EmptyBatchRequest',
    });
  if (entries.length > 10)
    throw fault('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.', {
      queryCode: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    });
  if (new Set(ids).size < ids.length)
    throw fault('BatchEntryIdsNotDistinct', 'Two or more entries have the same Id.', {
      queryCode: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
    });
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      Successful.push({ Id: ids[index], ...done(entry) });
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      Failed.push(failedEntry(ids[index] ?? '', thrown));
    }
  }
  return { Successful, Failed };
}

function failedEntry(Id: string, { code, message, status = 400 }: AwsFault): object {
  return { Id, SenderFault: status < 500, Code: code, Message: message };
}

function urlPage(urls: readonly string[], input: JsonInput, member: string): object {
  const size = optionalNumber(input, 'MaxResults');
  const { items, next } = pageOf(urls, optionalText(input, 'NextToken'), size ?? 1_000);
  // Without MaxResults AWS gives no token.
  return { [member]: items, ...(size !== undefined && next !== undefined && { NextToken: next }) };
}

function toWire(message: StoredMessage): object {
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    MessageAttributes: message.attributes,
    Attributes: {
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      MessageGroupId: message.groupId,
      MessageDeduplicationId: message.deduplicationId,
      SequenceNumber: message.sequenceNumber,
      DeadLetterQueueSourceArn: message.deadLetterSourceArn,
    },
  };
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

function taskToWire(task: MoveTask): object {
  return {
    TaskHandle: task.status === 'RUNNING' ? task.handle : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.moved,
    StartedTimestamp: task.startedAt,
  };
}

function outOfRange(name: string, must: string): AwsFault {
  return fault('InvalidParameterValue', `Value for parameter ${name} is invalid. Reason: Must be ${must}.`);
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
