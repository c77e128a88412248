/** Payments that the first answer does not settle. */
import { describe, expect } from 'vitest';
import { methodOf, threeDSecure, visa } from './__tests__/payment-harness.ts';
import { amount, authorisation, byName, call, it, order } from './__tests__/shop.ts';

describe('what is not settled by the answer', () => {
  it('a bank’s page: the webhook comes before the customer', async ({ driver, fake, tell }) => {
    const begun = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    // Adyen gives no reference of its own before the customer has chosen.
    expect(begun).toMatchObject({
      id: 'ref:order',
      status: 'requires_action',
      nextAction: { kind: 'redirect' },
    });
    const returned = fake.shopper(begun.id, 'approve');
    await tell(fake.events());
    const paid = await driver.find({ id: begun.id }, call());
    expect(paid).toMatchObject({ id: 'ref:order', status: 'captured', captured: amount });
    await expect(driver.confirm(begun.id, { reference: 'r', returned }, call())).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    const [{ pspReference = '' } = {}] = fake.ledger().slice(-1);
    expect(await driver.find({ id: pspReference }, call())).toEqual(paid);
    expect((await driver.refund(begun.id, { reference: 'back', amount }, call())).status).toBe('refunded');
  });

  it('a bank’s page: the customer comes back, and says no', async ({ driver, fake }) => {
    const { id } = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    const returned = fake.shopper(id, 'decline');
    expect(await driver.confirm(id, { reference: 'r', returned }, call())).toMatchObject({
      status: 'failed',
      declineCode: '16',
    });
  });

  it('a bank’s page: refused by webhook, and paid in another attempt', async ({ driver, tell, clock }) => {
    const { id } = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    await tell([authorisation('ATTEMPT1', false)]);
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'requires_action' });
    await tell([authorisation('ATTEMPT2', true)]);
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'captured' });
    await clock.advance(30 * 86_400_000);
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'captured' });
  });

  it('a bank’s page: refused by webhook, and not paid within a day', async ({ driver, tell, clock }) => {
    const { id } = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    await tell([authorisation('ATTEMPT1', false)]);
    await clock.advance(86_400_000);
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'failed', declineCode: '2' });
  });

  it('a bank’s page that nobody came to', async ({ driver, fake, tell }) => {
    const { id } = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    fake.closeOffer('order', { value: 10_000, currency: 'EUR' });
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({
      status: 'failed',
      declineCode: 'OFFER_CLOSED',
    });
  });

  it('a voucher and an approval on a phone: paid or not, days later', async ({ driver, fake, tell }) => {
    const voucher = await driver.create(order({ method: '{"type":"multibanco"}' }), call());
    const phone = await driver.create(
      order({ reference: 'phone', method: '{"type":"blik","blikCode":"777123"}' }),
      call(),
    );
    for (const one of [voucher, phone])
      expect(one).toMatchObject({ status: 'processing', nextAction: { kind: 'wait_for_webhook' } });
    fake.settlePending(voucher.id, true);
    fake.settlePending(phone.id, false);
    fake.closeOffer('phone', { value: 10_000, currency: 'EUR' });
    await tell(fake.events());
    expect(await driver.find({ id: voucher.id }, call())).toMatchObject({ status: 'captured' });
    expect(await driver.find({ id: phone.id }, call())).toMatchObject({
      status: 'failed',
      declineCode: 'OFFER_CLOSED',
    });
  });

  it('3-D Secure that the customer fails', async ({ driver, fake }) => {
    const { id } = await driver.create(order({ method: methodOf(threeDSecure) }), call());
    const returned = fake.shopper(id, 'decline');
    expect(await driver.confirm(id, { reference: 'r', returned }, call())).toMatchObject({
      status: 'failed',
      declineCode: '11',
    });
  });

  it('a customer who comes back with nothing is waited for', async ({ driver }) => {
    const begun = await driver.create(order({ method: methodOf(threeDSecure) }), call());
    expect(await driver.confirm(begun.id, { reference: 'r', returned: { order: '7' } }, call())).toEqual(
      begun,
    );
  });
});

