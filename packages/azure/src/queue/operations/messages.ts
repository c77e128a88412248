/**
 * Operations on messages. Taking hides messages and counts it; updating gives another receipt. So both are sent once, like putting: a
 * consumer that failed to take takes again, and sees what it missed when its time is over.
 */
import { type Call, idempotent, read, unsafe } from '@im/core';
import { none, path, text } from '@im/http';
import { checkQueue, checkRange, checkToken, invalid } from '../checks.ts';
import type { QueueConnection } from '../connection.ts';
import { type Encoding, toStored } from '../encoding.ts';
import type {
  GetMessagesOptions,
  PeekedMessage,
  PutMessage,
  PutMessageOptions,
  QueueMessage,
  UpdatedMessage,
} from '../model.ts';
import { instantOf, messageXml, readPeeked, readPut, readTaken, unexpected } from '../wire.ts';
import { notes, removed } from './shared.ts';

const sevenDays = 604_800;
const mostMessages = 32;
/** The service keeps messages for good at -1. */
const forGood = -1;
/** Seconds that fit the service's number. */
const longestLife = 2_147_483_647;

export function messageOperations({ send }: QueueConnection, encoding: Encoding) {
  const messages = (queue: string) => ({ path: path`${checkQueue(queue)}/messages`, about: queue });
  const message = (queue: string, id: string) => ({
    path: path`${checkQueue(queue)}/messages/${checkToken('id of the message', id)}`,
    about: queue,
  });

  return {
    /** Puts a message at the end, 64 KiB at most (48 KiB where it is stored in base64). */
    putMessage: unsafe(
      async (
        queue: string,
        body: Uint8Array | string,
        options: PutMessageOptions | undefined,
        call: Call,
      ): Promise<PutMessage> => {
        const query = toPutQuery(options ?? {});
        const stored = messageXml(toStored(body, encoding));
        const request = { method: 'POST', ...messages(queue), query, body: stored } as const;
        return readPut((await send(request, text, call)).body);
      },
      notes('put-message', 'messages/add/action'),
    ),
    /** Takes messages from the front: nobody else sees them for a while. None: there are none to be seen. */
    getMessages: unsafe(
      async (
        queue: string,
        options: GetMessagesOptions | undefined,
        call: Call,
      ): Promise<readonly QueueMessage[]> => {
        const { maxMessages = 1, visibilitySeconds = 30 } = options ?? {};
        const query = {
          numofmessages: checkRange('maxMessages', maxMessages, 1, mostMessages),
          visibilitytimeout: checkRange('visibilitySeconds', visibilitySeconds, 1, sevenDays),
        };
        const { body } = await send({ method: 'GET', ...messages(queue), query }, text, call);
        return readTaken(body, encoding);
      },
      notes('get-messages', 'messages/process/action'),
    ),
    /** Looks at messages at the front, 1 to 32, by default 1. Nothing changes. */
    peekMessages: read(
      async (
        queue: string,
        maxMessages: number | undefined,
        call: Call,
      ): Promise<readonly PeekedMessage[]> => {
        const numofmessages = checkRange('maxMessages', maxMessages ?? 1, 1, mostMessages);
        const query = { peekonly: 'true', numofmessages };
        const { body } = await send({ method: 'GET', ...messages(queue), query }, text, call);
        return readPeeked(body, encoding);
      },
      notes('peek-messages', 'messages/read'),
    ),
    /** Deletes a message that was taken (or put) here, by its receipt. */
    deleteMessage: idempotent(
      async (queue: string, id: string, popReceipt: string, call: Call): Promise<void> => {
        const query = { popreceipt: checkToken('popReceipt', popReceipt) };
        await removed(call, send({ method: 'DELETE', ...message(queue, id), query }, none, call));
      },
      notes('delete-message2', 'messages/process/action'),
    ),
    /**
     * Hides a message for `visibilitySeconds` from now on, 0 to 604,800, and replaces its body where one is given. The receipt is
     * another one from then on.
     */
    updateMessage: unsafe(
      async (
        queue: string,
        id: string,
        popReceipt: string,
        visibilitySeconds: number,
        body: Uint8Array | string | undefined,
        call: Call,
      ): Promise<UpdatedMessage> => {
        const query = {
          popreceipt: checkToken('popReceipt', popReceipt),
          visibilitytimeout: checkRange('visibilitySeconds', visibilitySeconds, 0, sevenDays),
        };
        const stored = body === undefined ? undefined : messageXml(toStored(body, encoding));
        const request = { method: 'PUT', ...message(queue, id), query, body: stored } as const;
        const { headers } = await send(request, none, call);
        const receipt = headers.get('x-ms-popreceipt');
        if (!receipt) throw unexpected('has no receipt');
        const nextVisibleAt = instantOf(headers.get('x-ms-time-next-visible') ?? '', 'time of visibility');
        return { popReceipt: receipt, nextVisibleAt };
      },
      notes('update-message', 'messages/write'),
    ),
    /** Deletes all messages of a queue, hidden ones too. */
    clearMessages: idempotent(
      async (queue: string, call: Call): Promise<void> => {
        await send({ method: 'DELETE', ...messages(queue) }, none, call);
      },
      notes('clear-messages', 'messages/delete'),
    ),
  };
}

function toPutQuery({ visibilitySeconds = 0, timeToLiveSeconds }: PutMessageOptions) {
  const visibilitytimeout = checkRange('visibilitySeconds', visibilitySeconds, 0, sevenDays);
  if (timeToLiveSeconds === undefined) return { visibilitytimeout };
  if (timeToLiveSeconds === Number.POSITIVE_INFINITY) return { visibilitytimeout, messagettl: forGood };
  const messagettl = checkRange('timeToLiveSeconds', timeToLiveSeconds, 1, longestLife);
  if (visibilitytimeout < messagettl) return { visibilitytimeout, messagettl };
  throw invalid(
    `the message would be hidden for ${visibilitytimeout} seconds, and live for ${messagettl} only`,
  );
}
