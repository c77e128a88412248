/** What the operations have in common. */
import { type Call, type OperationNotes, VendorError } from '@im/core';

const reference = 'https://learn.microsoft.com/rest/api/storageservices';

const queues = 'Microsoft.Storage/storageAccounts/queueServices/queues';

/**
 * @param page the vendor's page on it: `put-message`
 * @param action what an identity's role must allow, below the queues: `messages/add/action`
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-queue-service-operations | Azure: Permissions for queues}
 */
export function notes(page: string, action: string): OperationNotes {
  return { docs: `${reference}/${page}`, scopes: [`${queues}/${action}`] };
}

/** A removal. On a repeated attempt "not found" means that it is done, since the attempt before may have done it. */
export async function removed(call: Call, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const isGone = error instanceof VendorError && error.failure.status === 404;
    if (call.attempt === 1 || !isGone) throw error;
  }
}
