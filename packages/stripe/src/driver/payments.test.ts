/** What payments at Stripe become in the port, beyond what its suite asks. */
import { memoryState } from '@im/core';
import { createPaymentGateway, type DriverCreate, money, type PaymentDriver } from '@im/payments';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment as bare, failure } from '../__tests__/connect.ts';
import { openDriver } from '../__tests__/payments.ts';
import type { StripeAbility } from './driver.ts';
import { stripeTraits } from './traits.ts';

const amount = money(2_000n, 'EUR');
const base: DriverCreate = {
  reference: 'order',
  amount,
  method: 'pm_card_visa',
  capture: 'automatic',
  confirm: true,
};

let opened: Awaited<ReturnType<typeof openDriver>>;
let count = 0;
beforeEach(async () => {
  opened = await openDriver();
});
afterEach(() => opened.close());

const call = (idempotencyKey?: string) => {
  count += 1;
  return { signal: new AbortController().signal, idempotencyKey: idempotencyKey ?? `key-${count}` };
};
const create = (more: Partial<DriverCreate> = {}) => opened.driver.create({ ...base, ...more }, call());
const find = (id: string) => opened.driver.find({ id }, call());
const openGateway = () =>
  createPaymentGateway(opened.driver as PaymentDriver<StripeAbility>, {
    state: memoryState(opened.clock),
    clock: opened.clock,
    onAlert: ({ says }) => {
      throw new Error(says);
    },
  });

describe('a step of the customer', () => {
  it('is an address where there is one to come back to, and else the browser’s business', async () => {
    const method = 'pm_card_authenticationRequired';
    const there = await create({ method, returnUrl: 'https://shop.test/return' });
    expect(there).toMatchObject({
      status: 'requires_action',
      nextAction: { kind: 'three_d_secure', url: expect.stringMatching(/^http/) },
    });
    const here = await create({ method, reference: 'order-2' });
    expect(here).toMatchObject({ status: 'requires_action', nextAction: { kind: 'wait_for_webhook' } });
  });

  it('that the customer refuses is a failure, with the code for it', async () => {
    const { id } = await create({
      method: 'pm_card_threeDSecure2Required',
      returnUrl: 'https://shop.test/return',
    });
    opened.fake.finish(id, 'declines');
    expect(await find(id)).toMatchObject({
      status: 'failed',
      declineCode: 'payment_intent_authentication_failure',
    });
  });

  it('that is not done is given again to whoever comes back', async () => {
    const { id } = await create({
      method: 'pm_card_threeDSecure2Required',
      returnUrl: 'https://shop.test/return',
    });
    const again = await opened.driver.confirm(
      id,
      { reference: 'back', returned: { payment_intent: id } },
      call(),
    );
    expect(again).toMatchObject({ id, status: 'requires_action' });
  });
});

describe('a payment that is made first and confirmed later', () => {
  it('goes on with the method that it is given', async () => {
    const { id, status } = await create({ confirm: false, method: undefined });
    expect(status).toBe('created');
    const confirm = { reference: 'go', method: 'pm_card_visa', returnUrl: 'https://shop.test/return' };
    expect(await opened.driver.confirm(id, confirm, call())).toMatchObject({
      status: 'captured',
      captured: amount,
    });
  });

  it('by our server fails for good when it is declined, also for whoever looks later', async () => {
    const { id } = await create({ confirm: false, method: undefined });
    const confirm = {
      reference: 'go',
      method: 'pm_card_visa_chargeDeclined',
      returnUrl: 'https://shop.test/return',
    };
    const declined = { status: 'failed', declineCode: 'generic_decline' };
    expect(await opened.driver.confirm(id, confirm, call())).toMatchObject(declined);
    expect(await find(id)).toMatchObject(declined);
    expect((await failure(opened.driver.confirm(id, confirm, call()))).code).toBe('failed_precondition');
  });

  it('in a browser can be tried again when it is declined', async () => {
    const { id } = await create({ confirm: false, method: undefined });
    const inBrowser = (payment_method: string) =>
      opened.client
        .native()
        .paymentIntents.confirm(id, { payment_method, return_url: 'https://shop.test/return' });
    await expect(inBrowser('pm_card_visa_chargeDeclined')).rejects.toThrow('declined');
    expect((await find(id))?.status).toBe('created');
    await inBrowser('pm_card_visa');
    expect(await find(id)).toMatchObject({ status: 'captured', captured: amount });
  });

  it('without a method waits for one, also when it should go on', async () => {
    expect((await create({ method: undefined })).status).toBe('created');
  });
});

describe('a bank debit', () => {
  const debit = {
    method: 'pm_usBankAccount_success',
    amount: money(2_000n, 'USD'),
    returnUrl: 'https://shop.test/return',
  };

  it('is taken some days later', async () => {
    const { id, status, nextAction } = await create(debit);
    expect([status, nextAction?.kind]).toEqual(['processing', 'wait_for_webhook']);
    await opened.clock.advance(4 * 86_400_000);
    expect((await find(id))?.status).toBe('captured');
  });

  it.each([
    ['pm_usBankAccount_insufficientFunds', 'insufficient_funds'],
    ['pm_usBankAccount_accountClosed', 'account_closed'],
    ['pm_usBankAccount_debitNotAuthorized', 'debit_not_authorized'],
  ])('of %s fails with %s, which the table knows', async (method, code) => {
    const { id } = await create({ ...debit, method });
    opened.fake.settle(id);
    expect(await find(id)).toMatchObject({ status: 'failed', declineCode: code });
    expect(stripeTraits.facts.declines.rows).toHaveProperty(code);
  });
});

