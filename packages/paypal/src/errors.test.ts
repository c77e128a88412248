import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, isIntegrationError } from '@im/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { readPaypalError } from './errors.ts';
import { actionIssues, declineIssues, issueMeanings, issueRows, knownIssues } from './issues.ts';

let opened: Awaited<ReturnType<typeof openPaypal>>;
beforeAll(async () => {
  opened = await openPaypal({ record: false });
});
afterAll(() => opened[Symbol.asyncDispose]());

/** The error of a call that is answered so. */
async function errorOf(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  opened.fake.inject({
    path: /^\/api\//,
    // Of a refused token the client tries another one.
    times: status === 401 ? 2 : 1,
    fault: {
      kind: 'status',
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    },
  });
  return failure(opened.client.captureOrder('5O190127TN364715T', undefined));
}
const withIssue = (issue: string) => ({
  name: 'UNPROCESSABLE_ENTITY',
  message: 'The requested action could not be performed.',
  debug_id: '90957fca61718',
  details: [{ issue, description: 'As we said.', field: '/purchase_units/0' }],
});

describe('an error of PayPal', () => {
  // One name of each meaning; that the others mean the same stands below.
  const samples = issueMeanings.map(({ code, names: [name = ''], effect = 'none', says }) => {
    return [name, code, effect, says ?? 'As we said.'] as const;
  });

  it.each(samples)('%s is %s, with the effect %s', async (issue, code, effect, says) => {
    const error = await errorOf(422, withIssue(issue));
    expect([error.code, error.reason, error.effect]).toEqual([code, issue, effect]);
    expect(error.message).toContain(says);
  });

  it.each<[status: number, code: ErrorCode, effect: string]>([
    [400, 'invalid_argument', 'none'],
    [401, 'unauthenticated', 'none'],
    [403, 'permission_denied', 'none'],
    [404, 'not_found', 'none'],
    [409, 'unavailable', 'unknown'],
    [422, 'failed_precondition', 'none'],
    [429, 'resource_exhausted', 'none'],
    [500, 'unavailable', 'unknown'],
    [503, 'unavailable', 'unknown'],
  ])('of a name that is new is known by its status %i: %s', async (status, code, effect) => {
    const error = await errorOf(status, withIssue('SAID_NEXT_YEAR'));
    expect([error.code, error.effect, error.status]).toEqual([code, effect, status]);
  });

  it('says its field, its words and its debug id', async () => {
    const error = await errorOf(422, withIssue('MAX_VALUE_EXCEEDED'), { 'paypal-debug-id': 'f00ba4' });
    expect(error.message).toContain('PayPal says "As we said." (/purchase_units/0)');
    expect(error.requestId).toBe('f00ba4');
  });

  it('counts by its name where it has no issue', async () => {
    const error = await errorOf(422, { name: 'INSUFFICIENT_FUNDS', message: 'Sender has not enough.' });
    expect([error.code, error.reason]).toEqual(['failed_precondition', 'INSUFFICIENT_FUNDS']);
  });

  it('is waited for as it says', async () => {
    const error = await errorOf(429, { name: 'RATE_LIMIT_REACHED' }, { 'retry-after': '7' });
    expect(isIntegrationError(error) && error.retryAfterMs).toBe(7_000);
  });
});

it('reads nothing from what is no error of PayPal', () => {
  for (const body of [undefined, 'Bad gateway', null, [], { message: 'x' }, { error: 7 }])
    expect(readPaypalError(502, body)).toEqual({});
});

it('has each name once, in the row of its meaning', () => {
  for (const [index, { names }] of issueMeanings.entries())
    for (const name of names)
      expect(
        issueRows.findIndex(({ reason }) => reason instanceof RegExp && reason.test(name)),
        name,
      ).toBe(index);
  const names = issueMeanings.flatMap((one) => one.names);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const name of [...declineIssues, ...actionIssues]) expect(knownIssues).toContain(name);
});

const folder = process.env.IM_SPECS;
const files = [
  'checkout_orders_v2',
  'payments_payment_v2',
  'vault_payment_tokens_v3',
  'billing_subscriptions_v1',
  'catalogs_products_v1',
  'customer_disputes_v1',
  'payments_payouts_batch_v1',
  'reporting_transactions_v1',
  'notifications_webhooks_v1',
];
if (folder === undefined && process.env.CI !== 'true')
  console.log('IM_SPECS is not set: the names are not compared with the vendor’s descriptions');

it.skipIf(folder === undefined && process.env.CI !== 'true')(
  'knows every issue that PayPal’s descriptions name',
  () => {
    if (folder === undefined) throw new Error('IM_SPECS must name the folder of descriptions');
    const described = files.flatMap((name) => [
      ...issuesIn(JSON.parse(readFileSync(join(folder, 'paypal', `${name}.json`), 'utf8'))),
    ]);
    expect(described.length).toBeGreaterThan(250);
    expect(described.filter((name) => !knownIssues.has(name))).toEqual([]);
  },
);

/** Every `issue: { enum: […] }` anywhere below. */
function* issuesIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    const names: unknown = name === 'issue' ? (value as { readonly enum?: unknown }).enum : undefined;
    if (Array.isArray(names)) yield* names as string[];
    yield* issuesIn(value);
  }
}
