/** What the port's suite does not ask: PayPal's own ways. */
import { randomUUID } from 'node:crypto';
import { memoryState, type StateStore } from '@im/core';
import { createPaymentGateway, type DriverCreate, type MovingCall, money } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { customerIdOf } from './driver/lists.ts';
import { testMethods } from './fake/methods.ts';

const eur = (minor: bigint) => money(minor, 'EUR');
const returnUrl = 'https://shop.test/back';
const hourMs = 3_600_000;
const call = (idempotencyKey: string = randomUUID()): MovingCall => ({
  signal: new AbortController().signal,
  idempotencyKey,
});
const payment = (more: Partial<DriverCreate> = {}): DriverCreate => ({
  reference: 'order-1',
  amount: eur(10_000n),
  capture: 'automatic',
  confirm: true,
  returnUrl,
  ...more,
});

async function open(how: Parameters<typeof openPaypal>[0] = {}) {
  const opened = await openPaypal(how);
  const gateway = createPaymentGateway(opened.driver, {
    state: memoryState(opened.clock),
    clock: opened.clock,
    onAlert: ({ says }) => {
      throw new Error(says);
    },
  });
  const { fake, driver, clock } = opened;
  /** Delivers all events to the driver. */
  const deliver = async () => {
    for (const event of fake.events())
      await driver.webhooks?.verify(fake.sign(event, clock.now()), clock.now());
  };
  /** An authorization of 100 of which 60 and 30 are taken. */
  const inParts = async () => {
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    await driver.capture(id, { reference: 'c-1', amount: eur(6_000n), final: false }, call());
    return driver.capture(id, { reference: 'c-2', amount: eur(3_000n), final: true }, call());
  };
  return Object.assign(opened, { gateway, deliver, inParts });
}

describe('on PayPal’s page', () => {
  it('the customer agrees, and the return captures', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const begun = await driver.create(payment(), call());
    expect(begun).toMatchObject({ status: 'requires_action', nextAction: { kind: 'redirect' } });
    const page = begun.nextAction?.kind === 'redirect' ? begun.nextAction.url : '';
    const shown = await fetch(page);
    expect(await shown.text()).toContain('100.00 EUR');
    const answer = await fetch(`${fake.url}/checkoutnow`, {
      method: 'POST',
      body: new URLSearchParams({ token: begun.id, decision: 'approve' }),
      redirect: 'manual',
    });
    const location = new URL(answer.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(returnUrl);
    const returned = Object.fromEntries(location.searchParams);
    const paid = await driver.confirm(begun.id, { reference: 'return-1', returned }, call());
    expect(paid).toMatchObject({ status: 'captured', captured: eur(10_000n), nextAction: undefined });
    expect((await fetch(page)).status).toBe(404);
  });

  it('the customer agrees, and the return authorizes', async () => {
    await using opened = await open();
    const { driver, fake, clock } = opened;
    const begun = await driver.create(payment({ capture: 'manual' }), call());
    const returned = fake.decide(begun.id);
    const held = await driver.confirm(begun.id, { reference: 'return-1', returned }, call());
    expect(held).toMatchObject({ status: 'authorized', expiresAt: clock.now() + 29 * 24 * hourMs });
  });

  it('the customer turns back, and it goes on waiting', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const begun = await driver.create(payment(), call());
    const returned = fake.decide(begun.id, 'cancel');
    const after = await driver.confirm(begun.id, { reference: 'return-1', returned }, call());
    expect(after).toMatchObject({ status: 'requires_action', nextAction: begun.nextAction });
    expect(fake.ledger()).toMatchObject([{ captures: 0 }]);
  });

  it('the customer agrees with a method that does not pay: the payment has failed, and stays so', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const begun = await driver.create(payment(), call());
    const returned = fake.decide(begun.id, 'declined');
    const declined = await driver.confirm(begun.id, { reference: 'return-1', returned }, call());
    expect(declined).toMatchObject({
      status: 'failed',
      declineCode: 'INSTRUMENT_DECLINED',
      captured: eur(0n),
    });
    expect(await driver.find({ id: begun.id }, call())).toMatchObject({ status: 'failed' });
    expect(
      await failure(driver.confirm(begun.id, { reference: 'return-2', returned }, call())),
    ).toMatchObject({
      code: 'failed_precondition',
      effect: 'none',
    });
  });

  it('the customer never comes: the order is gone after three hours, and the payment has expired', async () => {
    await using opened = await open();
    const { gateway, clock } = opened;
    const { id } = await gateway.create({ reference: 'order-1', amount: eur(100n), returnUrl });
    await clock.advance(3 * hourMs - 1);
    expect((await gateway.retrieve({ id })).status).toBe('requires_action');
    await clock.advance(1);
    expect(await gateway.retrieve({ id })).toMatchObject({ status: 'expired', nextAction: undefined });
    expect((await gateway.retrieve({ reference: 'order-1' })).status).toBe('expired');
    expect(await failure(opened.driver.confirm(id, { reference: 'late' }, call()))).toMatchObject({
      code: 'failed_precondition',
    });
  });

  it('an order that is not there yet has not expired', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment(), call());
    fake.inject({ path: /orders\/[^/]+$/, fault: { kind: 'status', status: 404 } });
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'requires_action' });
  });

  it('the method is kept for later, and charged again without the customer', async () => {
    await using opened = await open();
    const { gateway, fake } = opened;
    const customer = await gateway.createCustomer({ reference: 'customer-1' });
    const begun = await gateway.create({
      reference: 'order-1',
      amount: eur(10_000n),
      returnUrl,
      customer: customer.id,
      mandate: 'set_up',
    });
    expect(begun.mandate).toBeUndefined();
    const returned = fake.decide(begun.id);
    const paid = await gateway.confirm(begun.id, { reference: 'return-1', returned });
    expect(paid).toMatchObject({ status: 'captured', customer: customer.id });
    const [saved] = await gateway.listMethods(customer.id).toArray();
    expect(saved).toMatchObject({ id: paid.mandate, kind: 'paypal' });
    const again = await gateway.create({
      reference: 'order-2',
      amount: eur(500n),
      mandate: { id: paid.mandate ?? '' },
    });
    expect(again.status).toBe('captured');
  });

  it('a method that is saved after the payment becomes known by its webhook', async () => {
    await using opened = await open();
    const { driver, fake, deliver } = opened;
    const begun = await driver.create(payment({ customer: 'customer-1', mandate: 'set_up' }), call());
    await driver.confirm(begun.id, { reference: 'r', returned: fake.decide(begun.id) }, call());
    const order = fake.account().books.orders.get(begun.id);
    const savedAs = order?.savedAs;
    // As for some methods, the order does not say it.
    if (order !== undefined) order.savedAs = undefined;
    await deliver();
    expect(await driver.find({ id: begun.id }, call())).toMatchObject({ mandate: savedAs });
  });
});

