/** The fake does what PayPal documents: vault, subscriptions, disputes, payouts. */
import { money } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { dayMs, eur, order, page } from './__tests__/orders.ts';
import { failure, openPaypal } from './__tests__/payments.ts';
import { testCustomer, testMethods } from './fake/methods.ts';

describe('the vault', () => {
  it('saves a method by a setup token that the customer agreed to', async () => {
    // The description of January 2024 knows no token of the kind SETUP_TOKEN.
    await using opened = await openPaypal({ record: false });
    const { client, fake } = opened;
    const setup = await client.createSetupToken({
      customer: { id: 'customer-1' },
      paymentSource: { paypal: { usageType: 'MERCHANT', experienceContext: page } },
    });
    expect(setup.status).toBe('PAYER_ACTION_REQUIRED');
    const make = () =>
      client.createPaymentToken({ customer: { id: 'customer-1' }, from: { setupToken: setup.id } });
    expect(await failure(make())).toMatchObject({
      code: 'failed_precondition',
      reason: 'PAYER_ACTION_REQUIRED',
    });
    expect(fake.decide(setup.id)).toMatchObject({ approval_token_id: setup.id });
    const saved = await make();
    expect(await client.listPaymentTokens('customer-1').toArray()).toMatchObject([{ id: saved.id }]);
    expect(await failure(make())).toMatchObject({ reason: 'SETUP_TOKEN_ALREADY_TOKENIZED' });
    const paid = await client.createOrder(order(500n, { paypal: { vaultId: saved.id } }));
    expect(paid.status).toBe('COMPLETED');
    await client.deletePaymentToken(saved.id);
    await client.deletePaymentToken(saved.id);
    expect(await failure(client.createOrder(order(500n, { paypal: { vaultId: saved.id } })))).toMatchObject({
      reason: 'TOKEN_ID_NOT_FOUND',
    });
  });

  it('lists by pages, and goes on from a cursor with the pages of before', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const all = await client.listPaymentTokens(testCustomer).toArray();
    expect(all).toHaveLength(Object.keys(testMethods).length);
    let next: string | undefined;
    const pages = client.listPaymentTokens(testCustomer, { pageSize: 4 });
    for await (const page of pages.pages()) {
      expect(page).toMatchObject({ items: { length: 4 }, total: all.length });
      next = page.next;
      break;
    }
    const rest = client.listPaymentTokens(testCustomer, { cursor: next });
    expect((await rest.toArray()).map(({ id }) => id)).toEqual(all.slice(4).map(({ id }) => id));
    expect(await failure(client.listPaymentTokens(testCustomer, { cursor: 'else' }).toArray())).toMatchObject(
      {
        code: 'invalid_argument',
      },
    );
  });
});