describe('captures', () => {
  it('that somebody made in Stripe’s pages have no reference', async () => {
    const { id } = await create({ capture: 'manual' });
    await opened.client.native().paymentIntents.capture(id, { amount_to_capture: 1_500 });
    const { captures, status } = (await find(id)) ?? {};
    expect(status).toBe('captured');
    expect(captures).toEqual([
      {
        id: expect.stringMatching(/^ch_/),
        reference: undefined,
        amount: money(1_500n, 'EUR'),
        status: 'succeeded',
      },
    ]);
  });

  it('of a part leave nothing behind that looks like a refund', async () => {
    const { id } = await create({ capture: 'manual' });
    const part = { reference: 'part', amount: money(500n, 'EUR'), final: true };
    const after = await opened.driver.capture(id, part, call());
    expect(after).toMatchObject({
      status: 'captured',
      captured: part.amount,
      refunds: [],
      expiresAt: undefined,
    });
    const voided = await opened.driver.void(
      (await create({ capture: 'manual', reference: 'other' })).id,
      'void',
      call(),
    );
    expect(voided).toMatchObject({ status: 'voided', refunds: [], captures: [] });
  });

  it('one after the other keep their names and references', async () => {
    const several = await openDriver({ multiCapture: true });
    const { id } = await several.driver.create({ ...base, capture: 'manual' }, call());
    const capture = (reference: string, final: boolean) =>
      several.driver.capture(id, { reference, amount: money(700n, 'EUR'), final }, call());
    const [first] = (await capture('one', false)).captures;
    const { captures, status } = await capture('two', true);
    expect(captures[0]).toEqual(first);
    expect(captures.map(({ reference }) => reference)).toEqual(['one', 'two']);
    expect(new Set(captures.map((one) => one.id)).size).toBe(2);
    expect(status).toBe('captured');
    await several.close();
  });
});

describe('refunds', () => {
  it('are all there, also those beyond the ten that a payment brings along', async () => {
    const { id } = await create();
    for (let number = 1; number <= 12; number += 1)
      await opened.driver.refund(id, { reference: `back-${number}`, amount: money(10n, 'EUR') }, call());
    const payment = await find(id);
    expect(payment?.refunds).toHaveLength(12);
    expect(payment?.refunded).toEqual(money(120n, 'EUR'));
  });

  it('that are made, and cannot be read, are of unknown outcome, and are not made again', async () => {
    const { id } = await create();
    for (let number = 1; number <= 10; number += 1)
      await opened.driver.refund(id, { reference: `back-${number}`, amount: money(10n, 'EUR') }, call());
    opened.fake.inject({ fault: { kind: 'status', status: 429 }, method: 'GET', path: '/v1/refunds' });
    const last = { reference: 'back-11', amount: money(10n, 'EUR') };
    const error = await failure(opened.driver.refund(id, last, call('last')));
    expect([error.code, error.effect]).toEqual(['resource_exhausted', 'unknown']);
    const { refunds } = await opened.driver.refund(id, last, call('last'));
    expect(refunds.filter(({ reference }) => reference === 'back-11')).toHaveLength(1);
    expect(refunds).toHaveLength(11);
  });

  it('count while they are on their way, and no more when they fail', async () => {
    const { id } = await create({ method: 'pm_card_refundFail' });
    const after = await opened.driver.refund(id, { reference: 'back', amount, reason: 'late' }, call());
    expect(after.status).toBe('refunded');
    await opened.clock.advance(3_600_000);
    const failed = await find(id);
    expect(failed).toMatchObject({ status: 'captured', refunded: money(0n, 'EUR') });
    expect(failed?.refunds.map(({ status, reference }) => [status, reference])).toEqual([['failed', 'back']]);
    const slow = await create({ method: 'pm_card_pendingRefund', reference: 'slow' });
    const pending = await opened.driver.refund(slow.id, { reference: 'slow-back', amount }, call());
    expect(pending.refunds[0]?.status).toBe('pending');
  });

  it('pass on a reason that Stripe knows, and note any other', async () => {
    const { id } = await create();
    const give = (reference: string, reason: string) =>
      opened.driver.refund(id, { reference, reason, amount: money(100n, 'EUR') }, call());
    await give('one', 'duplicate');
    await give('two', 'came too late');
    const refunds = await opened.client.listRefunds({ payment_intent: id }).toArray();
    expect(refunds.map(({ reason, metadata }) => [reason, metadata?.im_reason])).toEqual([
      [null, 'came too late'],
      ['duplicate', undefined],
    ]);
  });
});

