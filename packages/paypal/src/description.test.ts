import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeOperations } from '@im/core';
import { describe, expect, it } from 'vitest';
import { paypal } from './paypal.ts';

const operations = describeOperations(paypal);
/** Asks nobody. */
const ownOnes = ['openMemory'];

it('each operation links its place in the reference', () => {
  for (const { name, docs } of operations.filter((one) => !ownOnes.includes(one.name)))
    expect(docs, name).toMatch(/^https:\/\/developer\.paypal\.com\/docs\/api\/[\w.-]+\/v\d\/#[\w-]+$/);
});

it('what PayPal keeps a key for is keyed, and what happens again each time is unsafe', () => {
  const of = (effect: string) =>
    operations.flatMap((one) => (one.effect === effect ? [one.name] : [])).sort();
  expect(of('keyed')).toEqual([
    'authorizeOrder',
    'captureAuthorization',
    'captureOrder',
    'captureSubscription',
    'createOrder',
    'createPaymentToken',
    'createPayout',
    'createPlan',
    'createProduct',
    'createSetupToken',
    'createSubscription',
    'reauthorize',
    'refundCapture',
    'voidAuthorization',
  ]);
  expect(of('unsafe')).toEqual([
    'acceptClaim',
    'acknowledgeReturn',
    'addTracker',
    'adjudicateDispute',
    'appealDispute',
    'confirmOrder',
    'createWebhook',
    'escalateDispute',
    'makeOffer',
    'provideEvidence',
    'provideSupportingInfo',
    'requireEvidence',
    'resendEvent',
    'reviseSubscription',
    'sendDisputeMessage',
    'simulateEvent',
    'updateOrder',
    'updatePlanPrices',
    'updateProduct',
    'updateSubscription',
    'updateTracker',
  ]);
});

const folder = process.env.IM_SPECS;
if (folder === undefined && process.env.CI !== 'true')
  console.log('IM_SPECS is not set: the operations are not compared with the vendor’s descriptions');

describe.skipIf(folder === undefined && process.env.CI !== 'true')('the vendor’s descriptions', () => {
  it.each([
    ['checkout_orders_v2', []],
    ['payments_payment_v2', []],
    ['vault_payment_tokens_v3', []],
    ['billing_subscriptions_v1', []],
    ['catalogs_products_v1', []],
    // What customers do, and partners for them.
    ['customer_disputes_v1', ['disputes.accept-offer', 'disputes.deny-offer', 'disputes.patch']],
    ['payments_payouts_batch_v1', []],
    ['reporting_transactions_v1', []],
    // Webhooks of a whole account: PayPal asks to use those of an app instead.
    [
      'notifications_webhooks_v1',
      ['webhooks-lookup.delete', 'webhooks-lookup.get', 'webhooks-lookup.list', 'webhooks-lookup.post'],
    ],
  ] as const)('%s has no operation that is missing here but those named', (name, missing) => {
    if (folder === undefined) throw new Error('IM_SPECS must name the folder of descriptions');
    const { paths } = JSON.parse(readFileSync(join(folder, 'paypal', `${name}.json`), 'utf8')) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
    };
    const theirs = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId }) => (operationId === undefined ? [] : [operationId])),
    );
    const anchors = new Set(operations.map(({ docs }) => docs?.split('#')[1]));
    const anchorOf = (id: string) => id.replaceAll('.', '_');
    expect(theirs.filter((id) => !anchors.has(anchorOf(id))).sort()).toEqual(missing);
  });
});
