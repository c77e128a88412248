/** What errors of SQS mean; the SDK gives the names of its model, not those of the old query protocol. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

export const sqsErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html',
  [
    {
      reason: /^(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/,
      code: 'not_found',
      says: 'there is no such queue in this account and region',
      remedy: 'check its name and the region',
    },
    {
      reason: 'QueueNameExists',
      code: 'already_exists',
      says: 'there is a queue of this name with other attributes',
      remedy: 'use setQueueSettings',
    },
    {
      reason: 'QueueDeletedRecently',
      code: 'failed_precondition',
      says: 'a queue of this name was deleted less than 60 seconds ago',
      remedy: 'wait for a minute',
    },
    {
      reason: 'PurgeQueueInProgress',
      code: 'failed_precondition',
      says: 'the queue was purged less than 60 seconds ago',
      remedy: 'wait for a minute',
    },
    {
      reason: 'MessageNotInflight',
      code: 'failed_precondition',
      says: 'the message is not in flight (any more)',
    },
    {
      reason: /^(ReceiptHandleIsInvalid|InvalidIdFormat)$/,
      code: 'invalid_argument',
      says: 'the receipt handle is not valid for this queue',
    },
    {
      reason: 'OverLimit',
      code: 'resource_exhausted',
      says: 'a limit is reached, such as the number of messages in flight (120,000)',
      remedy: 'delete what is done',
    },
    { reason: 'ResourceNotFoundException', code: 'not_found' },
    {
      reason: 'KmsAccessDenied',
      code: 'permission_denied',
      says: "the queue's key may not be used",
      remedy: 'check its key policy',
    },
    {
      reason: /^Kms(NotFound|Disabled|InvalidState|InvalidKeyUsage|OptInRequired)$/,
      code: 'failed_precondition',
      says: "the queue's key cannot be used now",
    },
    {
      reason: 'KmsThrottled',
      code: 'resource_exhausted',
      effect: 'none',
      says: "the queue's key is used too often",
    },
    {
      reason:
        /^(Invalid(AttributeName|AttributeValue|MessageContents|BatchEntryId|Address)|EmptyBatchRequest|BatchRequestTooLong|BatchEntryIdsNotDistinct|TooManyEntriesInBatchRequest|UnsupportedOperation)$/,
      code: 'invalid_argument',
    },
  ],
);
