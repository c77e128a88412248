/** What errors of SES mean. */
import type { ErrorTable } from '@im/core';
import { awsErrorTable } from '../common/errors.ts';

export const sesErrors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors',
  [
    {
      reason: 'MessageRejected',
      code: 'failed_precondition',
      says: 'SES does not send this message',
      remedy:
        'verify the identity of the sender in this region; in the sandbox, every receiver too; the cause says more',
    },
    {
      reason: 'MailFromDomainNotVerifiedException',
      code: 'failed_precondition',
      says: 'the MAIL FROM domain of the identity is not verified',
      remedy: 'check its MX record',
    },
    {
      reason: 'SendingPausedException',
      code: 'failed_precondition',
      says: 'sending is paused, for the account or the configuration set',
      remedy: 'see getAccount and the console',
    },
    {
      reason: 'AccountSuspendedException',
      code: 'permission_denied',
      says: 'AWS has ended the sending of this account',
      remedy: 'see the console',
    },
    {
      reason: 'NotFoundException',
      code: 'not_found',
      says: 'it is not in this account and region: the identity, template, configuration set or address',
    },
    {
      reason: 'LimitExceededException',
      code: 'resource_exhausted',
      retryable: false,
      says: 'a quota of the account is reached',
      remedy: 'see getAccount; the sending quota is that of the last 24 hours',
    },
    { reason: 'ConcurrentModificationException', code: 'unavailable', effect: 'none' },
    { reason: 'ConflictException', code: 'failed_precondition' },
    { reason: 'AlreadyExistsException', code: 'already_exists' },
    { reason: 'InvalidNextTokenException', code: 'invalid_argument' },
  ],
);