describe('a mandate', () => {
  it('makes a customer where there is none, one however often it is sent', async () => {
    const one = call('set-up');
    const first = await opened.driver.create({ ...base, mandate: 'set_up' }, one);
    const again = await opened.driver.create({ ...base, mandate: 'set_up' }, one);
    expect(first.mandate).toMatch(/^cus_\w+\/pm_\w+$/);
    expect(again).toEqual(first);
    expect(await opened.client.listCustomers().toArray()).toHaveLength(1);
  });

  it('whose bank asks for the customer is declined so', async () => {
    const returnUrl = 'https://shop.test/return';
    const method = 'pm_card_authenticationRequired';
    const { id } = await create({ method, mandate: 'set_up', returnUrl });
    opened.fake.finish(id, 'approves');
    const { mandate = '' } = (await find(id)) ?? {};
    const alone = await create({ reference: 'alone', method: undefined, mandate: { id: mandate } });
    expect(alone).toMatchObject({ status: 'failed', declineCode: 'authentication_required' });
  });

  it('of another customer is refused, and nothing is sent', async () => {
    const { mandate = '' } = await create({ mandate: 'set_up' });
    opened.fake.forget();
    const error = await failure(
      create({ reference: 'other', mandate: { id: mandate }, customer: 'cus_other' }),
    );
    expect([error.code, error.effect, opened.fake.exchanges.length]).toEqual(['invalid_argument', 'none', 0]);
  });
});

describe('a payment is found by its reference', () => {
  const byReference = async (reference: string) => (await opened.driver.find({ reference }, call()))?.id;

  it('at once, by the list, and later by the search alone', async () => {
    const { id } = await create();
    opened.fake.forget();
    expect(await byReference('order')).toBe(id);
    await opened.clock.advance(120_000);
    opened.fake.forget();
    expect(await byReference('order')).toBe(id);
    expect(opened.fake.exchanges.map(({ target }) => target.split('?')[0])).toEqual([
      '/v1/payment_intents/search',
      `/v1/payment_intents/${id}`,
    ]);
  });

  it('with signs that a search gives a meaning to, and by its capitals', async () => {
    for (const reference of [`it's`, `back\\slash'`, `"quoted"`, 'Case']) await create({ reference });
    await create({ reference: 'case' });
    await opened.clock.advance(120_000);
    for (const reference of [`it's`, `back\\slash'`, `"quoted"`, 'Case', 'case'])
      expect((await opened.driver.find({ reference }, call()))?.reference).toBe(reference);
    expect(await byReference('CASE')).toBeUndefined();
  });

  it('and of two, which somebody else made, the older one', async () => {
    const { id } = await create();
    await opened.clock.advance(5_000);
    await opened.driver.create({ ...base, amount: money(3_000n, 'EUR') }, call());
    expect(await byReference('order')).toBe(id);
    await opened.clock.advance(120_000);
    expect(await byReference('order')).toBe(id);
  });

  it('made without us by its own name', async () => {
    const { id } = await opened.client.createPaymentIntent(bare);
    expect(await find(id)).toMatchObject({ id, reference: id, status: 'captured' });
  });
});

describe('a failure inside Stripe', () => {
  const order = { reference: 'order', amount, method: 'pm_card_visa' };

  it('after the work is found out by the reference, and nothing is charged again', async () => {
    const gateway = openGateway();
    opened.fake.crash(true);
    const error = await failure(gateway.create(order));
    expect([error.effect, error.reason]).toEqual(['unknown', 'outcome_unknown']);
    expect((await gateway.create(order)).status).toBe('captured');
    expect(opened.fake.ledger()).toHaveLength(1);
  });

  it('before the work is Stripe’s answer for as long as it keeps the key, and then the charge is made', async () => {
    const gateway = openGateway();
    opened.fake.crash(false);
    for (let round = 0; round < 2; round += 1) {
      expect((await failure(gateway.create(order))).effect).toBe('unknown');
      expect(opened.fake.ledger()).toEqual([]);
    }
    await opened.clock.advance(stripeTraits.facts.keyTtlMs);
    expect((await gateway.create(order)).status).toBe('captured');
    expect(opened.fake.ledger()).toHaveLength(1);
  });

  it('that a request meets another with its key leaves the outcome unknown, until it is repeated', async () => {
    const release = opened.fake.hold('in-use');
    const error = await failure(opened.driver.create(base, call('in-use')));
    expect([error.code, error.reason, error.effect]).toEqual([
      'unavailable',
      'idempotency_key_in_use',
      'unknown',
    ]);
    release();
    expect((await opened.driver.create(base, call('in-use'))).status).toBe('captured');
  });

  it('that an object is in use has done nothing', async () => {
    const { id } = await create({ capture: 'manual' });
    const release = opened.fake.hold(id);
    const capture = { reference: 'c', amount, final: true };
    const error = await failure(opened.driver.capture(id, capture, call('locked')));
    expect([error.code, error.reason, error.effect]).toEqual(['unavailable', 'lock_timeout', 'none']);
    release();
    expect((await opened.driver.capture(id, capture, call('locked'))).status).toBe('captured');
  });
});
