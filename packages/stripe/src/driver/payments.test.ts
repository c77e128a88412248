/** What payments at Stripe become in the port, beyond what its suite asks. */
import { type DriverCreate, money } from '@im/payments';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../__tests__/connect.ts';
import { openDriver } from '../__tests__/payments.ts';
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
