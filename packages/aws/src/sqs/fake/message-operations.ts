/** Sending, receiving and finishing messages. */
import { createHash } from 'node:crypto';
import { type JsonInput, objects, optionalNumber, optionalText, text } from '../../common/fake/input.ts';
import { type AwsFault, fault, isFault } from '../../common/fake/protocols.ts';
import type { JsonService } from '../../common/fake/service.ts';
import type { NewMessage, StoredMessage } from './message.ts';
import type { SqsFinder } from './state.ts';

/** The operations. */
export function messageOperations({ byUrl: queueOf, onDead }: SqsFinder): JsonService['operations'] {
  return {
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

/** The error for a parameter that is out of range. */
export function outOfRange(name: string, must: string): AwsFault {
  return fault('InvalidParameterValue', `Value for parameter ${name} is invalid. Reason: Must be ${must}.`);
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
