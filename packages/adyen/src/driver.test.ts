import { memoryState } from '@im/core';
import { createPaymentGateway, type DriverCreate, money, type PaymentAlert } from '@im/payments';
import { describePaymentGateway } from '@im/payments/vitest';
import { createVirtualClock } from '@im/testing';
import { describe, expect, test } from 'vitest';
import { type Bench, methodOf, openBench, paymentHarness, threeDSecure, visa, webhookOf } from './__tests__/payment-harness.ts';
import type { FakeItem } from './testing.ts';

describePaymentGateway('Adyen', paymentHarness);

const amount = money(10_000n, 'EUR');
let keys = 0;
const call = () => {
  keys += 1;
  return { signal: new AbortController().signal, idempotencyKey: `key-${keys}` };
};
const order = (more: Partial<DriverCreate> = {}): DriverCreate => ({
  reference: 'order',
  amount,
  method: methodOf(visa),
  capture: 'automatic',
  confirm: true,
  returnUrl: 'https://shop.test/return',
  ...more,
});
const it = (title: string, work: (bench: Bench) => Promise<void>, options: Parameters<typeof openBench>[0] = {}) =>
  test(title, async () => {
    const bench = await openBench(options);
    try {
      await work(bench);
    } finally {
      await bench.close();
    }
  });
const byName = { reference: 'order' } as const;

describe('what is not settled by the answer', () => {
  it('a bank’s page: the webhook comes before the customer', async ({ driver, fake, tell }) => {
    const begun = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    // Adyen gives no reference of its own before the customer has chosen.
    expect(begun).toMatchObject({ id: 'ref:order', status: 'requires_action', nextAction: { kind: 'redirect' } });
    const returned = fake.shopper(begun.id, 'approve');
    await tell(fake.events());
    const paid = await driver.find({ id: begun.id }, call());
    expect(paid).toMatchObject({ id: 'ref:order', status: 'captured', captured: amount });
    await expect(driver.confirm(begun.id, { reference: 'r', returned }, call())).rejects.toMatchObject({ code: 'failed_precondition' });
    const [{ pspReference = '' } = {}] = fake.ledger().slice(-1);
    expect(await driver.find({ id: pspReference }, call())).toEqual(paid);
    expect((await driver.refund(begun.id, { reference: 'back', amount }, call())).status).toBe('refunded');
  });

  it('a bank’s page: the customer comes back, and says no', async ({ driver, fake }) => {
    const { id } = await driver.create(order({ method: '{"type":"ideal"}' }), call());
    const returned = fake.shopper(id, 'decline');
    expect(await driver.confirm(id, { reference: 'r', returned }, call())).toMatchObject({ status: 'failed', declineCode: '16' });
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
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'failed', declineCode: 'OFFER_CLOSED' });
  });

  it('a voucher and an approval on a phone: paid or not, days later', async ({ driver, fake, tell }) => {
    const voucher = await driver.create(order({ method: '{"type":"multibanco"}' }), call());
    const phone = await driver.create(order({ reference: 'phone', method: '{"type":"mbway","telephoneNumber":"+351 910 000 000"}' }), call());
    for (const one of [voucher, phone])
      expect(one).toMatchObject({ status: 'processing', nextAction: { kind: 'wait_for_webhook' } });
    fake.settlePending(voucher.id, true);
    fake.settlePending(phone.id, false);
    fake.closeOffer('phone', { value: 10_000, currency: 'EUR' });
    await tell(fake.events());
    expect(await driver.find({ id: voucher.id }, call())).toMatchObject({ status: 'captured' });
    expect(await driver.find({ id: phone.id }, call())).toMatchObject({ status: 'failed', declineCode: 'OFFER_CLOSED' });
  });

  it('3-D Secure that the customer fails', async ({ driver, fake }) => {
    const { id } = await driver.create(order({ method: methodOf(threeDSecure) }), call());
    const returned = fake.shopper(id, 'decline');
    expect(await driver.confirm(id, { reference: 'r', returned }, call())).toMatchObject({ status: 'failed', declineCode: '11' });
  });

  it('a customer who comes back with nothing is waited for', async ({ driver }) => {
    const begun = await driver.create(order({ method: methodOf(threeDSecure) }), call());
    expect(await driver.confirm(begun.id, { reference: 'r', returned: { order: '7' } }, call())).toEqual(begun);
  });
});

