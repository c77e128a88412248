/**
 * Sending. A message that is sent twice is there twice, unless the queue or topic detects duplicates: then the key of the call becomes the
 * message's id, and what is sent again within its window is dropped.
 *
 * @see {@link https://learn.microsoft.com/azure/service-bus-messaging/duplicate-detection | Service Bus: Duplicate detection}
 */
import { type Call, keyed, unsafe } from '@im/core';
import { none } from '@im/http';
import type { BusConnection } from '../connection.ts';
import { checkAllowed, checkEntity, entityPath, invalid } from '../entities.ts';
import type { BatchMessage, OutgoingMessage } from '../model.ts';
import { brokerHeader, propertyHeaders, toBatchItem } from '../properties.ts';
import { notes } from './shared.ts';

const batchType = 'application/vnd.microsoft.servicebus.json';

export function sendingOperations({ namespace, maxMessageBytes, send }: BusConnection) {
  const placeOf = (target: string) => {
    checkAllowed(checkEntity('queue or topic', target), namespace.entity);
    return { method: 'POST', path: entityPath(target, 'messages'), about: target } as const;
  };
  const checkSize = (what: string, size: number) => {
    const most = maxMessageBytes();
    if (size > most)
      throw invalid(
        `${what} has ${size} bytes; the option \`maxMessageBytes\` allows ${most}. Store it elsewhere, and send its name`,
      );
  };

  const sendOne = async (target: string, message: OutgoingMessage, call: Call): Promise<void> => {
    const { body, contentType, properties, ...settings } = message;
    const isText = typeof body === 'string';
    const broker = brokerHeader(settings);
    const own = propertyHeaders(properties);
    const headerBytes = Object.entries(own).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      broker.length,
    );
    checkSize('the message', headerBytes + (isText ? Buffer.byteLength(body) : body.byteLength));
    const headers = {
      'content-type':
        checkType(contentType) ?? (isText ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
      brokerproperties: broker,
      ...own,
    };
    await send({ ...placeOf(target), headers, body }, none, call);
  };

  const sendMany = async (target: string, messages: readonly BatchMessage[], call: Call): Promise<void> => {
    if (messages.length === 0) throw invalid('there are no messages to send');
    const body = JSON.stringify(messages.map(toBatchItem));
    checkSize('the batch', Buffer.byteLength(body));
    await send({ ...placeOf(target), headers: { 'content-type': batchType }, body }, none, call);
  };

  return {
    /** Sends a message to a queue or topic. Sent once, whatever fails. */
    sendMessage: unsafe(sendOne, notes('send-message-to-queue', 'send')),
    /** Sends several messages at once: all are taken, or none. Sent once, whatever fails. */
    sendBatch: unsafe(sendMany, notes('send-message-batch', 'send')),
    /**
     * Sends a message to a queue or topic **with duplicate detection**, and again where an answer was lost. The key of the call is its
     * `messageId`; give either. Without detection there would be duplicates.
     */
    sendMessageOnce: keyed(
      (target: string, message: OutgoingMessage, call: Call): Promise<void> =>
        sendOne(target, { ...message, messageId: message.messageId ?? keyOf(call) }, call),
      notes('send-message-to-queue', 'send'),
    ),
    /** As `sendMessageOnce`, for several; the ids are the key of the call and the place in the batch, unless they are given. */
    sendBatchOnce: keyed(
      (target: string, messages: readonly BatchMessage[], call: Call): Promise<void> =>
        sendMany(
          target,
          messages.map((message, index) => ({
            ...message,
            messageId: message.messageId ?? `${keyOf(call)}-${index}`,
          })),
          call,
        ),
      notes('send-message-batch', 'send'),
    ),
  };
}

/** The same in every attempt. */
function keyOf({ idempotencyKey }: Call): string {
  if (idempotencyKey !== undefined) return idempotencyKey;
  throw invalid('the call has no key');
}

function checkType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(contentType))
    return contentType;
  throw invalid('contentType is not printable ASCII');
}
