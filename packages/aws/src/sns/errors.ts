/** What errors of SNS mean. The SDK gives the names of its model, or those of the wire where an error is not in it. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

export const snsErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html',
  [
    {
      reason: /^NotFound(Exception)?$/,
      code: 'not_found',
      says: 'there is no such topic or subscription in this account and region',
      remedy: 'check its ARN and the region',
    },
    { reason: /^ResourceNotFound(Exception)?$/, code: 'not_found' },
    {
      reason: /^(EndpointDisabled|PlatformApplicationDisabled)(Exception)?$/,
      code: 'failed_precondition',
      says: 'the endpoint or its platform application is disabled',
      remedy: 'enable it, once its token is good again',
    },
    {
      reason: /^OptedOut(Exception)?$/,
      code: 'failed_precondition',
      says: 'the owner of the phone number does not want messages',
    },
    {
      reason: /^(Topic|Subscription|FilterPolicy|Replay|Tag)LimitExceeded(Exception)?$/,
      code: 'resource_exhausted',
      retryable: false,
      says: 'a quota of the account is reached',
      remedy: 'delete what is not needed, or ask AWS for more',
    },
    {
      reason: /^(ConcurrentAccess|StaleTag)(Exception)?$/,
      code: 'unavailable',
      effect: 'none',
      says: 'something else is changing the same topic',
    },
    { reason: /^InvalidState(Exception)?$/, code: 'failed_precondition' },
    {
      reason: /^KMSAccessDenied(Exception)?$/,
      code: 'permission_denied',
      says: "the topic's key may not be used",
      remedy: 'check its key policy',
    },
    {
      reason: /^KMS(NotFound|Disabled|InvalidState|OptInRequired)(Exception)?$/,
      code: 'failed_precondition',
      says: "the topic's key cannot be used now",
    },
    {
      reason: /^KMSThrottling(Exception)?$/,
      code: 'resource_exhausted',
      effect: 'none',
      says: "the topic's key is used too often",
    },
    { reason: /^TagPolicy(Exception)?$/, code: 'invalid_argument', says: 'a tag breaks a tag policy' },
    {
      reason:
        /^(ParameterValueInvalid|InvalidBatchEntryId|EmptyBatchRequest|BatchRequestTooLong|BatchEntryIdsNotDistinct|TooManyEntriesInBatchRequest|UserError|Verification)(Exception)?$/,
      code: 'invalid_argument',
    },
  ],
);
