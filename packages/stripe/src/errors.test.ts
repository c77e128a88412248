import type { ErrorCode } from '@im/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, openStripe, payment } from './__tests__/connect.ts';
import { codesByMeaning } from './error-codes.ts';
import { stripeErrors } from './errors.ts';

interface Answer {
  readonly status: number;
  readonly error: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

let opened: Awaited<ReturnType<typeof openStripe>>;
beforeAll(async () => {
  opened = await openStripe({ record: false });
});
afterAll(() => opened.close());

/** The error of a payment that is answered so. */
async function errorOf({ status, error, headers = {} }: Answer) {
  const body = JSON.stringify({ error: { message: 'No.', type: 'invalid_request_error', ...error } });
  opened.fake.inject({
    fault: { kind: 'status', status, headers: { 'content-type': 'application/json', ...headers }, body },
  });
  return failure(opened.client.createPaymentIntent(payment));
}

const all = Object.entries(codesByMeaning).flatMap(([meaning, codes]) =>
  codes.map((code) => [code, meaning as ErrorCode] as const),
);

describe('an error of Stripe', () => {
  it.each(all)('%s is %s, and nothing was done', async (code, meaning) => {
    const error = await errorOf({ status: 400, error: { code } });
    expect([error.code, error.reason, error.effect]).toEqual([meaning, code, 'none']);
  });

  it.each<[string, Answer, Partial<Record<'code' | 'reason' | 'effect' | 'retryable', unknown>>]>([
    [
      'a key that came with another request',
      { status: 400, error: { type: 'idempotency_error' } },
      { code: 'invalid_argument', reason: 'idempotency_error', effect: 'none' },
    ],
    [
      'a key that is in use',
      { status: 409, error: { type: 'idempotency_error', code: 'idempotency_key_in_use' } },
      { code: 'unavailable', reason: 'idempotency_key_in_use', effect: 'unknown', retryable: true },
    ],
    [
      'an object that is in use',
      { status: 429, error: { code: 'lock_timeout' } },
      { code: 'unavailable', reason: 'lock_timeout', effect: 'none', retryable: true },
    ],
    [
      'too many requests',
      { status: 429, error: { code: 'rate_limit' } },
      { code: 'resource_exhausted', reason: 'rate_limit', effect: 'none', retryable: true },
    ],
    [
      'too many requests without a code',
      { status: 429, error: {} },
      { code: 'resource_exhausted', effect: 'none' },
    ],
    [
      'a failure inside',
      { status: 500, error: { type: 'api_error' } },
      { code: 'unavailable', effect: 'unknown', retryable: true },
    ],
    [
      'a failure that stays',
      { status: 500, error: { type: 'api_error' }, headers: { 'stripe-should-retry': 'false' } },
      { code: 'unavailable', reason: 'final_failure', effect: 'unknown', retryable: false },
    ],
    ['a conflict without a code', { status: 409, error: {} }, { code: 'unavailable', effect: 'unknown' }],
    [
      'what Stripe wants to be repeated',
      { status: 400, error: {}, headers: { 'stripe-should-retry': 'true' } },
      { code: 'unavailable', reason: 'retry_wanted', effect: 'none', retryable: true },
    ],
    [
      'a decline',
      { status: 402, error: { type: 'card_error', code: 'card_declined', decline_code: 'lost_card' } },
      { code: 'failed_precondition', reason: 'lost_card', effect: 'none', retryable: false },
    ],
    [
      'a decline whose code is that of other errors too',
      { status: 402, error: { type: 'card_error', code: 'incorrect_cvc' } },
      { code: 'failed_precondition', reason: 'incorrect_cvc' },
    ],
    [
      'a refund that is too large',
      {
        status: 400,
        error: { message: 'Refund amount (€2.00) is greater than unrefunded amount on charge (€1.00)' },
      },
      { code: 'failed_precondition', reason: 'refund_amount_too_large', effect: 'none' },
    ],
    [
      'a capture that is too large',
      {
        status: 400,
        error: {
          code: 'amount_too_large',
          message:
            'The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.',
        },
      },
      { code: 'failed_precondition', reason: 'capture_amount_too_large' },
    ],
    [
      'a payment that is too large',
      {
        status: 400,
        error: { code: 'amount_too_large', message: 'Amount must be no more than $999,999.99' },
      },
      { code: 'invalid_argument', reason: 'amount_too_large' },
    ],
    ['a key that is none', { status: 401, error: {} }, { code: 'unauthenticated' }],
    ['a key that may not', { status: 403, error: {} }, { code: 'permission_denied' }],
    [
      'nothing there',
      { status: 404, error: { code: 'resource_missing' } },
      { code: 'not_found', reason: 'resource_missing' },
    ],
    [
      'a bad request',
      { status: 400, error: {} },
      { code: 'invalid_argument', reason: 'invalid_request_error' },
    ],
    ['a dependency that fails', { status: 424, error: { type: 'api_error' } }, { code: 'unavailable' }],
    [
      'a code of next year',
      { status: 400, error: { code: 'code_of_next_year' } },
      { code: 'invalid_argument', reason: 'code_of_next_year' },
    ],
  ])('%s is told', async (_, answer, expected) => {
    const error = await errorOf(answer);
    expect({
      code: error.code,
      reason: error.reason,
      effect: error.effect,
      retryable: error.retryable,
    }).toMatchObject(expected);
  });

  it('has Stripe’s words, its status and the id of the request', async () => {
    const error = await errorOf({
      status: 400,
      error: { code: 'parameter_missing', message: 'Missing required param: amount.' },
      headers: { 'request-id': 'req_words' },
    });
    expect(error).toMatchObject({
      provider: 'stripe',
      operation: 'createPaymentIntent',
      status: 400,
      requestId: 'req_words',
    });
    expect(error.message).toContain('Missing required param: amount.');
  });

  it('shows no key that Stripe quotes, and no client secret, also not in what it was caused by', async () => {
    const { secretKey } = opened.fake.account();
    const error = await errorOf({
      status: 401,
      error: {
        message: `Invalid API Key provided: ${secretKey}`,
        payment_intent: { id: 'pi_1', object: 'payment_intent', client_secret: 'pi_1_secret_shown' },
      },
      headers: { 'request-id': secretKey },
    });
    const seen: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      seen.push(String(at), JSON.stringify(at), String(at.stack));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.join('\n')).not.toContain(secretKey);
    expect(seen.join('\n')).not.toContain('secret_shown');
  });

  it('is waited out for as long as Stripe asks', async () => {
    const error = await errorOf({
      status: 429,
      error: { code: 'rate_limit' },
      headers: { 'retry-after': '7' },
    });
    expect(error.retryAfterMs).toBe(7_000);
  });

  it('is in a table that links the vendor’s page', () => {
    expect(stripeErrors.docs).toBe('https://docs.stripe.com/error-codes');
  });
});
