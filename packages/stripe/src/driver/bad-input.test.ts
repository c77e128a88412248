/** Bad input: each a typed error that says what to do, and Stripe's books as they were. */
import { memoryState } from '@im/core';
import { createPaymentGateway, money, type PaymentDriver } from '@im/payments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../__tests__/connect.ts';
import { openDriver } from '../__tests__/payments.ts';
import { signatureHeader, signWebhook } from '../webhook.ts';
import type { StripeAbility } from './driver.ts';

const euro = (minor: bigint) => money(minor, 'EUR');
const method = 'pm_card_visa';

let opened: Awaited<ReturnType<typeof openDriver>>;
let count = 0;
beforeAll(async () => {
  opened = await openDriver();
});
afterAll(() => opened.close());
beforeEach(() => {
  count += 1;
});

function openGateway(driver: PaymentDriver = opened.driver) {
  const { clock } = opened;
  return createPaymentGateway(driver as PaymentDriver<StripeAbility>, {
    state: memoryState(clock),
    clock,
    onAlert: ({ says }) => {
      throw new Error(says);
    },
  });
}

/** The call fails so, and moves nothing. */
async function refuses(call: () => Promise<unknown>, code: string, word: string) {
  const before = opened.fake.ledger();
  const error = await failure((async () => call())());
  expect([error.code, error.effect ?? 'none']).toEqual([code, 'none']);
  expect(error.message).toContain(word);
  expect(error.remedy, 'what to do').toBeTruthy();
  expect(opened.fake.ledger()).toEqual(before);
}

describe('a payment', () => {
  const create = (amount: unknown, more: object = {}) =>
    openGateway().create({ reference: `bad-${count}`, amount: amount as never, method, ...more });

  it.each([
    ['a negative amount', euro(-100n), 'positive'],
    ['nothing', euro(0n), 'positive'],
    ['a fraction of a minor unit', { minor: 10.5, currency: 'EUR' }, 'no money'],
    ['a number', 1_000, 'no money'],
    ['an unknown currency', { minor: 100n, currency: 'XXX' }, 'no money'],
    ['a currency that Stripe does not take', money(100n, 'CLF'), 'CLF'],
    ['more than eight digits', euro(100_000_000n), 'above'],
    ['more than ten digits of yen', money(10_000_000_000n, 'JPY'), 'above'],
    ['a fils that Stripe does not take', money(5_001n, 'KWD'), 'KWD'],
  ])('of %s is refused before it is sent', async (_, amount, word) => {
    const sent = opened.fake.exchanges.length;
    await refuses(() => create(amount), 'invalid_argument', word);
    expect(opened.fake.exchanges.length).toBe(sent);
  });

  it.each([
    ['a card number for a method', { method: '4242424242424242' }, 'card'],
    ['a card number in the description', { description: '4242 4242 4242 4242' }, 'card'],
    ['a reference with spaces', { reference: 'order 1' }, 'reference'],
    ['a reference that is too long', { reference: 'x'.repeat(201) }, 'reference'],
    ['a return by http', { returnUrl: 'http://shop.test/return' }, 'https'],
  ])('with %s is refused before it is sent', async (_, more, word) => {
    const sent = opened.fake.exchanges.length;
    await refuses(() => create(euro(100n), more), 'invalid_argument', word);
    expect(opened.fake.exchanges.length).toBe(sent);
  });

  it('below Stripe’s least, with a method or a customer that there is not, is refused by Stripe', async () => {
    await refuses(() => create(euro(1n)), 'invalid_argument', 'at least');
    await refuses(() => create(euro(100n), { method: 'pm_nobody' }), 'not_found', 'pm_nobody');
    await refuses(() => create(euro(100n), { customer: 'cus_nobody' }), 'not_found', 'cus_nobody');
  });
});

describe('a capture and a refund', () => {
  const authorized = () =>
    openGateway().authorize({ reference: `held-${count}`, amount: euro(10_000n), method });
  const captured = async () => {
    const gateway = openGateway();
    const { id } = await gateway.create({ reference: `taken-${count}`, amount: euro(10_000n), method });
    return { gateway, id };
  };

  it('of more than there is are refused', async () => {
    const { id } = await authorized();
    const gateway = openGateway();
    const more = (reference: string) => ({ reference, amount: euro(10_001n) });
    await refuses(() => gateway.capture(id, more('c1')), 'failed_precondition', '100.00');
    const taken = await captured();
    await taken.gateway.refund(taken.id, { reference: 'r0', amount: euro(4_000n) });
    await refuses(() => taken.gateway.refund(taken.id, more('r1')), 'failed_precondition', '60.00');
    const stale = { reference: 'r2', amount: euro(6_001n) };
    const call = { signal: new AbortController().signal, idempotencyKey: `stale-${count}` };
    const byStripe = await failure(opened.driver.refund(taken.id, stale, call));
    expect([byStripe.code, byStripe.reason]).toEqual(['failed_precondition', 'refund_amount_too_large']);
  });

  it('in another currency are refused', async () => {
    const { gateway, id } = await captured();
    const amount = money(100n, 'USD');
    await refuses(() => gateway.refund(id, { reference: 'r', amount }), 'invalid_argument', 'EUR');
  });

  it('after the authorization has expired are refused, by us and by Stripe', async () => {
    const { id, expiresAt = 0 } = await authorized();
    await opened.clock.advance(expiresAt - opened.clock.now() + 1_000);
    await refuses(() => openGateway().capture(id, { reference: 'late' }), 'failed_precondition', 'expired');
    const call = { signal: new AbortController().signal, idempotencyKey: `late-${count}` };
    const late = { reference: 'late', amount: euro(100n), final: true };
    const byStripe = await failure(opened.driver.capture(id, late, call));
    expect([byStripe.code, byStripe.reason]).toEqual([
      'failed_precondition',
      'payment_intent_unexpected_state',
    ]);
    expect((await opened.driver.find({ id }, call))?.status).toBe('expired');
  });

  it('of a payment that there is not are refused', async () => {
    await refuses(() => openGateway().refund('pi_nobody', { reference: 'r' }), 'not_found', '');
  });
});

describe('a webhook', () => {
  const body = Buffer.from(JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', data: { object: {} } }));
  const signed = (secret: string, at: number) => ({
    body,
    headers: { [signatureHeader]: signWebhook(body, [secret], at) },
  });
  const inboxOf = (driver?: PaymentDriver) =>
    openGateway(driver).inbox({ handle: () => Promise.reject(new Error('handled')) });
  const secret = () => opened.fake.account().webhookSecrets[0] ?? '';

  it('without a secret set, with a bad signature, of an old time, or parsed already is refused', async () => {
    const { clock } = opened;
    const bare = await openDriver({ options: { webhookSecrets: [] } });
    await refuses(
      () => inboxOf(bare.driver).receive(signed(secret(), clock.now())),
      'failed_precondition',
      'secret',
    );
    await bare.close();
    await refuses(
      () => inboxOf().receive(signed('whsec_other', clock.now())),
      'unauthenticated',
      'signature',
    );
    await refuses(
      () => inboxOf().receive(signed(secret(), clock.now() - 301_000)),
      'unauthenticated',
      'time',
    );
    const parsed = { ...signed(secret(), clock.now()), body: JSON.parse(String(body)) as never };
    await refuses(() => inboxOf().receive(parsed), 'invalid_argument', 'parsed');
    await expect(inboxOf().receive(signed(secret(), clock.now()))).rejects.toThrow('handled');
  });
});
