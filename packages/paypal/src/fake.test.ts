/** The fake does what PayPal documents. */
import { money } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { testCustomer, testMethods } from './fake/methods.ts';
import { starterIds } from './fake/starter.ts';

const eur = (minor: bigint) => money(minor, 'EUR');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const openOrder = (minor = 1_000n) =>
  ({ intent: 'CAPTURE', purchaseUnits: [{ amount: eur(minor) }] }) as const;
const order = (minor?: bigint, paymentSource: object = { card: { vaultId: testMethods.card } }) =>
  ({ ...openOrder(minor), paymentSource }) as const;
const page = { returnUrl: 'https://shop.test/back', cancelUrl: 'https://shop.test/cancel' };

describe('a key', () => {
  it('gives the latest state of what it made, whatever the body says, for six hours', async () => {
    await using opened = await openPaypal();
    const { client, fake, clock } = opened;
    const first = await client.createOrder(openOrder(), { idempotencyKey: 'k-1' });
    fake.decide(first.id);
    const again = await client.createOrder(openOrder(9_999n), { idempotencyKey: 'k-1' });
    expect(again).toMatchObject({
      id: first.id,
      status: 'APPROVED',
      purchaseUnits: [{ amount: eur(1_000n) }],
    });
    await clock.advance(6 * hourMs);
    const later = await client.createOrder(openOrder(), { idempotencyKey: 'k-1' });
    expect(later.id).not.toBe(first.id);
  });

  it('belongs to one account, and to one kind of request', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const one = { idempotencyKey: 'k-1' };
    const { purchaseUnits } = await client.createOrder(order(), one);
    const capture = purchaseUnits[0]?.payments?.captures[0]?.id ?? '';
    expect(await client.refundCapture(capture, { amount: eur(1n) }, one)).toMatchObject({ amount: eur(1n) });
  });

  it('in use is refused, and the effect is not known', async () => {
    await using opened = await openPaypal();
    const { client, clock, fake } = opened;
    fake.account().settings.processingMs = 1_000;
    const { id } = await client.createOrder(openOrder());
    fake.decide(id);
    const one = { idempotencyKey: 'k-1' };
    const [first, second] = await clock.until(
      Promise.allSettled([client.captureOrder(id, undefined, one), client.captureOrder(id, undefined, one)]),
    );
    const [paid, refused] = first.status === 'fulfilled' ? [first, second] : [second, first];
    expect(paid).toMatchObject({ value: { status: 'COMPLETED' } });
    expect(refused).toMatchObject({
      reason: { code: 'unavailable', reason: 'PREVIOUS_REQUEST_IN_PROGRESS', effect: 'unknown' },
    });
    expect(fake.ledger()).toMatchObject([{ captures: 1 }]);
  });

  it('is refused by the vault for another body', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const setup = (description: string) =>
      client.createSetupToken(
        { paymentSource: { paypal: { usageType: 'MERCHANT', description, experienceContext: page } } },
        { idempotencyKey: 'k-1' },
      );
    const first = await setup('one');
    expect((await setup('one')).id).toBe(first.id);
    expect(await failure(setup('two'))).toMatchObject({
      code: 'invalid_argument',
      reason: 'PAYPAL_REQUEST_ID_PREVIOUSLY_USED',
    });
  });

  it('of a refund is known for 45 days', async () => {
    await using opened = await openPaypal();
    const { client, clock, fake } = opened;
    const { purchaseUnits } = await client.createOrder(order());
    const capture = purchaseUnits[0]?.payments?.captures[0]?.id ?? '';
    const give = () => client.refundCapture(capture, { amount: eur(100n) }, { idempotencyKey: 'k-1' });
    const first = await give();
    await clock.advance(45 * dayMs - 1);
    expect((await give()).id).toBe(first.id);
    await clock.advance(1);
    expect((await give()).id).not.toBe(first.id);
    expect(fake.ledger()).toMatchObject([{ refunds: 2 }]);
  });
});

