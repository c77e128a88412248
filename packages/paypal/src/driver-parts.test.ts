/** Captures, voids and refunds, beyond what the port’s suite asks. */
import { describe, expect, it } from 'vitest';
import { call, eur, hourMs, open, payment } from './__tests__/driver.ts';
import { failure } from './__tests__/payments.ts';
import { testMethods } from './fake/methods.ts';

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
