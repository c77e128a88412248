/** What Queue Storage's errors mean. */
import type { ErrorTable } from '@im/core';
import { storageErrorRows } from '../common/storage-errors.ts';

export const queueErrors: ErrorTable = {
  docs: 'https://learn.microsoft.com/rest/api/storageservices/queue-service-error-codes',
  rows: [
    {
      reason: 'QueueNotFound',
      code: 'not_found',
      remedy: 'check the name and the account, or call createQueue',
    },
    {
      reason: 'QueueAlreadyExists',
      code: 'already_exists',
      remedy: 'it has other metadata; use it as it is, or setMetadata',
    },
    { reason: 'QueueBeingDeleted', code: 'unavailable', effect: 'none' },
    { reason: 'QueueDisabled', code: 'failed_precondition' },
    {
      reason: 'MessageNotFound',
      code: 'not_found',
      remedy: 'it was deleted, has expired, or was received by another since',
    },
    {
      reason: /^(PopReceiptMismatch|InvalidPopReceipt)$/,
      code: 'failed_precondition',
      remedy: 'it was received or updated since; take the popReceipt of the last answer',
    },
    { reason: /^(MessageTooLarge|InvalidMarker)$/, code: 'invalid_argument' },
    {
      reason: /^(InvalidMetadata|EmptyMetadataKey|MetadataTooLarge)$/,
      code: 'invalid_argument',
      says: 'the metadata is not as the service wants it',
    },
    {
      reason: /^(InvalidResourceName|InvalidUri|OutOfRange\w*|Invalid\w+Value|InvalidXml\w*)$/,
      code: 'invalid_argument',
    },
    ...storageErrorRows,
  ],
};
