/** What Blob Storage's errors mean. */
import type { ErrorTable } from '@im/core';
import { storageErrorRows } from '../common/storage-errors.ts';

export const blobErrors: ErrorTable = {
  docs: 'https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes',
  rows: [
    {
      reason: 'ContainerNotFound',
      code: 'not_found',
      says: 'there is no such container',
      remedy: 'check the option `container`, or call createContainer',
    },
    {
      reason: 'BlobNotFound',
      code: 'not_found',
      says: 'there is no such blob',
      remedy: 'check the name; list its prefix',
    },
    { reason: 'CannotVerifyCopySource', status: 404, code: 'not_found', says: 'there is no such source' },
    {
      reason: 'CannotVerifyCopySource',
      status: [400, 499],
      code: 'permission_denied',
      says: 'the source of the copy could not be read',
      remedy: 'let the credential read it',
    },
    {
      reason: /^(BlobAlreadyExists|ContainerAlreadyExists)$/,
      code: 'already_exists',
      says: 'there is one already',
    },
    {
      reason: 'ContainerBeingDeleted',
      code: 'unavailable',
      effect: 'none',
      says: 'the container is being deleted',
    },
    { status: 304, code: 'failed_precondition', says: 'the blob is the one you have' },
    {
      reason: /^(TargetConditionNotMet|SourceConditionNotMet)$/,
      code: 'failed_precondition',
      says: 'the condition does not hold',
    },
    {
      reason: /^(InvalidBlockList|InvalidBlobOrBlock|BlockCountExceedsLimit|BlockListTooLong)$/,
      code: 'failed_precondition',
      says: 'the blocks are not those that were staged',
      remedy: 'stage them again',
    },
    {
      reason: /^(BlobArchived|BlobBeingRehydrated)$/,
      code: 'failed_precondition',
      says: 'the blob is archived',
      remedy: 'set its tier to Hot or Cool, and wait until it is back',
    },
    {
      reason: /^(BlobImmutableDueToPolicy|BlobImmutableDueToLegalHold)$/,
      code: 'failed_precondition',
      says: 'the blob is locked',
      remedy: 'wait until its retention ends, or lift its hold, if you may',
    },
    {
      reason: /^Lease|^SnapshotsPresent$|^SnapshotCountExceeded$|^InvalidBlobType$|^PendingCopyOperation$/,
      code: 'failed_precondition',
    },
    { reason: 'InvalidRange', code: 'invalid_argument', says: 'the range begins past the end of the blob' },
    {
      reason: /^(InvalidMetadata|EmptyMetadataKey|MetadataTooLarge)$/,
      code: 'invalid_argument',
      says: 'the metadata is not as the service wants it',
    },
    {
      reason: /^(InvalidResourceName|InvalidUri|OutOfRangeInput)$/,
      code: 'invalid_argument',
      says: 'the name or a value is out of bounds',
    },
    ...storageErrorRows,
  ],
};
