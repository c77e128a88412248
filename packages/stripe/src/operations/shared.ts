/**
 * What the operations share. Their arguments and answers are the SDK's own types, in Stripe's spelling: they are generated from Stripe's
 * description, whole, and described field by field, which a dialect of ours could not be. The portable form is the driver's.
 */
import { type Call, type OperationNotes, VendorError } from '@im/core';

export type { Connection, Listed, On } from '../client/connection.ts';
export { identified } from '../client/connection.ts';

/** The vendor's page, below `https://docs.stripe.com/api/`, and the permission that a restricted key needs. */
export function notes(page: string, permission: string): OperationNotes {
  return { docs: `https://docs.stripe.com/api/${page}`, scopes: [permission] };
}

/** Whether an earlier attempt has done it, and its answer was lost: what was to be deleted is not there any more. */
export function isGoneAlready(error: unknown, { attempt }: Call): boolean {
  return attempt > 1 && error instanceof VendorError && error.failure.status === 404;
}
