/** What errors of CloudWatch mean. They have one name in JSON and another in the old query protocol; both are here. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

/** Our names for what one query of several answered: the request itself was a success. */
export const resultReasons = {
  forbidden: 'Forbidden',
  failed: 'InternalError',
  partial: 'PartialData',
} as const;

export const cloudwatchErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html',
  [
    {
      reason: /^ResourceNotFound(Exception)?$/,
      code: 'not_found',
      says: 'there is no such alarm in this account and region',
      remedy: 'check its name and the region',
    },
    {
      reason: /^LimitExceeded(Fault|Exception)?$/,
      code: 'resource_exhausted',
      retryable: false,
      effect: 'none',
      says: 'a quota of the account is reached, such as the number of alarms',
    },
    {
      reason: resultReasons.forbidden,
      code: 'permission_denied',
      says: 'a query asks for metrics that may not be read',
      remedy: 'check cloudwatch:GetMetricData, and the link to the account that owns the metric',
    },
    {
      reason: resultReasons.partial,
      code: 'resource_exhausted',
      retryable: false,
      says: 'the result is too large: AWS gave a part of it and no way to the rest',
      remedy: 'ask for a shorter time, or with a longer period',
    },
    {
      reason: /^InvalidNextToken$/,
      code: 'invalid_argument',
      says: 'the cursor is not valid (any more), or belongs to another question',
    },
    { reason: /^InvalidFormat(Fault)?$/, code: 'invalid_argument', says: 'stateData must be JSON' },
    { reason: /^InternalServiceFault$/, code: 'unavailable', says: 'CloudWatch failed' },
    {
      reason: /^Concurrent(Modification)?Exception$/,
      code: 'failed_precondition',
      retryable: true,
      says: 'somebody else changes it at this moment',
    },
  ],
);
