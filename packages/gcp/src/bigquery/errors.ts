import type { ErrorRow, ErrorTable } from '@im/core';
import { googleErrors } from '../common/errors.ts';

/** Reasons as BigQuery gives them, in answers and in jobs that failed. Those that all of Google's APIs share are not repeated. */
const reasons: readonly ErrorRow[] = [
  {
    reason: 'accessDenied',
    code: 'permission_denied',
    remedy: 'give the account a role on the dataset or the project',
  },
  { reason: 'attributeError', code: 'invalid_argument' },
  { reason: 'backendError', code: 'unavailable' },
  { reason: 'billingTierLimitExceeded', code: 'failed_precondition' },
  {
    reason: 'blocked',
    code: 'permission_denied',
    says: 'BigQuery blocks this for now',
    remedy: 'ask its support',
  },
  {
    reason: 'bytesBilledLimitExceeded',
    code: 'failed_precondition',
    remedy: 'raise maximumBytesBilled, or read less: dryRunQuery tells how much it would be',
  },
  {
    reason: 'conditionNotMet',
    code: 'failed_precondition',
    remedy: 'read it again: it was changed meanwhile',
  },
  { reason: 'duplicate', code: 'already_exists' },
  { reason: 'internalError', code: 'internal', retryable: true },
  { reason: 'invalid', code: 'invalid_argument' },
  { reason: 'invalidQuery', code: 'invalid_argument', remedy: 'mend the query' },
  { reason: 'invalidUser', code: 'invalid_argument' },
  { reason: 'jobBackendError', code: 'unavailable' },
  { reason: 'jobInternalError', code: 'internal', retryable: true },
  { reason: 'jobRateLimitExceeded', code: 'resource_exhausted', effect: 'none' },
  { reason: 'notFound', code: 'not_found', remedy: 'check its name, the project and the option `location`' },
  { reason: 'notImplemented', code: 'unimplemented' },
  { reason: 'parseError', code: 'invalid_argument' },
  { reason: 'required', code: 'invalid_argument' },
  { reason: 'resourceInUse', code: 'failed_precondition', remedy: 'delete what it holds first' },
  {
    reason: 'resourcesExceeded',
    code: 'resource_exhausted',
    retryable: false,
    remedy: 'break the query into smaller ones',
  },
  { reason: 'responseTooLarge', code: 'failed_precondition', remedy: 'write the result to a table' },
  { reason: 'stopped', code: 'cancelled' },
  { reason: 'tableUnavailable', code: 'unavailable' },
  { reason: 'timeout', code: 'deadline_exceeded' },
];

/** What BigQuery's errors mean, beyond what all of Google's APIs have in common. */
export const bigqueryErrors: ErrorTable = googleErrors(
  'https://cloud.google.com/bigquery/docs/error-messages',
  reasons,
);
