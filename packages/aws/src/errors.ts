/** What errors of any AWS service mean, as far as their names tell. */
import type { ErrorRow, ErrorTable } from '@im/core';
import { awsErrorTable } from './common/errors.ts';

/** Names by what all services have in common in naming. */
const rows: readonly ErrorRow[] = [
  {
    reason: /^ConditionalCheckFailed(Exception)?$|^TransactionCanceled(Exception)?$|^PreconditionFailed/,
    code: 'failed_precondition',
    says: 'a condition of the request does not hold',
  },
  {
    reason: /^TransactionConflict(Exception)?$|^ConcurrentModification/,
    code: 'unavailable',
    effect: 'none',
  },
  { reason: /NotFound(Exception|Fault)?$|^NoSuch|NonExistent|DoesNotExist/, code: 'not_found' },
  { reason: /Already(Exists|Owned)|^Duplicate.*(Exception|Found)$/, code: 'already_exists' },
  {
    reason: /^(Resource)?(InUse|Conflict)(Exception)?$|^Invalid\w*State(Exception)?$/,
    code: 'failed_precondition',
  },
  { reason: /LimitExceeded(Exception|Fault)?$|QuotaExceeded/, code: 'resource_exhausted', retryable: false },
];

export const awsErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html',
  rows,
);