describe('a subscription', () => {
  const subscribe = async (opened: Awaited<ReturnType<typeof openPaypal>>, decision?: 'declined') => {
    const { client, fake } = opened;
    const product = await client.createProduct({ name: 'Thing', type: 'SERVICE' });
    const plan = await client.createPlan({
      productId: product.id,
      name: 'Monthly',
      billingCycles: [
        {
          sequence: 1,
          tenureType: 'TRIAL',
          frequency: { intervalUnit: 'MONTH', intervalCount: 1 },
          totalCycles: 1,
          pricingScheme: { fixedPrice: eur(100n) },
        },
        {
          sequence: 2,
          tenureType: 'REGULAR',
          frequency: { intervalUnit: 'MONTH', intervalCount: 1 },
          totalCycles: 3,
          pricingScheme: { fixedPrice: eur(1_000n) },
        },
      ],
      paymentPreferences: { autoBillOutstanding: false, paymentFailureThreshold: 2 },
    });
    const made = await client.createSubscription({ planId: plan.id, applicationContext: page });
    expect(made.status).toBe('APPROVAL_PENDING');
    fake.decide(made.id, decision);
    return { id: made.id, plan: plan.id };
  };
  const ever = { from: '2029-01-01T00:00:00Z', to: '2031-01-01T00:00:00Z' };

  it('bills by the clock, trial first, and ends', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const { id } = await subscribe(opened);
    const paid = async () =>
      (await client.listSubscriptionPayments(id, ever)).map(
        ({ amountWithBreakdown }) => amountWithBreakdown?.grossAmount.minor,
      );
    expect((await client.getSubscription(id)).status).toBe('ACTIVE');
    expect(await paid()).toEqual([100n]);
    await clock.advance(32 * dayMs);
    expect(await paid()).toEqual([100n, 1_000n]);
    await clock.advance(62 * dayMs);
    expect(await paid()).toEqual([100n, 1_000n, 1_000n, 1_000n]);
    expect((await client.getSubscription(id)).status).toBe('EXPIRED');
  });

  it('is paused, gone on with and ended, and a repetition of that is no error', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    const { id } = await subscribe(opened);
    const status = async () => (await client.getSubscription(id)).status;
    await client.suspendSubscription(id, 'holiday');
    expect(await status()).toBe('SUSPENDED');
    expect(await failure(client.suspendSubscription(id, 'holiday'))).toMatchObject({
      reason: 'SUBSCRIPTION_STATUS_INVALID',
    });
    await client.activateSubscription(id, 'back');
    expect(await status()).toBe('ACTIVE');
    await client.cancelSubscription(id, 'enough');
    expect(await status()).toBe('CANCELLED');
    expect(fake.events().map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'BILLING.SUBSCRIPTION.CREATED',
        'BILLING.SUBSCRIPTION.ACTIVATED',
        'PAYMENT.SALE.COMPLETED',
        'BILLING.SUBSCRIPTION.SUSPENDED',
        'BILLING.SUBSCRIPTION.RE-ACTIVATED',
        'BILLING.SUBSCRIPTION.CANCELLED',
      ]),
    );
  });

  it('whose payments fail owes, and is paused after as many as the plan says', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const { id } = await subscribe(opened, 'declined');
    expect(await client.getSubscription(id)).toMatchObject({
      status: 'ACTIVE',
      billingInfo: { outstandingBalance: eur(100n), failedPaymentsCount: 1 },
    });
    expect(await client.captureSubscription(id, eur(60n), 'a part')).toMatchObject({ status: 'COMPLETED' });
    expect(await failure(client.captureSubscription(id, eur(41n), 'too much'))).toMatchObject({
      reason: 'AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE',
    });
    await clock.advance(32 * dayMs);
    expect(await client.getSubscription(id)).toMatchObject({
      status: 'SUSPENDED',
      billingInfo: { failedPaymentsCount: 2 },
    });
  });

  it('of a plan that is not active is refused', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const { plan } = await subscribe(opened);
    await client.deactivatePlan(plan);
    expect(await failure(client.createSubscription({ planId: plan }))).toMatchObject({
      code: 'failed_precondition',
      reason: 'PLAN_STATUS_INVALID',
    });
    await client.activatePlan(plan);
    expect((await client.createSubscription({ planId: plan })).status).toBe('APPROVAL_PENDING');
  });
});