describe('money', () => {
  it('of a capture is refunded within 180 days', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const { purchaseUnits } = await client.createOrder(order());
    const capture = purchaseUnits[0]?.payments?.captures[0]?.id ?? '';
    await clock.advance(180 * dayMs + 1);
    expect(await failure(client.refundCapture(capture, undefined))).toMatchObject({
      code: 'failed_precondition',
      reason: 'REFUND_TIME_LIMIT_EXCEEDED',
    });
  });

  it('of an authorization is taken up to 115 %', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const held = await client.createOrder({ ...order(10_000n), intent: 'AUTHORIZE' });
    const id = held.purchaseUnits[0]?.payments?.authorizations[0]?.id ?? '';
    await client.captureAuthorization(id, { amount: eur(11_000n) });
    expect(await failure(client.captureAuthorization(id, { amount: eur(501n) }))).toMatchObject({
      reason: 'AUTHORIZATION_ALREADY_CAPTURED',
    });
  });

  it('is held anew from the fourth day on, once', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const held = await client.createOrder({ ...order(10_000n), intent: 'AUTHORIZE' });
    const id = held.purchaseUnits[0]?.payments?.authorizations[0]?.id ?? '';
    const refused = { code: 'failed_precondition', reason: 'REAUTHORIZATION_NOT_SUPPORTED' };
    expect(await failure(client.reauthorize(id, undefined))).toMatchObject(refused);
    await clock.advance(3 * dayMs);
    const anew = await client.reauthorize(id, undefined);
    expect(anew.expirationTime).toBe((await client.getAuthorization(id)).expirationTime);
    expect(await failure(client.reauthorize(anew.id, undefined))).toMatchObject(refused);
    expect(await failure(client.voidAuthorization(anew.id))).toMatchObject({ reason: 'CANNOT_BE_VOIDED' });
  });

  it('of a disputed capture is given back as a whole only', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    const { purchaseUnits } = await client.createOrder(order());
    const capture = purchaseUnits[0]?.payments?.captures[0]?.id ?? '';
    fake.openDispute(capture);
    expect(await failure(client.refundCapture(capture, { amount: eur(1n) }))).toMatchObject({
      reason: 'TRANSACTION_DISPUTED',
    });
    expect(await client.refundCapture(capture, undefined)).toMatchObject({ amount: eur(1_000n) });
  });

  it('shows in reports three hours later, and in the balance at once', async () => {
    await using opened = await openPaypal();
    const { client, clock } = opened;
    const { purchaseUnits } = await client.createOrder(order());
    const capture = purchaseUnits[0]?.payments?.captures[0]?.id;
    const listed = () =>
      client
        .listTransactions({ from: '2029-12-20T00:00:00Z', to: '2030-01-02T00:00:00Z', type: 'T0006' })
        .toArray();
    expect(await listed()).toEqual([]);
    expect((await client.getBalances(undefined)).balances).toMatchObject([
      { totalBalance: eur(1_000n - 34n) },
    ]);
    await clock.advance(3 * hourMs);
    expect(await listed()).toMatchObject([
      { transactionInfo: { transactionId: capture, transactionAmount: eur(1_000n), feeAmount: eur(-34n) } },
    ]);
    const long = { from: '2029-12-01T00:00:00Z', to: '2030-01-02T00:00:00Z' };
    expect(await failure(client.listTransactions(long).toArray())).toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('an error that is asked for', () => {
  it.each([
    ['INSTRUMENT_DECLINED', 422],
    ['INTERNAL_SERVER_ERROR', 500],
    ['INVALID_RESOURCE_ID', 404],
  ])('by the header of negative testing: %s', async (code, status) => {
    await using opened = await openPaypal({ record: false });
    const { client, fake } = opened;
    await client.listEventTypes();
    const { authorization = '' } = fake.exchanges.at(-1)?.requestHeaders ?? {};
    const answer = await fetch(`${fake.url}/api/v2/checkout/orders/5O190127TN364715T`, {
      headers: { authorization, 'paypal-mock-response': JSON.stringify({ mock_application_codes: code }) },
    });
    const body = (await answer.json()) as { readonly details?: readonly { readonly issue: string }[] };
    expect([answer.status, body.details?.[0]?.issue ?? code]).toEqual([status, code]);
    expect(answer.headers.get('paypal-debug-id')).toMatch(/^f/);
  });

  it('by too many requests', async () => {
    await using opened = await openPaypal();
    const { client, fake, clock } = opened;
    fake.account().settings.requestsPerMinute = 2;
    await client.listEventTypes();
    await client.listEventTypes();
    expect(await failure(client.listEventTypes())).toMatchObject({
      code: 'resource_exhausted',
      reason: 'RATE_LIMIT_REACHED',
      retryAfterMs: 60_000,
    });
    await clock.advance(60_001);
    expect((await client.listEventTypes()).length).toBeGreaterThan(10);
  });

  it('by a note of a payout', async () => {
    await using opened = await openPaypal();
    const items = (note: string) => [{ receiver: 'a@b.example', amount: eur(100n), note }];
    const send = (note: string) => opened.client.createPayout({ senderBatchId: note, items: items(note) });
    expect(await failure(send('ERRPYO005'))).toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
    expect(await failure(send('ERRPYO002'))).toMatchObject({ reason: 'SENDER_EMAIL_UNCONFIRMED' });
  });
});

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

describe('an order', () => {
  it('is changed while it is open', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const { id } = await client.createOrder(openOrder());
    const path = "/purchase_units/@reference_id=='default'";
    await client.updateOrder(id, [
      { op: 'replace', path: `${path}/amount`, value: eur(2_000n) },
      { op: 'add', path: `${path}/invoice_id`, value: 'invoice-1' },
    ]);
    expect(await client.getOrder(id)).toMatchObject({
      purchaseUnits: [{ amount: eur(2_000n), invoiceId: 'invoice-1' }],
    });
    const paid = await client.createOrder(order());
    expect(
      await failure(client.updateOrder(paid.id, [{ op: 'remove', path: `${path}/custom_id` }])),
    ).toMatchObject({
      code: 'failed_precondition',
      reason: 'ORDER_ALREADY_COMPLETED',
    });
  });

  it('is paid by its own intent, after its customer agreed, and once', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    const { id } = await client.createOrder(openOrder());
    expect(await failure(client.authorizeOrder(id, undefined))).toMatchObject({
      reason: 'ACTION_DOES_NOT_MATCH_INTENT',
    });
    expect(await failure(client.captureOrder(id, undefined))).toMatchObject({ reason: 'ORDER_NOT_APPROVED' });
    fake.decide(id);
    expect((await client.captureOrder(id, undefined)).status).toBe('COMPLETED');
    expect(await failure(client.captureOrder(id, undefined))).toMatchObject({
      reason: 'ORDER_ALREADY_CAPTURED',
    });
  });

  it('has parcels', async () => {
    await using opened = await openPaypal({ furnished: true });
    const { client } = opened;
    const ids = starterIds('tenant_a');
    const tracked = await client.addTracker(ids.capturedOrder, {
      captureId: ids.capture,
      trackingNumber: '443844607821',
      carrier: 'FEDEX',
    });
    const trackers = tracked.purchaseUnits[0]?.shipping?.trackers ?? [];
    expect(trackers).toHaveLength(2);
    expect(
      await failure(
        client.addTracker(ids.capturedOrder, { captureId: 'NONE', trackingNumber: '1', carrier: 'FEDEX' }),
      ),
    ).toMatchObject({ code: 'not_found', reason: 'CAPTURE_ID_NOT_FOUND' });
  });
});

