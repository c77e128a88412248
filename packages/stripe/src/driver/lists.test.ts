/** Customers, lists and webhooks, beyond what the port's suite asks. */
import { money } from '@im/payments';
import type { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../__tests__/connect.ts';
import { openDriver } from '../__tests__/payments.ts';
import { signatureHeader, signWebhook } from '../webhook.ts';
import { isPayout, toLine } from './settlements.ts';

const amount = money(2_000n, 'EUR');

let opened: Awaited<ReturnType<typeof openDriver>>;
let count = 0;
beforeEach(async () => {
  opened = await openDriver();
});
afterEach(() => opened.close());

const call = () => {
  count += 1;
  return { signal: new AbortController().signal, idempotencyKey: `key-${count}` };
};
const charge = (reference: string, method = 'pm_card_visa') =>
  opened.driver.create({ reference, amount, method, capture: 'automatic', confirm: true }, call());

describe('customers', () => {
  it('keep their e-mail, and are found at once and later', async () => {
    const make = () =>
      opened.driver.vault?.createCustomer({ reference: 'ada', email: 'ada@shop.test' }, call());
    const first = await make();
    expect((await make())?.id).toBe(first?.id);
    await opened.clock.advance(86_400_000);
    expect((await make())?.id).toBe(first?.id);
    expect((await opened.client.retrieveCustomer(first?.id ?? '')) as Stripe.Customer).toMatchObject({
      email: 'ada@shop.test',
    });
  });

  it('show what they saved: kind, brand, last digits and end', async () => {
    const { id = '' } = (await opened.driver.vault?.createCustomer({ reference: 'bob' }, call())) ?? {};
    opened.fake.save(id, 'pm_card_mastercard');
    opened.fake.save(id, 'pm_usBankAccount_success');
    const { items } = (await opened.driver.vault?.listMethods(id, undefined, call())) ?? { items: [] };
    expect(items).toEqual([
      { id: expect.any(String), kind: 'us_bank_account', last4: '6789' },
      { id: expect.any(String), kind: 'card', brand: 'mastercard', last4: '4444', expires: '2032-08' },
    ]);
  });

  it('have what they never had deleted with success', async () => {
    await opened.driver.vault?.deleteMethod('pm_nobody', call());
    expect(
      (await failure(opened.driver.vault?.listMethods('cus_nobody', undefined, call()) ?? Promise.resolve()))
        .code,
    ).toBe('not_found');
  });
});

describe('disputes', () => {
  it.each([
    ['pm_card_createDispute', undefined, 'needs_response'],
    ['pm_card_createDisputeInquiry', undefined, 'needs_response'],
    ['pm_card_createDispute', 'It was delivered.', 'under_review'],
    ['pm_card_createDispute', 'winning_evidence', 'won'],
    ['pm_card_createDispute', 'losing_evidence', 'lost'],
    ['pm_card_createDisputeInquiry', 'winning_evidence', 'won'],
  ] as const)('of %s, answered with %s, are %s', async (method, evidence, status) => {
    const { id } = await charge('disputed', method);
    const [{ id: dispute = '' } = {}] = await opened.client.listDisputes().toArray();
    if (evidence !== undefined)
      await opened.client.updateDispute(dispute, {
        evidence: { uncategorized_text: evidence },
        submit: true,
      });
    const page = await opened.driver.disputes?.(undefined, call());
    expect(page?.items).toMatchObject([{ id: dispute, payment: id, amount, status, reason: 'fraudulent' }]);
  });
});

describe('settlements', () => {
  it('consist of charges, refunds, disputes and their fees, and add up to the payout', async () => {
    const [one, two, three] = [await charge('one'), await charge('two'), await charge('three')];
    await opened.driver.refund(one.id, { reference: 'one-back', amount: money(500n, 'EUR') }, call());
    opened.fake.dispute(two.id);
    const payout = opened.fake.payOut('EUR', [one.id, two.id, three.id]) ?? '';
    const { items = [] } = (await opened.driver.settlements?.(payout, undefined, call())) ?? {};
    expect(items.map(({ kind, payment, reference }) => [kind, payment, reference])).toEqual([
      ['dispute', two.id, undefined],
      ['refund', one.id, undefined],
      ['payment', three.id, 'three'],
      ['payment', two.id, 'two'],
      ['payment', one.id, 'one'],
    ]);
    const net = items.reduce((sum, line) => sum + line.net.minor, 0n);
    const [{ amount: paid } = {}] = (await opened.driver.payouts?.(undefined, call()))?.items ?? [];
    expect(paid).toEqual(money(net, 'EUR'));
    for (const line of items) expect(line.gross.minor - line.fee.minor).toBe(line.net.minor);
  });

  const line = {
    id: 'txn_1',
    amount: 2_350,
    fee: 98,
    net: 2_252,
    currency: 'usd',
    type: 'charge',
    reporting_category: 'charge',
  } as Stripe.BalanceTransaction;
  const of = (source: object) => toLine({ ...line, source: source as Stripe.BalanceTransactionSource });
  const paid = {
    id: 'ch_1',
    object: 'charge',
    payment_intent: 'pi_1',
    currency: 'eur',
    amount_captured: 2_000,
    metadata: { im_reference: 'order' },
  };

  it('of another currency say what was moved in the payment’s own', () => {
    expect(of(paid)).toEqual({
      id: 'txn_1',
      kind: 'payment',
      payment: 'pi_1',
      reference: 'order',
      movement: 'ch_1',
      gross: money(2_350n, 'USD'),
      fee: money(98n, 'USD'),
      net: money(2_252n, 'USD'),
      original: money(2_000n, 'EUR'),
    });
    const refund = {
      id: 're_1',
      object: 'refund',
      payment_intent: { id: 'pi_1' },
      currency: 'eur',
      amount: 500,
    };
    expect(of(refund)).toMatchObject({ payment: 'pi_1', movement: 're_1', original: money(-500n, 'EUR') });
  });

  it('of one of several captures do not say which', () => {
    const several = { ...paid, payment_method_details: { card: { multicapture: { status: 'available' } } } };
    expect(of(several)).not.toHaveProperty('movement');
    expect(of(several)).not.toHaveProperty('original');
  });

  it.each([
    ['fee', 'fee'],
    ['network_cost', 'fee'],
    ['dispute_reversal', 'dispute'],
    ['refund_failure', 'adjustment'],
    ['category_of_next_year', 'adjustment'],
  ])('of the category %s are of the kind %s', (reporting_category, kind) => {
    expect(toLine({ ...line, reporting_category, source: null })).toMatchObject({ kind });
  });

  it('leave the payout itself out, and not what came back of another one', () => {
    expect(isPayout({ ...line, type: 'payout', source: 'po_1' }, 'po_1')).toBe(true);
    expect(isPayout({ ...line, type: 'payout_failure', source: 'po_0' }, 'po_1')).toBe(false);
  });
});

describe('payouts', () => {
  it('that failed say so', async () => {
    const { id } = await charge('paid');
    opened.fake.payOut('EUR', [id]);
    await opened.clock.advance(3 * 86_400_000);
    expect((await opened.driver.payouts?.(undefined, call()))?.items).toMatchObject([{ status: 'paid' }]);
  });
});

describe('events', () => {
  const eventOf = (account: string | undefined, object: object) => {
    const body = Buffer.from(
      JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', account, data: { object } }),
    );
    const { clock, fake } = opened;
    const headers = { [signatureHeader]: signWebhook(body, fake.account().webhookSecrets, clock.now()) };
    return opened.driver.webhooks?.verify({ body, headers }, clock.now());
  };

  it('say which payment they are about, and its amount where they are the payment', async () => {
    expect(
      await eventOf(undefined, { object: 'payment_intent', id: 'pi_1', amount: 500, currency: 'jpy' }),
    ).toEqual([{ id: 'evt_1', type: 'x', payment: { id: 'pi_1' }, amount: money(500n, 'JPY') }]);
    expect(
      await eventOf(undefined, { object: 'refund', payment_intent: 'pi_1', amount: 500, currency: 'jpy' }),
    ).toEqual([{ id: 'evt_1', type: 'x', payment: { id: 'pi_1' } }]);
    expect(await eventOf(undefined, { object: 'customer', id: 'cus_1' })).toEqual([
      { id: 'evt_1', type: 'x' },
    ]);
    expect(await eventOf(undefined, { object: 'charge', payment_intent: null })).toEqual([
      { id: 'evt_1', type: 'x' },
    ]);
  });

  it('of a connected account are about a payment only where the payment is one of ours', async () => {
    const { id } = await charge('ours');
    const about = (intent: string) => ({ object: 'charge', payment_intent: intent });
    expect(await eventOf('acct_other', about('pi_nobody'))).toEqual([{ id: 'evt_1', type: 'x' }]);
    expect(await eventOf('acct_ours', about(id))).toMatchObject([{ payment: { id } }]);
    opened.fake.inject({ fault: { kind: 'status', status: 503 } });
    expect((await failure(eventOf('acct_other', about(id)) ?? Promise.resolve())).code).toBe('unavailable');
  });
});
