/** Webhooks, lists and wrong answers, beyond what the port’s suite asks. */
import type { StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { call, eur, hourMs, open, payment } from './__tests__/driver.ts';
import { failure } from './__tests__/payments.ts';
import { customerIdOf } from './driver/lists.ts';
import { testMethods } from './fake/methods.ts';

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