describe('Adyen’s own page', () => {
  it('takes a payment without a method', async ({ driver, fake, tell }) => {
    const begun = await driver.create(order({ method: undefined }), call());
    expect(begun).toMatchObject({ status: 'requires_action', nextAction: { kind: 'redirect' } });
    const { url } = begun.nextAction as { readonly url: string };
    expect(await (await fetch(url)).text()).toContain('10000 EUR');
    const paid = await fetch(`${url}/pay`, { method: 'POST', body: new URLSearchParams({ number: visa }), redirect: 'manual' });
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
      fetch(`${url}/pay`, { method: 'POST', body: new URLSearchParams({ number: visa, holderName }), redirect: 'manual' });
    await pay('DECLINED');
    await tell(fake.events());
    expect(await driver.find(byName, call())).toMatchObject({ status: 'requires_action' });
    await pay('A. Shopper');
    await tell(fake.events());
    expect(await driver.find(byName, call())).toMatchObject({ id: begun.id, status: 'authorized' });
    expect((await driver.capture(begun.id, { reference: 'c', amount, final: true }, call())).status).toBe('captured');
    await clock.advance(3_600_000);
    expect(await driver.find(byName, call())).toMatchObject({ status: 'captured' });
  });

  it('ends when its time is over, or the customer gives up', async ({ driver, clock, fake }) => {
    const late = await driver.create(order({ method: undefined }), call());
    const given = await driver.create(order({ reference: 'up', method: undefined }), call());
    const { url } = given.nextAction as { readonly url: string };
    const left = await fetch(`${url}/cancel`, { method: 'POST', redirect: 'manual' });
    const returned = Object.fromEntries(new URL(left.headers.get('location') ?? '').searchParams);
    expect(await driver.confirm(given.id, { reference: 'r', returned }, call())).toMatchObject({ status: 'failed', declineCode: '16' });
    await clock.advance(3_600_000);
    expect(await driver.find({ id: late.id }, call())).toMatchObject({ status: 'failed', declineCode: 'OFFER_CLOSED' });
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
    expect(await driver.confirm(one.id, { reference: 'r', method: methodOf(visa) }, call())).toMatchObject({ id: one.id, status: 'captured' });
    expect(await driver.confirm(two.id, { reference: 'r2' }, call())).toMatchObject({ id: two.id, status: 'requires_action' });
  });

  it('keeps no method, and is let go without Adyen', async ({ driver, fake }) => {
    await expect(driver.create(order({ confirm: false }), call())).rejects.toMatchObject({ code: 'invalid_argument' });
    const { id } = await driver.create(order({ method: undefined, confirm: false }), call());
    expect(await driver.void(id, 'away', call())).toMatchObject({ status: 'voided' });
    await expect(driver.confirm(id, { reference: 'r' }, call())).rejects.toMatchObject({ code: 'failed_precondition' });
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

describe('what fails later', () => {
  it('a capture that is refused, and one that the scheme rejects afterwards', async ({ driver, fake, tell }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.account().failNext.capture = 1;
    expect(await driver.capture(id, { reference: 'c1', amount, final: true }, call())).toMatchObject({
      status: 'captured',
      captures: [{ reference: 'c1', status: 'pending' }],
    });
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'authorized', captured: { minor: 0n }, captures: [{ status: 'failed' }] });
    const again = await driver.capture(id, { reference: 'c2', amount, final: true }, call());
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'captured', captures: [{ status: 'failed' }, { status: 'succeeded' }] });
    fake.failLater(again.captures[1]?.id ?? '', 'CAPTURE_FAILED');
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'authorized', captured: { minor: 0n } });
  });

  it('a capture that Adyen made by itself', async ({ driver, fake, tell }) => {
    const { id } = await driver.create(order(), call());
    await tell([change('CAPTURE_FAILED', 'CAPTURED', id, 10_000)]);
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'authorized', captured: { minor: 0n }, captures: [{ status: 'failed' }] });
    expect(fake.ledger().at(-1)?.captured).toBe(10_000);
  });

  for (const eventCode of ['REFUND_FAILED', 'REFUNDED_REVERSED'] as const)
    it(`a refund that had succeeded (${eventCode})`, async ({ driver, fake, tell }) => {
      const { id } = await driver.create(order(), call());
      const refunded = await driver.refund(id, { reference: 'back', amount, reason: 'duplicate' }, call());
      expect(refunded).toMatchObject({ status: 'refunded', refunds: [{ reference: 'back', status: 'pending' }] });
      await tell(fake.events());
      expect(await driver.find({ id }, call())).toMatchObject({ refunds: [{ status: 'succeeded' }] });
      fake.failLater(refunded.refunds[0]?.id ?? '', eventCode);
      await tell(fake.events());
      expect(await driver.find({ id }, call())).toMatchObject({ status: 'captured', refunded: { minor: 0n }, refunds: [{ status: 'failed' }] });
      expect((await driver.refund(id, { reference: 'again', amount }, call())).status).toBe('refunded');
    });

  it('a void: told under a name of its own, and the authorization lives', async ({ driver, fake, clock }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.account().failNext.cancel = 1;
    expect((await driver.void(id, 'away', call())).status).toBe('voided');
    const events = await driver.webhooks?.verify(webhookOf(fake, fake.events().slice(-1), clock.now()), clock.now());
    expect(events).toMatchObject([{ type: 'CANCELLATION:false', payment: { id } }]);
    expect((await driver.find({ id }, call()))?.status).toBe('authorized');
  });

  it('an authorization that expires, by the webhook or by the clock', async ({ driver, fake, tell, clock }) => {
    const held = await driver.create(order({ capture: 'manual' }), call());
    const part = await driver.create(order({ reference: 'part', capture: 'manual' }), call());
    await driver.capture(part.id, { reference: 'p', amount: money(4_000n, 'EUR'), final: false }, call());
    await clock.advance(28 * 86_400_000);
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'expired' });
    expect(await driver.find({ id: part.id }, call())).toMatchObject({ status: 'partially_captured' });
    await tell(fake.events());
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'expired' });
    expect(await driver.find({ id: part.id }, call())).toMatchObject({ status: 'captured', captured: { minor: 4_000n } });
  });
});