describe('in two steps', () => {
  it('a payment waits for its method, which was named or comes later', async () => {
    await using opened = await open();
    const { driver } = opened;
    const named = await driver.create(payment({ confirm: false, method: testMethods.paypal }), call());
    expect(named).toMatchObject({ status: 'created', captured: eur(0n) });
    expect(await driver.confirm(named.id, { reference: 'r-1' }, call())).toMatchObject({
      status: 'captured',
    });
    const bare = await driver.create(payment({ confirm: false, reference: 'order-2' }), call());
    const method = testMethods.card;
    expect(await driver.confirm(bare.id, { reference: 'r-2', method }, call())).toMatchObject({
      status: 'captured',
    });
  });

  it('a payment without a method goes to the page', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment({ confirm: false }), call());
    const waiting = await driver.confirm(id, { reference: 'r-1', returnUrl }, call());
    expect(waiting).toMatchObject({ status: 'requires_action', nextAction: { kind: 'redirect' } });
    expect(await driver.confirm(id, { reference: 'r-2', returned: fake.decide(id) }, call())).toMatchObject({
      status: 'captured',
    });
  });

  it('an account whose customer has to come back sends there', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment({ confirm: false, method: testMethods.paypalAsks }), call());
    const waiting = await driver.confirm(id, { reference: 'r-1' }, call());
    expect(waiting).toMatchObject({ status: 'requires_action', nextAction: { kind: 'redirect' } });
    expect(await driver.confirm(id, { reference: 'r-2', returned: fake.decide(id) }, call())).toMatchObject({
      status: 'captured',
    });
  });

  it('a wallet that will not pay is a failed payment, with and without an order', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const method = testMethods.paypalDeclined;
    const { id } = await driver.create(payment({ confirm: false, method }), call());
    const declined = { status: 'failed', declineCode: 'INSTRUMENT_DECLINED' };
    expect(await driver.confirm(id, { reference: 'r-1' }, call())).toMatchObject(declined);
    const whole = await driver.create(payment({ reference: 'order-2', method }), call('One-Key'));
    expect(whole).toMatchObject({ ...declined, id: 'refused-one-key', reference: 'order-2' });
    expect(await driver.find({ reference: 'order-2' }, call())).toMatchObject(declined);
    expect(fake.ledger()).toHaveLength(1);
  });

  it('money that the bank has not confirmed is waited for', async () => {
    await using opened = await open();
    const { gateway, fake, deliver } = opened;
    const method = testMethods.paypalEcheck;
    const paid = await gateway.create({ reference: 'order-1', amount: eur(100n), method });
    expect(paid).toMatchObject({ status: 'processing', nextAction: { kind: 'wait_for_webhook' } });
    fake.settleCapture(paid.captures[0]?.id ?? '', true);
    await deliver();
    expect((await gateway.retrieve({ id: paid.id })).status).toBe('captured');
    const bounced = await gateway.create({ reference: 'order-2', amount: eur(100n), method });
    fake.settleCapture(bounced.captures[0]?.id ?? '', false);
    expect(await gateway.retrieve({ id: bounced.id })).toMatchObject({ status: 'failed', captured: eur(0n) });
  });
});

