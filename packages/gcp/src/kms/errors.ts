import type { ErrorTable } from '@im/core';
import { googleErrors } from '../common/errors.ts';

/** What Cloud KMS' errors mean, beyond what all of Google's APIs have in common. */
export const kmsErrors: ErrorTable = googleErrors('https://cloud.google.com/apis/design/errors', [
  {
    status: 404,
    reason: 'NOT_FOUND',
    code: 'not_found',
    remedy: 'check the name, the project and the option `location`: a key lives in one location only',
  },
  {
    status: 400,
    reason: 'FAILED_PRECONDITION',
    code: 'failed_precondition',
    remedy: 'look at the state and the purpose of the key version (getCryptoKeyVersion)',
  },
  {
    status: 409,
    reason: 'ALREADY_EXISTS',
    code: 'already_exists',
    remedy: 'choose another id; those of keys and key rings are never free again',
  },
]);
