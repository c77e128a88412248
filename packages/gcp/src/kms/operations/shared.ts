/** What the operations have in common: where they send, how things are named, where they are documented. */
import type { OperationNotes } from '@im/core';
import type { Rest } from '../../common/rest.ts';
import type { KeyNames } from '../names.ts';

/** What every operation needs. */
export interface Connection {
  readonly rest: Rest;
  readonly names: KeyNames;
}

/** Items of a page; the vendor allows 1,000. */
export const mostItems = 1_000;

const reference = 'https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations';

/**
 * @param resource below `projects.locations`: `keyRings.cryptoKeys`
 * @param method `encrypt`
 * @param permission without `cloudkms.`: `cryptoKeyVersions.useToEncrypt`
 */
export function notes(resource: string, method: string, permission: string): OperationNotes {
  const docs = `${reference}${resource === '' ? '' : `.${resource}`}/${method}`;
  return { docs, scopes: [`cloudkms.${permission}`] };
}
