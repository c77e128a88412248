/** Refunds, mandates, finding, and failures inside Stripe, beyond what the port's suite asks. */
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