describe('one capture for an account without several', () => {
  const single = { multiplePartialCaptures: false };
  it('refuses to keep the rest, before anything is sent', async ({ driver, fake }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    const sent = fake.exchanges.length;
    const part = { reference: 'c', amount: money(1_000n, 'EUR'), final: false };
    await expect(driver.capture(id, part, call())).rejects.toMatchObject({ code: 'failed_precondition', reason: 'multiple_partial_captures' });
    expect(fake.exchanges).toHaveLength(sent);
    expect(await driver.capture(id, { ...part, final: true }, call())).toMatchObject({ status: 'captured', captured: { minor: 1_000n } });
  }, single);
});

describe('who is asked about something else', () => {
  const gatewayOf = ({ driver, state, clock }: Bench) => {
    const alerts: PaymentAlert[] = [];
    const gateway = createPaymentGateway(driver, { state, clock, onAlert: (alert) => void alerts.push(alert) });
    return { gateway, alerts };
  };

  for (const [what, change] of [
    ['reference', { merchantReference: 'another' }],
    ['amount', { amount: { value: 1, currency: 'EUR' } }],
    ['currency', { amount: { value: 10_000, currency: 'USD' } }],
  ] as const)
    it(`an answer about another ${what} is an alert, and no success ever`, async (bench) => {
      const { gateway, alerts } = gatewayOf(bench);
      const answer = { pspReference: 'STRANGER', resultCode: 'Authorised', merchantReference: 'order', amount: { value: 10_000, currency: 'EUR' }, ...change };
      bench.fake.inject({ fault: { kind: 'status', status: 200, body: JSON.stringify(answer), headers: { 'content-type': 'application/json' } } });
      const create = { reference: 'order', amount, method: methodOf(visa) };
      await expect(gateway.create(create)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
      expect(alerts).toMatchObject([{ kind: 'integrity' }]);
      expect(await bench.driver.find(byName, call())).toBeUndefined();
    });

  it('a webhook about another amount is an alert, and no success', async (bench) => {
    const { gateway, alerts } = gatewayOf(bench);
    bench.fake.inject({ fault: { kind: 'cut', when: 'before' }, method: 'POST' });
    await expect(gateway.create({ reference: 'order', amount, method: methodOf(visa) })).rejects.toMatchObject({ effect: 'unknown' });
    const inbox = gateway.inbox({ handle: async () => {} });
    const forged = webhookOf(bench.fake, [{ ...authorisation('CHEAPER', true), amount: { value: 1, currency: 'EUR' } }], bench.clock.now());
    await expect(inbox.receive(forged)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
    expect(alerts).toHaveLength(1);
    expect((await bench.driver.find(byName, call()))?.status).not.toBe('captured');
  });

  it('a second authorization under one reference is an alert', async (bench) => {
    const { gateway, alerts } = gatewayOf(bench);
    const { id } = await gateway.create({ reference: 'order', amount, method: methodOf(visa) });
    const inbox = gateway.inbox({ handle: async () => {} });
    const twice = webhookOf(bench.fake, [authorisation('AGAIN', true)], bench.clock.now());
    await expect(inbox.receive(twice)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
    expect(alerts).toMatchObject([{ kind: 'integrity', payment: 'AGAIN' }]);
    expect(await gateway.retrieve({ id })).toMatchObject({ id, status: 'captured', captured: amount });
  });
});

/** Items of the account, made by hand. */
const of = (eventCode: string, pspReference: string, success: boolean, more: object): FakeItem => ({
  eventCode,
  pspReference,
  merchantAccountCode: 'Merchant_tenant_a',
  success: success ? 'true' : 'false',
  ...more,
});
function authorisation(psp: string, success: boolean): FakeItem {
  return of('AUTHORISATION', psp, success, {
    merchantReference: 'order',
    amount: { value: 10_000, currency: 'EUR' },
    paymentMethod: 'ideal',
    reason: success ? '' : 'Refused',
  });
}
function change(eventCode: string, psp: string, payment: string, value: number, success = true): FakeItem {
  return of(eventCode, psp, success, { originalReference: payment, merchantReference: 'order', amount: { value, currency: 'EUR' } });
}

describe('the order in which things are told', () => {
  /** Every order of some, and each of them twice. */
  const shuffled = function* <Item>(items: readonly Item[], rounds: number): Generator<readonly Item[]> {
    let seed = 7;
    for (let round = 0; round < rounds; round += 1) {
      const left = [...items, ...items];
      const out: Item[] = [];
      while (left.length > 0) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        out.push(...left.splice((seed >>> 8) % left.length, 1));
      }
      yield out;
    }
  };

  test('does not matter, nor that it is told twice: the payment is the same', async () => {
    const story: readonly FakeItem[] = [
      authorisation('ATTEMPT1', false),
      authorisation('P', true),
      change('CAPTURE', 'C1', 'P', 6_000),
      change('CAPTURE', 'C2', 'P', 3_000),
      change('CAPTURE', 'C3', 'P', 500, false),
      change('CAPTURE_FAILED', 'C2', 'P', 3_000),
      change('REFUND', 'R1', 'P', 1_000),
      change('REFUND', 'R2', 'P', 2_000),
      change('REFUND_FAILED', 'R2', 'P', 2_000),
      change('CANCELLATION', 'V', 'P', 10_000, false),
      of('EXPIRE', 'P', true, { merchantReference: 'order', amount: { value: 10_000, currency: 'EUR' } }),
      of('RECURRING_CONTRACT', 'TOKEN', true, { originalReference: 'P', amount: { value: 0, currency: 'EUR' }, additionalData: { 'recurring.shopperReference': 'shopper' } }),
    ];
    const bench = await openBench({ merchantAccount: 'Merchant_tenant_a' });
    const dateOf = new Map(story.map((item, index) => [item, bench.clock.now() + index]));
    const tellAll = async (items: readonly FakeItem[]) => {
      const state = memoryState(bench.clock);
      const other = await openBench({ merchantAccount: 'Merchant_tenant_a' }, { clock: bench.clock, state: () => state });
      for (const item of items)
        await other.driver.webhooks?.verify(webhookOf(other.fake, [item], dateOf.get(item) ?? 0), 0);
      const payment = await other.driver.find(byName, call());
      await other.close();
      const sorted = (moves: readonly { readonly id: string }[] = []) => [...moves].sort((a, b) => (a.id < b.id ? -1 : 1));
      return { ...payment, id: undefined, captures: sorted(payment?.captures), refunds: sorted(payment?.refunds) };
    };
    const expected = await tellAll(story);
    expect(expected).toMatchObject({
      status: 'partially_refunded',
      captured: { minor: 6_000n },
      refunded: { minor: 1_000n },
      captures: [{ status: 'succeeded' }, { status: 'failed' }, { status: 'failed' }],
      refunds: [{ status: 'succeeded' }, { status: 'failed' }],
      mandate: 'TOKEN@shopper',
    });
    for (const items of shuffled(story, 40)) expect(await tellAll(items)).toEqual(expected);
    await bench.close();
  });

  it('a change that is told before the answer to it, and before its payment', async ({ driver, fake, tell, another }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'POST', path: /captures$/ });
    const capture = { reference: 'c1', amount: money(4_000n, 'EUR'), final: false };
    const same = call();
    await expect(driver.capture(id, capture, same)).rejects.toMatchObject({ effect: 'unknown' });
    // Nothing was told of it: what is under way counts for what is left, and is shown to nobody.
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'authorized', captures: [] });
    await expect(another().capture(id, { reference: 'c2', amount: money(6_001n, 'EUR'), final: true }, call())).rejects.toMatchObject({ reason: 'amount' });
    await tell(fake.events().toReversed());
    const told = await driver.find({ id }, call());
    expect(told).toMatchObject({ status: 'partially_captured', captures: [{ reference: 'c1', status: 'succeeded' }] });
    expect(await driver.capture(id, capture, same)).toEqual(told);
    expect(fake.ledger().at(-1)).toMatchObject({ captured: 4_000, captures: 1 });
  });

  it('what is reserved is free again when it was surely not done, and when its key is forgotten', async ({ driver, fake, clock }) => {
    const { id } = await driver.create(order(), call());
    const all = { reference: 'back', amount };
    fake.inject({ fault: { kind: 'status', status: 422 }, path: /refunds$/ });
    await expect(driver.refund(id, all, call())).rejects.toMatchObject({ effect: 'none' });
    fake.inject({ fault: { kind: 'cut', when: 'before' }, path: /refunds$/ });
    await expect(driver.refund(id, { ...all, reference: 'lost' }, call())).rejects.toMatchObject({ effect: 'unknown' });
    await expect(driver.refund(id, { ...all, reference: 'other' }, call())).rejects.toMatchObject({ code: 'failed_precondition' });
    await clock.advance(7 * 86_400_000);
    expect((await driver.refund(id, { ...all, reference: 'other' }, call())).status).toBe('refunded');
  });

  it('a reversal is a refund of what was captured, and lets go what was not', async ({ client, driver, fake, tell }) => {
    const [held, taken] = [
      await driver.create(order({ reference: 'held', capture: 'manual' }), call()),
      await driver.create(order({ reference: 'taken' }), call()),
    ];
    for (const { id } of [held, taken]) await client.reversePayment(id);
    await tell(fake.events());
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'voided' });
    expect(await driver.find({ id: taken.id }, call())).toMatchObject({ status: 'refunded', refunded: amount });
  });
});

