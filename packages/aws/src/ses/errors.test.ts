import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { ses } from './ses.ts';
import { startFake } from './testing.ts';

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors, and those of the other operations. */
const rows = [
  ['MessageRejected', 400, 'failed_precondition', false],
  ['MailFromDomainNotVerifiedException', 400, 'failed_precondition', false],
  ['SendingPausedException', 400, 'failed_precondition', false],
  ['AccountSuspendedException', 400, 'permission_denied', false],
  ['LimitExceededException', 400, 'resource_exhausted', false],
  ['TooManyRequestsException', 429, 'resource_exhausted', true],
  ['BadRequestException', 400, 'invalid_argument', false],
  ['NotFoundException', 404, 'not_found', false],
  ['AlreadyExistsException', 400, 'already_exists', false],
  ['InvalidNextTokenException', 400, 'invalid_argument', false],
  ['ConcurrentModificationException', 500, 'unavailable', true],
  ['ConflictException', 409, 'failed_precondition', false],
  ['InternalServiceErrorException', 500, 'unavailable', true],
  ['AccessDeniedException', 403, 'permission_denied', false],
] as const;

describe('what SES refuses', () => {
  it.each(rows)('is told by its name: %s', async (name, status, code, retryable) => {
    await using one = await connect(ses, startFake);
    const headers = { 'x-amzn-errortype': name, 'x-amzn-requestid': 'of-ses' };
    const body = JSON.stringify({ message: 'no' });
    one.fake.inject({ fault: { kind: 'status', status, headers, body } });
    const error = await one.failure(one.client.getAccount());
    expect(error).toMatchObject({ code, retryable, status, reason: name, requestId: 'of-ses' });
  });
});