describe('a void', () => {
  it('of what nobody has paid is ours alone, and holds also when the customer agrees afterwards', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment(), call());
    expect(await driver.void(id, 'void-1', call())).toMatchObject({
      status: 'voided',
      nextAction: undefined,
    });
    const returned = fake.decide(id);
    expect(await failure(driver.confirm(id, { reference: 'r', returned }, call()))).toMatchObject({
      code: 'failed_precondition',
    });
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'voided' });
    expect(fake.ledger()).toMatchObject([{ captures: 0 }]);
  });

  it('of an authorization that was made anew lets the first one go', async () => {
    await using opened = await open();
    const { driver, client, clock, fake } = opened;
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    const [first] = fake.account().books.orders.get(id)?.authorizations ?? [];
    await clock.advance(4 * 24 * hourMs);
    await client.reauthorize(first?.id ?? '', undefined);
    expect(await driver.void(id, 'void-1', call())).toMatchObject({ status: 'voided' });
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'voided' });
  });
});

describe('a capture', () => {
  it('takes of the authorization that was made anew', async () => {
    await using opened = await open();
    const { driver, client, clock, fake } = opened;
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    const { authorizations = [], captures = [] } = fake.account().books.orders.get(id) ?? {};
    await clock.advance(4 * 24 * hourMs);
    const { id: second } = await client.reauthorize(authorizations[0]?.id ?? '', undefined);
    const part = { reference: 'c-1', amount: eur(6_000n), final: true };
    expect(await driver.capture(id, part, call())).toMatchObject({
      status: 'captured',
      captured: eur(6_000n),
    });
    expect(captures[0]?.authorization?.id).toBe(second);
    expect(
      await failure(driver.capture(id, { reference: 'c-2', amount: eur(1n), final: true }, call())),
    ).toMatchObject({ code: 'failed_precondition' });
  });

  it('excludes another at the same instant, since PayPal would take both', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    const results = await Promise.allSettled(
      ['c-1', 'c-2'].map((reference) =>
        driver.capture(id, { reference, amount: eur(5_500n), final: false }, call()),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((one) => one.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'unavailable', reason: 'in_progress', effect: 'none' });
    expect(fake.ledger()).toMatchObject([{ captured: 5_500n, captures: 1 }]);
    // Without the driver PayPal takes 110 of 100.
    const [authorization] = fake.account().books.orders.get(id)?.authorizations ?? [];
    await opened.client.captureAuthorization(authorization?.id ?? '', { amount: eur(5_500n) });
    expect(fake.ledger()).toMatchObject([{ captured: 11_000n }]);
  });

  it('of a name that is there already is the same one', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    const part = { reference: 'c-1', amount: eur(3_000n), final: false };
    await driver.capture(id, part, call());
    // By another key, as after 45 days.
    expect(await driver.capture(id, part, call())).toMatchObject({ captured: eur(3_000n) });
    expect(fake.ledger()).toMatchObject([{ captures: 1 }]);
  });

  it('lets others go on after it has failed', async () => {
    await using opened = await open();
    const { driver, fake } = opened;
    const { id } = await driver.create(payment({ method: testMethods.card, capture: 'manual' }), call());
    const part = { reference: 'c-1', amount: eur(3_000n), final: false };
    fake.inject({ method: 'POST', path: /capture$/, fault: { kind: 'status', status: 500 } });
    expect(await failure(driver.capture(id, part, call()))).toMatchObject({ effect: 'unknown' });
    expect(await driver.capture(id, part, call())).toMatchObject({ captured: eur(3_000n) });
  });
});

