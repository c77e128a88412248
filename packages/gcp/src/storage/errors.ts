/**
 * What errors of Cloud Storage mean. Its JSON API has the older error model, in which the reason says more than the status; some
 * reasons stand for several things, and the words tell them apart.
 */
import { type ErrorTable, VendorError } from '@im/core';
import type { ReadFailure } from '@im/http';
import { googleErrors, googleFailureReader } from '../common/errors.ts';

/** Our name for a bucket that is not there. */
export const noSuchBucket = 'noSuchBucket';
/** Our name for bytes that changed on their way. */
export const hashMismatch = 'hashMismatch';

/** What only the words tell. */
const byWords: readonly { readonly status: number; readonly words: RegExp; readonly reason: string }[] = [
  { status: 404, words: /bucket does not exist/i, reason: noSuchBucket },
  { status: 400, words: /match calculated (MD5|CRC32C)/i, reason: hashMismatch },
];

/** Reasons by which a version keeps from being deleted or overwritten. */
export const locked = /^(retentionPolicyNotMet|objectUnderActiveHold)$/;

/** @see {@link https://cloud.google.com/storage/docs/json_api/v1/status-codes | Cloud Storage: HTTP status and error codes} */
export const storageErrors: ErrorTable = googleErrors(
  'https://cloud.google.com/storage/docs/json_api/v1/status-codes',
  [
    {
      reason: noSuchBucket,
      code: 'not_found',
      says: 'there is no such bucket',
      remedy: 'check `bucket`, and that the account may see it',
    },
    {
      reason: hashMismatch,
      code: 'internal',
      retryable: true,
      effect: 'none',
      says: 'the bytes that arrived do not match their checksum',
      remedy: 'send them again',
    },
    { status: 304, code: 'failed_precondition', says: 'the object is the one you have' },
    {
      status: 412,
      code: 'failed_precondition',
      says: 'the object is not in the state that the condition names',
    },
    { reason: locked, code: 'failed_precondition', says: 'the object is locked' },
    { status: 308, code: 'failed_precondition', says: 'the upload is not complete' },
    { status: 410, code: 'not_found', says: 'there is no such upload any more', remedy: 'begin it anew' },
    { status: 416, code: 'invalid_argument', says: 'the range begins past the end of the object' },
    {
      reason: /^(keyInvalid|invalid|invalidParameter|parseError|required|badRequest)$/,
      code: 'invalid_argument',
    },
    {
      reason: /^(forbidden|insufficientPermissions)$/,
      code: 'permission_denied',
      remedy: 'give the account the role Storage Object User on the bucket',
    },
    { reason: 'notFound', code: 'not_found' },
    { reason: 'conflict', code: 'already_exists' },
    { status: 413, code: 'invalid_argument', says: 'the object is too large' },
  ],
);

const readGoogle = googleFailureReader(storageErrors);

/** Reads an answer, and gives a name to what the service says in words alone. */
export const readStorageFailure: ReadFailure = (status, body, headers) => {
  const read = readGoogle(status, body, headers);
  const named = byWords.find((row) => row.status === status && row.words.test(read.says ?? ''));
  return named === undefined ? read : { ...read, reason: named.reason };
};

/** Refuses an argument before anything is sent. */
export function refuseArgument(says: string): never {
  throw new VendorError({ sent: false, code: 'invalid_argument', reason: 'bad_argument', says });
}
