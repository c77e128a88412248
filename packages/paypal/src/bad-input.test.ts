/** Bad input: each a typed error that says what to do, and the ledger as before. */
import { memoryState } from '@im/core';
import { createPaymentGateway, type Money, money } from '@im/payments';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { testMethods } from './fake/methods.ts';

const eur = (minor: bigint) => money(minor, 'EUR');
const method = testMethods.card;

async function open() {
  const opened = await openPaypal();
  const gateway = createPaymentGateway(opened.driver, {
    state: memoryState(opened.clock),
    clock: opened.clock,
    onAlert: ({ says }) => {
      throw new Error(says);
    },
  });
  return Object.assign(opened, { gateway });
}

let opened: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  opened = await open();
});
afterEach(() => opened[Symbol.asyncDispose]());

it.each<[string, unknown]>([
  ['negative', { minor: -1n, currency: 'EUR' }],
  ['zero', eur(0n)],
  ['fractional', { minor: 1.5, currency: 'EUR' }],
  ['a number', 12.5],
  ['of an unknown currency', { minor: 100n, currency: 'XYZ' }],
  ['of a currency that PayPal does not take', money(100n, 'KWD')],
  ['finer than PayPal writes it', money(150n, 'HUF')],
  ['above PayPal’s limit', eur(100_000_000_000_000_000n)],
  ['above PayPal’s limit, in yen', money(1_000_000_000_000_000n, 'JPY')],
])('refuses an amount that is %s', async (_what, amount) => {
  const error = await failure(opened.gateway.create({ reference: 'r', amount: amount as Money, method }));
  expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
  expect(error.remedy).toBeTruthy();
  expect(opened.fake.exchanges).toEqual([]);
});

it.each([
  ['too long', 'r'.repeat(125)],
  ['empty', ''],
  ['with a space', 'a b'],
  ['with letters that not every vendor keeps', 'ä'],
])('refuses a reference that is %s', async (_what, reference) => {
  const error = await failure(opened.gateway.create({ reference, amount: eur(100n), method }));
  expect(error).toMatchObject({ code: 'invalid_argument', reason: 'reference' });
  expect(opened.fake.exchanges).toEqual([]);
});

it('keeps a reference of the longest kind', async () => {
  const reference = 'r'.repeat(124);
  const payment = await opened.gateway.create({ reference, amount: eur(100n), method });
  expect(payment.reference).toBe(reference);
});

it('refuses a method that there is not', async () => {
  const error = await failure(opened.gateway.create({ reference: 'r', amount: eur(100n), method: 'nobody' }));
  expect(error).toMatchObject({ code: 'not_found', effect: 'none' });
  expect(opened.fake.ledger()).toEqual([]);
});

it('refuses a card number as a method, and shows no digit of it', async () => {
  const error = await failure(
    opened.gateway.create({ reference: 'r', amount: eur(100n), method: '4111111111111111' }),
  );
  expect(error).toMatchObject({ code: 'invalid_argument', reason: 'card_data' });
  expect(String(error)).not.toContain('4111');
  expect(opened.fake.exchanges).toEqual([]);
});

it('refuses to refund more than was captured', async () => {
  const { gateway, fake } = opened;
  const { id } = await gateway.create({ reference: 'r', amount: eur(1_000n), method });
  const before = fake.ledger();
  const error = await failure(gateway.refund(id, { reference: 'back', amount: eur(1_001n) }));
  expect(error).toMatchObject({ code: 'failed_precondition', effect: 'none' });
  expect(fake.ledger()).toEqual(before);
});

it('refuses to capture more than was authorized, though PayPal would allow 15 % more', async () => {
  const { gateway, fake } = opened;
  const { id } = await gateway.authorize({ reference: 'r', amount: eur(1_000n), method });
  const before = fake.ledger();
  const error = await failure(gateway.capture(id, { reference: 'c', amount: eur(1_001n) }));
  expect(error).toMatchObject({ code: 'failed_precondition', effect: 'none' });
  expect(fake.ledger()).toEqual(before);
});

it('refuses to capture after the authorization has ended', async () => {
  const { gateway, fake, clock } = opened;
  const { id, expiresAt } = await gateway.authorize({ reference: 'r', amount: eur(1_000n), method });
  expect(expiresAt).toBe(clock.now() + 29 * 86_400_000);
  await clock.advance(29 * 86_400_000);
  const before = fake.ledger();
  expect(await failure(gateway.capture(id, { reference: 'c' }))).toMatchObject({
    code: 'failed_precondition',
    effect: 'none',
  });
  expect(fake.ledger()).toEqual(before);
  // A day later PayPal lets it go by itself.
  await clock.advance(86_400_000);
  expect((await gateway.retrieve({ id })).status).toBe('expired');
});

it('refuses the same reference for another amount', async () => {
  const { gateway, fake } = opened;
  await gateway.create({ reference: 'r', amount: eur(1_000n), method });
  const error = await failure(gateway.create({ reference: 'r', amount: eur(2_000n), method }));
  expect(error).toMatchObject({ code: 'invalid_argument', reason: 'reference_reused' });
  expect(fake.ledger()).toHaveLength(1);
});

it('refuses the second payment of an invoice that PayPal has seen, also where nobody here remembers it', async () => {
  const { driver, fake, client } = opened;
  const create = {
    reference: 'r',
    amount: eur(1_000n),
    method,
    capture: 'automatic',
    confirm: true,
  } as const;
  await client.createOrder(
    {
      intent: 'CAPTURE',
      purchaseUnits: [{ amount: eur(1_000n), customId: 'r', invoiceId: 'r' }],
      paymentSource: { card: { vaultId: method } },
    },
    { idempotencyKey: 'somebody-else' },
  );
  const call = { signal: new AbortController().signal, idempotencyKey: 'k-1' };
  expect(await failure(driver.create(create, call))).toMatchObject({
    code: 'already_exists',
    reason: 'DUPLICATE_INVOICE_ID',
    effect: 'none',
  });
  expect(fake.ledger()).toHaveLength(1);
});

it('refuses a return from another payment', async () => {
  const { gateway, fake } = opened;
  const { id } = await gateway.create({
    reference: 'r',
    amount: eur(1_000n),
    returnUrl: 'https://shop.test/back',
  });
  fake.decide(id);
  const error = await failure(
    gateway.confirm(id, { reference: 'c', returned: { token: 'ANOTHER', PayerID: 'X' } }),
  );
  expect(error).toMatchObject({ code: 'invalid_argument', reason: 'other_payment' });
  expect(fake.ledger()).toMatchObject([{ captured: 0n }]);
});