describe('webhooks', () => {
  it('are made, changed and deleted, ten of them, each at an address of its own', async () => {
    await using opened = await openPaypal();
    const { client } = opened;
    const made = await client.createWebhook('https://shop.test/0', ['*']);
    expect(await failure(client.createWebhook('https://shop.test/0', ['*']))).toMatchObject({
      code: 'already_exists',
      reason: 'WEBHOOK_URL_ALREADY_EXISTS',
    });
    const left = 10 - (await client.listWebhooks()).length;
    for (let count = 1; count <= left; count += 1)
      await client.createWebhook(`https://shop.test/${count}`, ['PAYMENT.CAPTURE.COMPLETED']);
    expect(await failure(client.createWebhook('https://shop.test/more', ['*']))).toMatchObject({
      reason: 'WEBHOOK_NUMBER_LIMIT_EXCEEDED',
    });
    expect(await client.updateWebhook(made.id, { url: 'https://shop.test/new' })).toMatchObject({
      url: 'https://shop.test/new',
    });
    await client.deleteWebhook(made.id);
    expect(await failure(client.getWebhook(made.id))).toMatchObject({ code: 'not_found' });
  });

  it('have events, the newest first, over pages', async () => {
    // The description's pattern of an event's id forgets the dashes.
    await using opened = await openPaypal({ record: false });
    const { client, fake } = opened;
    for (let left = 7; left > 0; left -= 1) await client.createOrder(order());
    const all = await client.listEvents(undefined, { pageSize: 4 }).toArray();
    expect(all.map(({ id }) => id)).toEqual(
      fake
        .events()
        .map(({ id }) => id)
        .toReversed(),
    );
    const id = all[0]?.id ?? '';
    expect(await client.getEvent(id)).toMatchObject({ id });
    expect(await client.resendEvent(id, undefined)).toMatchObject({ id });
  });
});

it('keeps accounts apart', async () => {
  await using opened = await openPaypal();
  const { fake, client } = opened;
  const { id } = await client.createOrder(order());
  expect(fake.ledger('tenant_b')).toEqual([]);
  expect(fake.ledger()).toMatchObject([{ order: id }]);
  expect(fake.options('tenant_b').clientId).not.toBe(fake.options().clientId);
});
