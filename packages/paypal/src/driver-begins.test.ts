/** How payments begin and go on at PayPal, beyond what the port’s suite asks. */
import { describe, expect, it } from 'vitest';
import { call, eur, hourMs, open, payment, returnUrl } from './__tests__/driver.ts';
import { failure } from './__tests__/payments.ts';
import { testMethods } from './fake/methods.ts';

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
