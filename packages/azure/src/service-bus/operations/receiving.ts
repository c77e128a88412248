/**
 * Receiving and settling. A receive whose answer is lost leaves a message locked, and its delivery counted, which may make it a dead letter;
 * or lost, where it was deleted at once. So both are sent once: who failed to receive receives again.
 */
import { type Call, idempotent, unsafe } from '@im/core';
import { bytes, none } from '@im/http';
import type { BusConnection } from '../connection.ts';
import { checkAllowed, checkSource, entityPath, invalid } from '../entities.ts';
import type { LockedMessage, MessageLock, ReceivedMessage, ReceiveOptions } from '../model.ts';
import { toLocked, toReceived } from '../properties.ts';
import { notes, settled } from './shared.ts';

const longestWaitSeconds = 25;
/** Milliseconds left for the answer when the wait for a message is over. */
const answerMs = 2_000;

export function receivingOperations({ namespace, clock, send }: BusConnection) {
  const receive = async (
    method: 'POST' | 'DELETE',
    source: string,
    options: ReceiveOptions | undefined,
    call: Call,
  ) => {
    checkAllowed(checkSource(source), namespace.entity);
    const { waitSeconds = 0 } = options ?? {};
    if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > longestWaitSeconds)
      throw invalid(`waitSeconds is ${waitSeconds}; give a whole number from 0 to ${longestWaitSeconds}`);
    const left = Math.floor((call.deadline - clock.now() - answerMs) / 1_000);
    const timeout = Math.max(Math.min(waitSeconds, left), 0);
    const path = entityPath(source, 'messages', 'head');
    const { status, headers, body } = await send(
      { method, path, query: { timeout }, about: source },
      bytes,
      call,
    );
    return status === 204 ? undefined : { headers, body };
  };
  const settle = async (
    method: 'DELETE' | 'PUT' | 'POST',
    source: string,
    { sequenceNumber, lockToken }: MessageLock,
    call: Call,
  ): Promise<void> => {
    checkAllowed(checkSource(source), namespace.entity);
    if (!/^\d+$/.test(sequenceNumber) || !/^[\w-]+$/.test(lockToken))
      throw invalid('the message has no lock; give one that was received by receiveMessage');
    const path = entityPath(source, 'messages', sequenceNumber, lockToken);
    await send({ method, path, about: source }, none, call);
  };

  return {
    /**
     * Takes the next message of a queue, a subscription (`subscriptionPath`) or dead letters (`deadLetterPath`), and locks it: nobody
     * else gets it until its lock is over. `undefined`: there is none.
     */
    receiveMessage: unsafe(
      async (
        source: string,
        options: ReceiveOptions | undefined,
        call: Call,
      ): Promise<LockedMessage | undefined> => {
        const found = await receive('POST', source, options, call);
        return found && toLocked(found.headers, found.body);
      },
      notes('peek-lock-message-non-destructive-read', 'receive'),
    ),
    /** Takes the next message, and deletes it at once: it is lost when its answer is. `undefined`: there is none. */
    receiveAndDelete: unsafe(
      async (
        source: string,
        options: ReceiveOptions | undefined,
        call: Call,
      ): Promise<ReceivedMessage | undefined> => {
        const found = await receive('DELETE', source, options, call);
        return found && toReceived(found.headers, found.body);
      },
      notes('receive-and-delete-message-destructive-read', 'receive'),
    ),
    /** Deletes a message that is locked here: it is done. */
    completeMessage: idempotent(
      (source: string, message: MessageLock, call: Call): Promise<void> =>
        settled(call, settle('DELETE', source, message, call)),
      notes('delete-message', 'receive'),
    ),
    /** Gives a locked message back, so that it can be received at once. After `maxDeliveryCount` deliveries it becomes a dead letter. */
    abandonMessage: idempotent(
      (source: string, message: MessageLock, call: Call): Promise<void> =>
        settled(call, settle('PUT', source, message, call)),
      notes('unlock-message', 'receive'),
    ),
    /** Locks a message that is locked here anew, for as long as the queue or subscription says. */
    renewLock: idempotent(
      (source: string, message: MessageLock, call: Call): Promise<void> =>
        settle('POST', source, message, call),
      notes('renew-lock-for-a-message', 'receive'),
    ),
  };
}
