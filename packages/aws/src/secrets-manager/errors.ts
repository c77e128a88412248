/** What errors of Secrets Manager mean. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

export const secretsManagerErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html',
  [
    {
      reason: 'ResourceNotFoundException',
      code: 'not_found',
      says: 'there is no such secret, or no such version of it, in this account and region',
      remedy: 'check its name and the region',
    },
    {
      reason: 'ResourceExistsException',
      code: 'already_exists',
      says: 'there is one already: a secret of this name, or another value under this idempotency key',
    },
    {
      reason: 'InvalidRequestException',
      code: 'failed_precondition',
      says: 'the secret is in no state for that: it may be marked for deletion, or have no value or no rotation yet',
      remedy: 'see describeSecret; restoreSecret takes back a deletion',
    },
    { reason: 'PreconditionNotMetException', code: 'failed_precondition' },
    {
      reason: /^(DecryptionFailure|EncryptionFailure)$/,
      code: 'permission_denied',
      says: "the secret's key of KMS cannot be used",
      remedy: 'check that the key is enabled and that its policy allows its use',
    },
    {
      reason: 'LimitExceededException',
      code: 'resource_exhausted',
      retryable: false,
      says: 'a quota of the account is reached',
    },
    { reason: /^(MalformedPolicyDocument|InvalidNextToken)Exception$/, code: 'invalid_argument' },
    {
      reason: 'PublicPolicyException',
      code: 'invalid_argument',
      says: 'the policy would open the secret to everybody',
    },
  ],
);
