/**
 * What errors of Lambda mean. Two kinds come with the same status of success or failure: those of the service, before the
 * function runs (`effect: 'none'`), and those of the function itself, which may have done something by then.
 */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';
import { functionFailures } from './function-error.ts';

export const lambdaErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors',
  [
    {
      reason: functionFailures.timeout,
      code: 'deadline_exceeded',
      retryable: false,
      effect: 'unknown',
      remedy: "see the function's log; its time-out is a setting of the function",
    },
    {
      reason: functionFailures.failed,
      code: 'unknown',
      effect: 'unknown',
      remedy: "see the function's log",
    },
    {
      reason: 'ResourceNotFoundException',
      code: 'not_found',
      says: 'there is no such function, version or alias in this account and region',
      remedy: 'check its name, the qualifier and the region',
    },
    {
      reason: 'ResourceConflictException',
      code: 'failed_precondition',
      says: 'the function is being made or changed',
      remedy: 'wait until its state is Active',
    },
    {
      reason: /^(ResourceNotReady|SnapStartNotReady)Exception$/,
      code: 'unavailable',
      effect: 'none',
      says: 'the function is being made ready',
    },
    {
      reason: 'RecursiveInvocationException',
      code: 'failed_precondition',
      says: 'the function calls itself through other services, and Lambda stopped it',
    },
    {
      reason: 'KMSAccessDeniedException',
      code: 'permission_denied',
      effect: 'none',
      says: "the key of the function's variables may not be used",
      remedy: 'check its key policy',
    },
    {
      reason: /^(KMS(Disabled|InvalidState|NotFound)|EC2AccessDenied|EFSMountFailure)Exception$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the function may not use what it is set up with: its key, network or file system',
      remedy: 'check the key, and the role of the function',
    },
    {
      reason: /^(InvalidRuntime|InvalidZipFile|InvalidSecurityGroupID|InvalidSubnetID|SnapStart)Exception$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the function cannot be started as it is set up',
      remedy: 'see getFunction and its log',
    },
    {
      reason: /^(EC2Throttled|ENILimitReached|SubnetIPAddressLimitReached)Exception$/,
      code: 'resource_exhausted',
      effect: 'none',
      says: "there is no room left in the function's network",
    },
    {
      reason: /^(EC2Unexpected|EFSIO|EFSMountConnectivity|EFSMountTimeout|SnapStartTimeout)Exception$/,
      code: 'unavailable',
      effect: 'none',
      says: 'the function could not be started for now',
    },
    {
      reason: 'RequestTooLargeException',
      code: 'invalid_argument',
      says: 'the payload is too large',
    },
    {
      reason: /^(InvalidRequestContent|UnsupportedMediaType)Exception$/,
      code: 'invalid_argument',
      says: 'the payload is no JSON',
    },
  ],
);
