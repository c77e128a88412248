import type { ErrorTable } from '@im/core';
import { googleErrors } from './common/errors.ts';

/** What errors mean that all of Google's APIs have in common. */
export const gcpErrors: ErrorTable = googleErrors('https://cloud.google.com/apis/design/errors');
