/**
 * Sending, receiving and finishing single messages.
 *
 * What repeating a receive does: the messages of a lost answer stay hidden until their visibility time-out, and their receive
 * count has gone up, which may move them to the dead-letter queue. So `receive` is unsafe: it is sent once, and a consumer that
 * failed to receive receives again. A FIFO queue knows the attempt by its id and gives the same messages: `receiveFifo` is keyed.
 */
import type { ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { type Call, idempotent, keyed, unsafe } from '@im/core';
import { toAttributes } from '../../common/message-attributes.ts';
import { promised, refuse, within } from '../../common/service.ts';
import type { Connection } from '../client.ts';
import { toMessage } from '../map.ts';
import type { FifoMessage, OutgoingMessage, ReceivedMessage, ReceiveOptions, SentMessage } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_';
const ends = /\.fifo$/;

/** Milliseconds left for the answer when the wait for a message is over. */
const answerMs = 1_000;

/** Operations on single messages; `queue` is a name or a URL. */
export function messageOperations({ service, urls, waitSeconds, now }: Connection) {
  const receive = async (
    queue: string,
    options: ReceiveOptions | undefined,
    attemptId: string | undefined,
    call: Call,
  ): Promise<readonly ReceivedMessage[]> => {
    const { maxMessages = 10, visibilityTimeoutSeconds: hidden } = options ?? {};
    within('maxMessages', maxMessages, 1, 10);
    const wait = within('waitSeconds', options?.waitSeconds ?? waitSeconds(), 0, 20);
    if (hidden !== undefined) within('visibilityTimeoutSeconds', hidden, 0, 43_200);
    const QueueUrl = await urls.find(queue, call);
    const left = Math.floor((call.deadline - now() - answerMs) / 1_000);
    const input: ReceiveMessageCommandInput = {
      QueueUrl,
      MaxNumberOfMessages: maxMessages,
      WaitTimeSeconds: Math.max(Math.min(wait, left), 0),
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      ...(hidden !== undefined && { VisibilityTimeout: hidden }),
      ...(attemptId !== undefined && { ReceiveRequestAttemptId: attemptId }),
    };
    const { Messages = [] } = await service.send((sqs) => new sqs.ReceiveMessageCommand(input), call);
    return Messages.map(toMessage);
  };

  return {
    /** Sends a message to a standard queue. Sent once: without a deduplication id it would be there twice. */
    send: unsafe(
      async (queue: string, message: OutgoingMessage, call: Call): Promise<SentMessage> => {
        checkBody(message.body);
        const QueueUrl = await urls.find(queue, call);
        if (ends.test(QueueUrl)) refuse('a FIFO queue needs a groupId: use sendFifo');
        const input = { QueueUrl, ...toEntry(message) };
        const sent = await service.send((sqs) => new sqs.SendMessageCommand(input), call);
        return { id: promised(sent.MessageId, 'MessageId') };
      },
      { docs: `${docs}SendMessage.html`, scopes: ['sqs:SendMessage'] },
    ),

    /** Sends a message to a FIFO queue. The key of the call is its deduplication id, good for five minutes. */
    sendFifo: keyed(
      async (queue: string, message: FifoMessage, call: Call): Promise<SentMessage> => {
        checkBody(message.body);
        const QueueUrl = await urls.find(queue, call);
        const input = { QueueUrl, ...toFifoEntry(message, String(call.idempotencyKey)) };
        const sent = await service.send((sqs) => new sqs.SendMessageCommand(input), call);
        return { id: promised(sent.MessageId, 'MessageId'), sequenceNumber: sent.SequenceNumber };
      },
      { docs: `${docs}SendMessage.html`, scopes: ['sqs:SendMessage'] },
    ),

    /** Up to ten messages, hidden from others until their visibility time-out; none when the wait is over. */
    receive: unsafe(
      (queue: string, options: ReceiveOptions | undefined, call: Call) =>
        receive(queue, options, undefined, call),
      { docs: `${docs}ReceiveMessage.html`, scopes: ['sqs:ReceiveMessage'] },
    ),

    /** The same for a FIFO queue: a repetition gives the same messages again. */
    receiveFifo: keyed(
      (queue: string, options: ReceiveOptions | undefined, call: Call) =>
        receive(queue, options, call.idempotencyKey, call),
      { docs: `${docs}ReceiveMessage.html`, scopes: ['sqs:ReceiveMessage'] },
    ),

    /** Takes a received message out of the queue: it is done. */
    deleteMessage: idempotent(
      async (queue: string, receiptHandle: string, call: Call): Promise<void> => {
        const input = { QueueUrl: await urls.find(queue, call), ReceiptHandle: receiptHandle };
        await service.send((sqs) => new sqs.DeleteMessageCommand(input), call);
      },
      { docs: `${docs}DeleteMessage.html`, scopes: ['sqs:DeleteMessage'] },
    ),

    /** Hides a received message for so many seconds from now on; 0 gives it back at once. */
    changeVisibility: idempotent(
      async (queue: string, receiptHandle: string, seconds: number, call: Call): Promise<void> => {
        within('seconds', seconds, 0, 43_200);
        const QueueUrl = await urls.find(queue, call);
        const input = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
        await service.send((sqs) => new sqs.ChangeMessageVisibilityCommand(input), call);
      },
      { docs: `${docs}ChangeMessageVisibility.html`, scopes: ['sqs:ChangeMessageVisibility'] },
    ),
  };
}

/** Checks what AWS would replace or refuse. */
export function checkBody(body: string): void {
  if (body === '') refuse('a message needs a body of at least one character');
}

/** The part that a single message and an entry of a batch have in common. */
export function toEntry({ body, attributes, delaySeconds, groupId }: OutgoingMessage) {
  if (delaySeconds !== undefined) within('delaySeconds', delaySeconds, 0, 900);
  return {
    MessageBody: body,
    MessageAttributes: toAttributes(attributes),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
  };
}

/** The same for FIFO queues. */
export function toFifoEntry({ body, attributes, groupId }: FifoMessage, deduplicationId: string) {
  if (groupId === '' || groupId.length > 128) refuse('groupId must be 1 to 128 characters');
  if (deduplicationId.length > 128) refuse('the idempotency key must be at most 128 characters');
  return {
    MessageBody: body,
    MessageAttributes: toAttributes(attributes),
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  };
}