describe('a dispute', () => {
  const open = async (stage: 'INQUIRY' | 'CHARGEBACK') => {
    // The description forgets the part of a form that holds the words.
    const opened = await openPaypal({ record: false });
    const { purchaseUnits } = await opened.client.createOrder(order());
    const id = opened.fake.openDispute(purchaseUnits[0]?.payments?.captures[0]?.id ?? '', { stage });
    return Object.assign(opened, { id });
  };

  it('is answered with evidence in words and files, decided, and appealed', async () => {
    await using opened = await open('CHARGEBACK');
    const { client, fake, id } = opened;
    const evidence = {
      evidenceType: 'PROOF_OF_FULFILLMENT',
      evidenceInfo: { trackingInfo: [{ carrierName: 'FEDEX', trackingNumber: '443844607820' }] },
      notes: 'Sent on Monday',
    };
    await client.provideEvidence(id, [evidence], [{ name: 'receipt.pdf', content: Uint8Array.of(0x25) }]);
    const form = new TextDecoder().decode(fake.exchanges.at(-1)?.requestBody);
    expect(form).toContain('"tracking_info":[{"carrier_name":"FEDEX","tracking_number":"443844607820"}]');
    expect(await client.getDispute(id)).toMatchObject({
      status: 'UNDER_REVIEW',
      evidences: [{ evidenceType: 'PROOF_OF_FULFILLMENT', notes: 'Sent on Monday', documents: [{}] }],
    });
    expect(await failure(client.provideEvidence(id, [evidence], undefined))).toMatchObject({
      code: 'failed_precondition',
      reason: 'ACTION_NOT_ALLOWED',
    });
    expect(await failure(client.appealDispute(id, [evidence], []))).toMatchObject({
      reason: 'ACTION_NOT_ALLOWED',
    });
    fake.resolveDispute(id, 'buyer');
    await client.appealDispute(id, [evidence], []);
    expect((await client.getDispute(id)).status).toBe('UNDER_REVIEW');
  });

  it('takes no evidence of nothing', async () => {
    await using opened = await open('CHARGEBACK');
    const before = opened.fake.exchanges.length;
    expect(await failure(opened.client.provideEvidence(opened.id, [], []))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
    expect(opened.fake.exchanges).toHaveLength(before);
  });

  it('begins between the two, with messages and offers, and becomes a claim', async () => {
    await using opened = await open('INQUIRY');
    const { client, id } = opened;
    await client.sendDisputeMessage(id, { message: 'What is wrong?' });
    await client.makeOffer(id, { note: 'Half', offerType: 'REFUND', offerAmount: eur(500n) });
    expect(await client.getDispute(id)).toMatchObject({
      status: 'WAITING_FOR_BUYER_RESPONSE',
      messages: [{ postedBy: 'SELLER', content: 'What is wrong?' }],
      offer: { offerType: 'REFUND', sellerOfferedAmount: eur(500n) },
    });
    await client.escalateDispute(id, 'No answer');
    expect(await client.getDispute(id)).toMatchObject({
      status: 'UNDER_REVIEW',
      disputeLifeCycleStage: 'CHARGEBACK',
    });
    expect(await failure(client.makeOffer(id, { note: 'x', offerType: 'REFUND' }))).toMatchObject({
      reason: 'ACTION_NOT_ALLOWED',
    });
  });

  it('that is accepted takes the money from the account', async () => {
    await using opened = await open('CHARGEBACK');
    const { client, id } = opened;
    const before = (await client.getBalances(undefined)).balances[0]?.totalBalance.minor ?? 0n;
    await client.acceptClaim(id, { note: 'Sorry', refundAmount: eur(1_000n) });
    expect(await client.getDispute(id)).toMatchObject({
      status: 'RESOLVED',
      disputeOutcome: { outcomeCode: 'ACCEPTED', amountRefunded: eur(1_000n) },
    });
    expect((await client.getBalances(undefined)).balances[0]?.totalBalance.minor).toBe(before - 1_000n);
  });

  it('is found by what it is about and by who has to act', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    const ids: string[] = [];
    for (let left = 12; left > 0; left -= 1) {
      const { purchaseUnits } = await client.createOrder(order());
      ids.push(fake.openDispute(purchaseUnits[0]?.payments?.captures[0]?.id ?? ''));
    }
    const all = await client.listDisputes(undefined).toArray();
    expect(all.map(({ disputeId }) => disputeId)).toEqual(ids.toReversed());
    fake.resolveDispute(ids[0] ?? '', 'seller');
    const open = await client.listDisputes({ state: 'REQUIRED_ACTION' }).toArray();
    expect(open).toHaveLength(11);
  });
});

describe('a payout', () => {
  it('is sent once for its batch id and its key; what nobody claims can be taken back, once', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const batch = {
      senderBatchId: 'batch-1',
      items: [
        { receiver: 'somebody@example.com', amount: eur(100n) },
        { receiver: 'nobody@unclaimed.example.com', amount: eur(200n), senderItemId: 'i-2' },
      ],
    };
    const first = await client.createPayout(batch, { idempotencyKey: 'k-1' });
    const again = await client.createPayout(batch, { idempotencyKey: 'k-1' });
    const id = first.batchHeader.payoutBatchId;
    expect(again.batchHeader.payoutBatchId).toBe(id);
    expect(await failure(client.createPayout(batch))).toMatchObject({ code: 'already_exists' });
    const items = await client.listPayoutItems(id).toArray();
    expect(items.map(({ transactionStatus }) => transactionStatus)).toEqual(['SUCCESS', 'UNCLAIMED']);
    const unclaimed = items[1]?.payoutItemId ?? '';
    expect(await client.cancelPayoutItem(unclaimed)).toMatchObject({ transactionStatus: 'RETURNED' });
    expect(await failure(client.cancelPayoutItem(unclaimed))).toMatchObject({
      reason: 'ITEM_ALREADY_CANCELLED',
    });
    const mixed = [...batch.items, { receiver: 'c@d.example', amount: money(150_000n, 'HUF') }];
    expect(await failure(client.createPayout({ senderBatchId: 'batch-2', items: mixed }))).toMatchObject({
      code: 'invalid_argument',
    });
    await clock.advance(30 * dayMs);
    expect((await client.createPayout(batch)).batchHeader.payoutBatchId).not.toBe(id);
  });
});
