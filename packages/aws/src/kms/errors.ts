/** What errors of KMS mean. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

export const kmsErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html',
  [
    {
      reason: 'NotFoundException',
      code: 'not_found',
      says: 'there is no such key or alias in this account and region',
      remedy: 'check the key and the region; name a key of another account by its ARN',
    },
    { reason: 'AlreadyExistsException', code: 'already_exists' },
    {
      reason: 'InvalidCiphertextException',
      code: 'invalid_argument',
      says: 'the ciphertext is broken, or was made with another encryption context',
      remedy: 'give the same context as for encrypting',
    },
    {
      reason: 'IncorrectKeyException',
      code: 'invalid_argument',
      says: 'the ciphertext was made with another key',
      remedy: 'leave the key out, or name the one that it was made with',
    },
    {
      reason: 'InvalidKeyUsageException',
      code: 'invalid_argument',
      says: 'the key is not for that: see its usage and its algorithms',
    },
    {
      reason: 'DisabledException',
      code: 'failed_precondition',
      says: 'the key is disabled',
      remedy: 'enable it',
    },
    {
      reason: /^(KMSInvalidStateException|CustomKeyStoreInvalidStateException|ConflictException)$/,
      code: 'failed_precondition',
      says: 'the key is in no state for that: it may be disabled, or marked for deletion',
      remedy: 'see describeKey',
    },
    { reason: 'KeyUnavailableException', code: 'unavailable', says: 'the key is not available now' },
    {
      reason: /^(KMSInternalException|DependencyTimeoutException)$/,
      code: 'unavailable',
      says: 'KMS failed',
    },
    {
      reason: /^KMSInvalid(Signature|Mac)Exception$/,
      code: 'invalid_argument',
      says: 'the signature is not valid',
    },
    {
      reason: 'LimitExceededException',
      code: 'resource_exhausted',
      retryable: false,
      says: 'a quota of the account is reached',
    },
    {
      reason: /^(Invalid(AliasName|Arn|GrantToken|GrantId|Marker)|MalformedPolicyDocument|Tag)Exception$/,
      code: 'invalid_argument',
    },
  ],
);
