/** The fake does what PayPal documents: keys, money, errors, orders, webhooks. */
import { describe, expect, it } from 'vitest';
import { dayMs, eur, hourMs, openOrder, order, page } from './__tests__/orders.ts';
import { failure, openPaypal } from './__tests__/payments.ts';
import { starterIds } from './fake/starter-ids.ts';

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
