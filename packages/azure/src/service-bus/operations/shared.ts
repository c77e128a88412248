/** What the operations have in common. */
import { type Call, type OperationNotes, VendorError } from '@im/core';

const reference = 'https://learn.microsoft.com/rest/api/servicebus';

/** What an identity's role must allow. A shared access policy needs `Send`, `Listen` or `Manage`. */
const actions = {
  send: 'messages/send/action',
  receive: 'messages/receive/action',
  queues: 'queues/read',
  topics: 'topics/read',
  subscriptions: 'topics/subscriptions/read',
} as const;

/** @param page the vendor's page on it: `send-message-to-queue` */
export function notes(page: string, need: keyof typeof actions): OperationNotes {
  return {
    docs: `${reference}/${page}`,
    scopes: [`Microsoft.ServiceBus/namespaces/${actions[need]}`],
  };
}

/**
 * Settling a message. When a repeated attempt finds no lock, the attempt before did it; or the lock was over, and the message comes again
 * as it would after a failure.
 */
export async function settled(call: Call, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { failure } = error instanceof VendorError ? error : { failure: undefined };
    const isGone = failure?.status === 404 || failure?.reason === 'MessageLockLost';
    if (call.attempt === 1 || !isGone) throw error;
  }
}
