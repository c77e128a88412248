/** What the operations have in common. */
import type { OperationNotes } from '@im/core';
import type { BlobConnection } from '../connection.ts';
import type { BlobLane } from '../lanes/lane.ts';
import type { RunSdk } from '../sdk.ts';

/** What operations work with. */
export interface BlobParts {
  readonly connection: BlobConnection;
  /** The hot operations, as the options want them sent. */
  readonly lane: BlobLane;
  readonly run: RunSdk;
}

/** Data actions by what they allow. */
const actions = {
  read: 'blobs/read',
  write: 'blobs/write',
  add: 'blobs/add/action',
  delete: 'blobs/delete',
  tags: 'blobs/tags/*',
  filter: 'blobs/filter/action',
  container: 'read',
  createContainer: 'write',
  delegate: 'generateUserDelegationKey',
} as const;

const containers = 'Microsoft.Storage/storageAccounts/blobServices/containers';

/** The vendor's page on an operation, and what the identity needs to be allowed. */
export function notes(page: string, ...needs: readonly (keyof typeof actions)[]): OperationNotes {
  return {
    docs: `https://learn.microsoft.com/rest/api/storageservices/${page}`,
    scopes: needs.map((need) =>
      need === 'delegate'
        ? `Microsoft.Storage/storageAccounts/blobServices/${actions[need]}/action`
        : `${containers}/${actions[need]}`,
    ),
  };
}
