import type { ErrorTable } from '@im/core';
import { googleErrors } from '../common/errors.ts';

/** What Secret Manager's errors mean, beyond what all of Google's APIs have in common. */
export const secretManagerErrors: ErrorTable = googleErrors('https://cloud.google.com/apis/design/errors', [
  {
    status: 404,
    reason: 'NOT_FOUND',
    code: 'not_found',
    remedy: 'check its name, the project and the option `location`; a new secret has no version yet',
  },
  {
    status: 400,
    reason: 'FAILED_PRECONDITION',
    code: 'failed_precondition',
    remedy: 'read it again: its etag or its state is another one by now',
  },
  {
    status: 409,
    reason: 'ALREADY_EXISTS',
    code: 'already_exists',
    remedy: 'add a version to the secret that is there, or choose another id',
  },
]);