describe('Adyen’s own page', () => {
  it('takes a payment without a method', async ({ driver, fake, tell }) => {
    const begun = await driver.create(order({ method: undefined }), call());
    expect(begun).toMatchObject({ status: 'requires_action', nextAction: { kind: 'redirect' } });
    const { url } = begun.nextAction as { readonly url: string };
    expect(await (await fetch(url)).text()).toContain('10000 EUR');
    const paid = await fetch(`${url}/pay`, {
      method: 'POST',
      body: new URLSearchParams({ number: visa }),
      redirect: 'manual',
    });
    const back = new URL(paid.headers.get('location') ?? '');
    expect(back.href).toContain('https://shop.test/return?');
    const returned = Object.fromEntries(back.searchParams);
    const done = await driver.confirm(begun.id, { reference: 'r', returned }, call());
    expect(done).toMatchObject({ id: begun.id, status: 'captured' });
    await tell(fake.events());
    expect(await driver.find(byName, call())).toEqual(done);
  });

  it('lets the customer try another card', async ({ driver, fake, tell, clock }) => {
    const begun = await driver.create(order({ method: undefined, capture: 'manual' }), call());
    const { url } = begun.nextAction as { readonly url: string };
    const pay = (holderName: string) =>
      fetch(`${url}/pay`, {
        method: 'POST',
        body: new URLSearchParams({ number: visa, holderName }),
        redirect: 'manual',
      });
    await pay('DECLINED');
    await tell(fake.events());
    expect(await driver.find(byName, call())).toMatchObject({ status: 'requires_action' });
    await pay('A. Shopper');
    await tell(fake.events());
    expect(await driver.find(byName, call())).toMatchObject({ id: begun.id, status: 'authorized' });
    expect((await driver.capture(begun.id, { reference: 'c', amount, final: true }, call())).status).toBe(
      'captured',
    );
    await clock.advance(3_600_000);
    expect(await driver.find(byName, call())).toMatchObject({ status: 'captured' });
  });

  it('ends when its time is over, or the customer gives up', async ({ driver, clock, fake }) => {
    const late = await driver.create(order({ method: undefined }), call());
    const given = await driver.create(order({ reference: 'up', method: undefined }), call());
    const { url } = given.nextAction as { readonly url: string };
    const left = await fetch(`${url}/cancel`, { method: 'POST', redirect: 'manual' });
    const returned = Object.fromEntries(new URL(left.headers.get('location') ?? '').searchParams);
    expect(await driver.confirm(given.id, { reference: 'r', returned }, call())).toMatchObject({
      status: 'failed',
      declineCode: '16',
    });
    await clock.advance(3_600_000);
    expect(await driver.find({ id: late.id }, call())).toMatchObject({
      status: 'failed',
      declineCode: 'OFFER_CLOSED',
    });
    expect(fake.ledger().map(({ reference }) => reference)).not.toContain('order');
  });
});

describe('a payment that is made and begun later', () => {
  it('is begun with a method, or on Adyen’s page', async ({ driver, fake }) => {
    const [one, two] = [
      await driver.create(order({ method: undefined, confirm: false }), call()),
      await driver.create(order({ reference: 'two', method: undefined, confirm: false }), call()),
    ];
    expect(one).toMatchObject({ id: 'ref:order', status: 'created' });
    expect(fake.exchanges).toEqual([]);
    expect(await driver.confirm(one.id, { reference: 'r', method: methodOf(visa) }, call())).toMatchObject({
      id: one.id,
      status: 'captured',
    });
    expect(await driver.confirm(two.id, { reference: 'r2' }, call())).toMatchObject({
      id: two.id,
      status: 'requires_action',
    });
  });

  it('keeps no method, and is let go without Adyen', async ({ driver, fake }) => {
    await expect(driver.create(order({ confirm: false }), call())).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    const { id } = await driver.create(order({ method: undefined, confirm: false }), call());
    expect(await driver.void(id, 'away', call())).toMatchObject({ status: 'voided' });
    await expect(driver.confirm(id, { reference: 'r' }, call())).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(fake.exchanges).toEqual([]);
  });

  it('is cancelled by our reference while the customer is away', async ({ driver, fake, tell }) => {
    const { id } = await driver.create(order({ method: methodOf(threeDSecure) }), call());
    expect(await driver.void(id, 'away', call())).toMatchObject({ status: 'voided' });
    expect(fake.exchanges.at(-1)?.target).toBe('/v72/cancels');
    await tell(fake.events());
    expect(await driver.find(byName, call())).toMatchObject({ status: 'voided' });
  });
});
