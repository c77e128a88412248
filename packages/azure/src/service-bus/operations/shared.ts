/** What the operations have in common. */
import { type Call, type OperationNotes, VendorError } from '@im/core';

const reference = 'https://learn.microsoft.com/rest/api/servicebus';

/**
 * @param page the vendor's page on it: `send-message-to-queue`
 * @param claim right of a shared access policy; roles have it as well
 */
export function notes(page: string, claim: 'Send' | 'Listen' | 'Manage'): OperationNotes {
  return { docs: `${reference}/${page}`, scopes: [claim] };
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