describe('disputes', () => {
  const stories = [
    [['NOTIFICATION_OF_CHARGEBACK'], 'needs_response'],
    [['NOTIFICATION_OF_CHARGEBACK', 'CHARGEBACK', 'INFORMATION_SUPPLIED'], 'under_review'],
    [['NOTIFICATION_OF_CHARGEBACK', 'CHARGEBACK', 'INFORMATION_SUPPLIED', 'CHARGEBACK_REVERSED'], 'won'],
    [['CHARGEBACK', 'CHARGEBACK_REVERSED', 'SECOND_CHARGEBACK'], 'lost'],
    [['CHARGEBACK', 'DISPUTE_DEFENSE_PERIOD_ENDED'], 'lost'],
    [['REQUEST_FOR_INFORMATION', 'INFORMATION_SUPPLIED', 'ISSUER_RESPONSE_TIMEFRAME_EXPIRED'], 'won'],
    [['CHARGEBACK', 'PREARBITRATION_OPEN', 'PREARBITRATION_WON'], 'won'],
    [['CHARGEBACK', 'PREARBITRATION_DECLINED', 'SCHEME_ARBITRATION', 'SCHEME_ARBITRATION_LOST'], 'lost'],
  ] as const;

  it('stand as their last stage says, in whichever order it is told', async ({ driver, tell }) => {
    const { id } = await driver.create(order(), call());
    for (const [index, [codes]] of stories.entries())
      for (const code of index % 2 === 0 ? codes : codes.toReversed()) await tell([change(code, `D${index}`, id, 5_000 + index)]);
    const { items = [] } = (await driver.disputes?.(undefined, call())) ?? {};
    expect(items.map(({ status }) => status)).toEqual(stories.map(([, status]) => status));
    expect(items[3]).toMatchObject({ id: 'D3', payment: id, amount: { minor: 5_003n } });
  });

  it('that cannot be defended are lost', async ({ driver, tell }) => {
    await tell([{ ...change('CHARGEBACK', 'D', 'UNKNOWN', 100), additionalData: { defendable: 'false' } }]);
    expect((await driver.disputes?.(undefined, call()))?.items).toMatchObject([{ status: 'lost', payment: 'UNKNOWN' }]);
  });

  it('are defended with documents, or given up', async ({ client, driver, fake, tell }) => {
    const { id } = await driver.create(order(), call());
    const [one, two] = [fake.dispute(id), fake.dispute(id, 100)];
    await expect(client.defendDispute(one, 'SupplyDefenseMaterial')).rejects.toMatchObject({ code: 'failed_precondition' });
    const content = Uint8Array.of(37, 80, 68, 70);
    await client.supplyDefenseDocuments(one, [{ defenseDocumentTypeCode: 'DefenseMaterial', contentType: 'application/pdf', content }]);
    expect(await client.listDefenseReasons(one)).toMatchObject([{ satisfied: true }, { satisfied: false }]);
    await client.defendDispute(one, 'SupplyDefenseMaterial');
    await client.acceptDispute(two);
    fake.disputeEvent(one, 'CHARGEBACK_REVERSED');
    await tell(fake.events());
    expect((await driver.disputes?.(undefined, call()))?.items.map(({ status }) => status)).toEqual(['won', 'lost']);
    const large = [{ defenseDocumentTypeCode: 'DefenseMaterial', contentType: 'image/jpeg', content: new Uint8Array(2_097_153) }] as const;
    await expect(client.supplyDefenseDocuments(one, large)).rejects.toMatchObject({ code: 'invalid_argument', effect: 'none' });
  });
});

test('a driver over state that outlives the process knows what another one was told', async () => {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  const first = await openBench({}, { clock, state: () => state });
  const { id } = await first.driver.create(order(), call());
  expect(await first.another().find({ id }, call())).toMatchObject({ status: 'captured' });
  await first.close();
});