describe('a refund over several captures', () => {
  it('comes from one of them where that has enough, and then has nothing unusual', async () => {
    await using opened = await open();
    const { driver, inParts, fake } = opened;
    const { id } = await inParts();
    const after = await driver.refund(id, { reference: 'back', amount: eur(2_500n) }, call());
    expect(after.refunds).toMatchObject([{ reference: 'back', amount: eur(2_500n) }]);
    const [refund] = fake.account().books.refunds.values();
    expect(refund).toMatchObject({ invoiceId: 'back', customId: undefined, capture: { invoiceId: 'c-2' } });
  });

  it('goes in parts otherwise, which are one refund here', async () => {
    await using opened = await open();
    const { driver, inParts, fake } = opened;
    const { id } = await inParts();
    const after = await driver.refund(id, { reference: 'back', amount: eur(7_500n) }, call());
    expect(after).toMatchObject({ status: 'partially_refunded', refunded: eur(7_500n) });
    expect(after.refunds).toMatchObject([{ reference: 'back', amount: eur(7_500n), status: 'succeeded' }]);
    const refunds = [...fake.account().books.refunds.values()];
    expect(refunds.map(({ invoiceId, customId, amount }) => [invoiceId, customId, amount.minor])).toEqual([
      ['back', 'whole-75.00-EUR', 6_000n],
      ['back~2', 'whole-75.00-EUR', 1_500n],
    ]);
    const rest = await driver.refund(id, { reference: 'rest', amount: eur(1_500n) }, call());
    expect(rest).toMatchObject({ status: 'refunded', refunded: eur(9_000n) });
    expect(rest.refunds.map(({ reference }) => reference)).toEqual(['back', 'rest']);
  });

  it('that stops half way is not shown as done, and goes on where it stopped', async () => {
    await using opened = await open();
    const { driver, inParts, fake } = opened;
    const { id } = await inParts();
    const back = { reference: 'back', amount: eur(7_500n) };
    fake.inject({ method: 'POST', path: /refund$/, after: 1, fault: { kind: 'status', status: 422 } });
    const one = call();
    expect(await failure(driver.refund(id, back, one))).toMatchObject({ effect: 'unknown' });
    const [half, ...others] = (await driver.find({ id }, call()))?.refunds ?? [];
    expect([half?.reference, half?.amount, others]).toEqual([undefined, eur(6_000n), []]);
    const after = await driver.refund(id, back, one);
    expect(after.refunds).toMatchObject([{ reference: 'back', amount: eur(7_500n) }]);
    expect(fake.ledger()).toMatchObject([{ refunded: 7_500n, refunds: 2 }]);
  });

  it('that is more than they have moves nothing', async () => {
    await using opened = await open();
    const { driver, inParts, fake } = opened;
    const { id } = await inParts();
    expect(
      await failure(driver.refund(id, { reference: 'back', amount: eur(9_001n) }, call())),
    ).toMatchObject({ code: 'failed_precondition', effect: 'none' });
    expect(fake.ledger()).toMatchObject([{ refunds: 0 }]);
  });

  it('excludes another at the same instant', async () => {
    await using opened = await open();
    const { driver, inParts, fake } = opened;
    const { id } = await inParts();
    const results = await Promise.allSettled(
      ['a', 'b'].map((reference) => driver.refund(id, { reference, amount: eur(6_500n) }, call())),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(fake.ledger()).toMatchObject([{ refunded: 6_500n }]);
  });
});

describe('webhooks', () => {
  it('name the payment, whatever they are about', async () => {
    await using opened = await open();
    const { driver, fake, clock, inParts } = opened;
    const { id } = await inParts();
    await driver.refund(id, { reference: 'back', amount: eur(7_500n) }, call());
    fake.openDispute([...fake.account().books.captures.keys()][0] ?? '');
    const seen: (readonly [string, string | undefined])[] = [];
    for (const event of fake.events())
      for (const one of (await driver.webhooks?.verify(fake.sign(event, clock.now()), clock.now())) ?? [])
        seen.push([one.type, one.payment?.id]);
    expect(seen).toEqual([
      ['CHECKOUT.ORDER.COMPLETED', id],
      ['PAYMENT.AUTHORIZATION.CREATED', id],
      ['PAYMENT.CAPTURE.COMPLETED', id],
      ['PAYMENT.CAPTURE.COMPLETED', id],
      ['PAYMENT.CAPTURE.REFUNDED', id],
      ['PAYMENT.CAPTURE.REFUNDED', id],
      ['CUSTOMER.DISPUTE.CREATED', id],
    ]);
  });

  it('about other things, or an order that is gone, name none, so that PayPal need not send them again', async () => {
    await using opened = await open();
    const { client, driver, fake, clock } = opened;
    await client.createPayout({
      senderBatchId: 'b-1',
      items: [{ receiver: 'a@b.example', amount: eur(100n) }],
    });
    const { id } = await client.createOrder({ intent: 'CAPTURE', purchaseUnits: [{ amount: eur(100n) }] });
    fake.decide(id);
    await clock.advance(4 * hourMs);
    for (const event of fake.events()) {
      const [one] = (await driver.webhooks?.verify(fake.sign(event, clock.now()), clock.now())) ?? [];
      expect(one?.payment, event.type).toBeUndefined();
    }
  });

  it('tell of payments that somebody else made, by their own name', async () => {
    await using opened = await open();
    const { client, driver, deliver } = opened;
    const { id } = await client.createOrder({
      intent: 'CAPTURE',
      purchaseUnits: [{ amount: eur(100n) }],
      paymentSource: { card: { vaultId: testMethods.card } },
    });
    await deliver();
    expect(await driver.find({ reference: id }, call())).toMatchObject({ id, status: 'captured' });
  });
});

describe('lists', () => {
  it('tell how disputes go', async () => {
    await using opened = await open();
    const { driver, fake, gateway } = opened;
    const ids: string[] = [];
    for (const reference of ['a', 'b', 'c', 'd']) {
      const { captures } = await driver.create(payment({ reference, method: testMethods.card }), call());
      ids.push(fake.openDispute(captures[0]?.id ?? '', reference === 'd' ? { stage: 'INQUIRY' } : {}));
    }
    const [a = '', b = '', c = '', d = ''] = ids;
    fake.resolveDispute(a, 'seller');
    fake.resolveDispute(b, 'buyer');
    await opened.client.provideEvidence(c, [], [{ name: 'a.pdf', content: Uint8Array.of(1) }]);
    const listed = await gateway.disputes().toArray();
    expect(Object.fromEntries(listed.map(({ id, status }) => [id, status]))).toEqual({
      [a]: 'won',
      [b]: 'lost',
      [c]: 'under_review',
      [d]: 'needs_response',
    });
  });

  it('show what went to the bank some hours late, as PayPal does, and a payout that came back as failed', async () => {
    await using opened = await open();
    const { gateway, fake, clock } = opened;
    const id = fake.withdraw(eur(5_000n));
    expect(await gateway.payouts().toArray()).toEqual([]);
    await clock.advance(3 * hourMs);
    expect(await gateway.payouts().toArray()).toMatchObject([{ id, amount: eur(5_000n), status: 'paid' }]);
    const [booked] = fake.account().books.transactions;
    Object.assign(booked ?? {}, { status: 'V' });
    expect(await gateway.payouts().toArray()).toMatchObject([{ id, status: 'failed' }]);
  });

  it('name customers within what PayPal takes', () => {
    const ids = Array.from({ length: 50 }, (_, index) =>
      customerIdOf(`customer ${index} ${'x'.repeat(index)}`),
    );
    for (const id of ids) expect(id).toMatch(/^[\w-]{7,22}$/);
    expect(new Set(ids).size).toBe(50);
  });
});

describe('an answer that is wrong', () => {
  it('is refused: PayPal gives what a key made, whatever is asked under it now', async () => {
    await using opened = await open();
    const { driver, client, fake } = opened;
    const units = [{ amount: eur(777n), customId: 'other', invoiceId: 'other' }];
    const paymentSource = { card: { vaultId: testMethods.card } };
    await client.createOrder(
      { intent: 'CAPTURE', purchaseUnits: units, paymentSource },
      { idempotencyKey: 'k' },
    );
    const error = await failure(driver.create(payment({ method: testMethods.card }), call('k')));
    expect(error).toMatchObject({ code: 'invalid_argument', reason: 'reference_reused', effect: 'none' });
    expect(fake.ledger()).toHaveLength(1);
  });

  it('leaves open whether money moved when what it did cannot be written down', async () => {
    let isBroken = false;
    const breakable = (own: StateStore): StateStore => ({
      ...own,
      compareAndSet: async (key, ...rest) => {
        if (isBroken && key.includes('told/')) throw new Error('the store is gone');
        return own.compareAndSet(key, ...rest);
      },
    });
    await using opened = await open({ state: breakable });
    const { driver, fake } = opened;
    isBroken = true;
    const one = call();
    const error = await failure(driver.create(payment({ method: testMethods.card }), one));
    expect(error).toMatchObject({ effect: 'unknown' });
    isBroken = false;
    expect(await driver.create(payment({ method: testMethods.card }), one)).toMatchObject({
      status: 'captured',
    });
    expect(fake.ledger()).toMatchObject([{ captures: 1 }]);
  });
});

it('gives PayPal’s own client', async () => {
  await using opened = await open();
  expect(opened.gateway.native()).toBe(opened.client);
});
