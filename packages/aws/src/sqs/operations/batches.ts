/** Up to ten at once, with a result for each: a batch whose answer is a success may hold entries that failed. */
import { type Call, idempotent, keyed, unsafe } from '@im/core';
import { type BatchResult, checkEntries, toResults } from '../../common/batch.ts';
import { promised, within } from '../../common/service.ts';
import type { Connection } from '../client.ts';
import type { FifoMessage, OutgoingMessage, SentMessage } from '../model.ts';
import { checkBody, toEntry, toFifoEntry } from './messages.ts';

const docs = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_';

/** Operations on batches; `queue` is a name or a URL. */
export function batchOperations({ service, urls }: Connection) {
  const send = async (
    queue: string,
    entries: readonly (ReturnType<typeof toEntry> | ReturnType<typeof toFifoEntry>)[],
    call: Call,
  ): Promise<readonly BatchResult<SentMessage>[]> => {
    const QueueUrl = await urls.find(queue, call);
    const Entries = entries.map((entry, index) => ({ Id: String(index), ...entry }));
    const sent = await service.send((sqs) => new sqs.SendMessageBatchCommand({ QueueUrl, Entries }), call);
    return toResults(
      entries.length,
      sent.Successful,
      sent.Failed,
      (entry: { MessageId?: string; SequenceNumber?: string }): SentMessage => ({
        id: promised(entry.MessageId, 'MessageId'),
        ...(entry.SequenceNumber !== undefined && { sequenceNumber: entry.SequenceNumber }),
      }),
    );
  };

  return {
    /** Sends up to ten messages to a standard queue, 1 MiB in all. */
    sendBatch: unsafe(
      async (queue: string, messages: readonly OutgoingMessage[], call: Call) => {
        checkEntries(messages);
        for (const { body } of messages) checkBody(body);
        return send(queue, messages.map(toEntry), call);
      },
      { docs: `${docs}SendMessageBatch.html`, scopes: ['sqs:SendMessage'] },
    ),

    /** Sends up to ten messages to a FIFO queue. Their deduplication ids are the key of the call with `-0`, `-1`, … */
    sendFifoBatch: keyed(
      async (queue: string, messages: readonly FifoMessage[], call: Call) => {
        checkEntries(messages);
        for (const { body } of messages) checkBody(body);
        const entries = messages.map((message, index) =>
          toFifoEntry(message, `${call.idempotencyKey}-${index}`),
        );
        return send(queue, entries, call);
      },
      { docs: `${docs}SendMessageBatch.html`, scopes: ['sqs:SendMessage'] },
    ),

    /** Takes up to ten received messages out of the queue. */
    deleteBatch: idempotent(
      async (
        queue: string,
        receiptHandles: readonly string[],
        call: Call,
      ): Promise<readonly BatchResult<object>[]> => {
        checkEntries(receiptHandles);
        const QueueUrl = await urls.find(queue, call);
        const Entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const done = await service.send(
          (sqs) => new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }),
          call,
        );
        return toResults(Entries.length, done.Successful, done.Failed, () => ({}));
      },
      { docs: `${docs}DeleteMessageBatch.html`, scopes: ['sqs:DeleteMessage'] },
    ),

    /** Hides up to ten received messages for so many seconds each. */
    changeVisibilityBatch: idempotent(
      async (
        queue: string,
        changes: readonly { readonly receiptHandle: string; readonly seconds: number }[],
        call: Call,
      ): Promise<readonly BatchResult<object>[]> => {
        checkEntries(changes);
        const Entries = changes.map(({ receiptHandle, seconds }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: within('seconds', seconds, 0, 43_200),
        }));
        const QueueUrl = await urls.find(queue, call);
        const done = await service.send(
          (sqs) => new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }),
          call,
        );
        return toResults(Entries.length, done.Successful, done.Failed, () => ({}));
      },
      { docs: `${docs}ChangeMessageVisibilityBatch.html`, scopes: ['sqs:ChangeMessageVisibility'] },
    ),
  };
}
