/** What the operations have in common. */
import { type Call, type OperationNotes, VendorError } from '@im/core';

const reference = 'https://learn.microsoft.com/rest/api/storageservices';

/**
 * @param page the vendor's page on it: `put-message`
 * @param permission letter of a SAS and role of an identity that it needs
 */
export function notes(page: string, permission: string): OperationNotes {
  return { docs: `${reference}/${page}`, scopes: [permission] };
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
