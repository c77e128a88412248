/** What an account has in the beginning: something of everything, under ids that depend on the tenant alone. */
import { money as moneyOf } from '@im/payments';
import type { Account, Authorization, Capture, Order, Stored } from './account.ts';
import { transactionId, word } from './ids.ts';
import { authorizationMs } from './ledger.ts';
import { testMethods, testMethodsOf } from './methods.ts';
import { instant, money } from './requests.ts';
import { openDispute } from './routes/disputes.ts';
import { newBatch } from './routes/payouts.ts';
import { bill, newSubscription } from './routes/subscriptions.ts';
import { book, emit, type World } from './world.ts';

/** Tenant of accounts that are asked for without one; the harness' `samples` are about it. */
export const sampleTenant = 'tenant_a';

const dayMs = 86_400_000;
const id = (tenant: string, what: string) => transactionId('starter', tenant, what);

/** Names of the disputes: one for each thing that can be done with one. */
const disputes = [
  'accept',
  'evidence',
  'appeal',
  'escalate',
  'offer',
  'message',
  'acknowledge',
  'info',
  'adjudicate',
  'require',
] as const;

/** Ids of an account's starter things. */
export const starterIds = (tenant: string) => ({
  /** An order that can be changed and confirmed. */
  openOrder: id(tenant, 'open order'),
  approvedOrder: id(tenant, 'approved order'),
  approvedToAuthorize: id(tenant, 'approved order to authorize'),
  capturedOrder: id(tenant, 'captured order'),
  capture: id(tenant, 'captured order capture'),
  captureToRefund: id(tenant, 'refunded order capture'),
  tracker: `${id(tenant, 'captured order capture')}8CAN48151`,
  refund: id(tenant, 'refund'),
  authorization: id(tenant, 'authorized order authorization'),
  oldAuthorization: id(tenant, 'old order authorization'),
  authorizationToVoid: id(tenant, 'order to void authorization'),
  setupToken: id(tenant, 'setup token'),
  paymentToken: testMethods.paypal,
  paymentTokenToDelete: id(tenant, 'token to delete').toLowerCase(),
  agreement: `B-${id(tenant, 'agreement')}`,
  customer: `customer-${word(8, 'customer', tenant)}`,
  product: `PROD-${id(tenant, 'product')}`,
  plan: `P-${id(tenant, 'plan')}`,
  inactivePlan: `P-${id(tenant, 'inactive plan')}`,
  subscription: `I-${id(tenant, 'subscription')}`,
  owingSubscription: `I-${id(tenant, 'owing subscription')}`,
  payout: id(tenant, 'payout').slice(0, 13),
  unclaimedItem: `${id(tenant, 'payout').slice(0, 9)}XXX2`,
  webhookToDelete: id(tenant, 'webhook to delete'),
  /** PayPal's own have dashes, which its description of the path forgets. */
  event: `WH${id(tenant, 'event')}`,
  dispute: Object.fromEntries(
    disputes.map((name, index) => [name, `PP-D-${40_000 + index}${tenant.length}`]),
  ) as Readonly<Record<(typeof disputes)[number], string>>,
});

/** Fills the books of a new account. */
export function furnish(world: World, account: Account, isWhole: boolean): void {
  const { books, tenant, webhookId } = account;
  for (const method of testMethodsOf()) books.methods.set(method.id, method);
  books.webhooks.set(webhookId, {
    id: webhookId,
    url: `https://${word(8, 'host', tenant).toLowerCase()}.example.com/webhooks/paypal`,
    eventTypes: ['*'],
  });
  if (isWhole) furnishAll(world, account);
}

function furnishAll(world: World, account: Account): void {
  const { books, tenant } = account;
  const ids = starterIds(tenant);
  const now = world.clock.now();
  furnishPayments(world, account);

  const wallet = { kind: 'paypal', behaviour: { kind: 'pays' } } as const;
  books.agreements.set(ids.agreement, wallet);
  books.setupTokens.set(ids.setupToken, {
    id: ids.setupToken,
    customer: ids.customer,
    source: wallet,
    returnUrl: 'https://shop.example.com/return',
    cancelUrl: undefined,
    status: 'PAYER_ACTION_REQUIRED',
  });
  for (const token of [
    ids.paymentTokenToDelete,
    ...['one', 'two'].map((name) => id(tenant, name).toLowerCase()),
  ])
    books.methods.set(token, { id: token, customer: ids.customer, source: { ...wallet, vaultId: token } });

  const product = (productId: string, name: string): Stored => ({
    id: productId,
    status: 'ACTIVE',
    fields: { name, description: `${name}, month by month`, type: 'SERVICE', category: 'SOFTWARE' },
    createdAt: now - 90 * dayMs,
    updatedAt: now - 90 * dayMs,
  });
  books.products.set(ids.product, product(ids.product, 'Basic'));
  for (const name of ['Plus', 'Family']) {
    const productId = `PROD-${id(tenant, name)}`;
    books.products.set(productId, product(productId, name));
  }
  const plan = (planId: string, status: string): Stored => ({
    id: planId,
    status,
    fields: {
      product_id: ids.product,
      name: 'Basic by the month',
      description: 'Ten euros a month',
      billing_cycles: [
        {
          frequency: { interval_unit: 'MONTH', interval_count: 1 },
          tenure_type: 'REGULAR',
          sequence: 1,
          total_cycles: 0,
          pricing_scheme: { version: 1, fixed_price: { currency_code: 'EUR', value: '10.00' } },
        },
      ],
      payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: 3 },
      quantity_supported: false,
    },
    createdAt: now - 90 * dayMs,
    updatedAt: now - 90 * dayMs,
  });
  const active = plan(ids.plan, 'ACTIVE');
  books.plans.set(ids.plan, active);
  books.plans.set(ids.inactivePlan, plan(ids.inactivePlan, 'INACTIVE'));
  for (const [subscriptionId, owes] of [
    [ids.subscription, false],
    [ids.owingSubscription, true],
  ] as const) {
    const subscription = newSubscription(world, subscriptionId, active, { custom_id: 'starter' });
    books.subscriptions.set(subscriptionId, subscription);
    Object.assign(subscription, {
      status: 'ACTIVE',
      createdAt: now - 70 * dayMs,
      nextBillingAt: now - 70 * dayMs,
    });
    bill(world, account, subscription);
    if (owes) Object.assign(subscription, { outstanding: 1_000n, failures: 1 });
  }
  const items = ['one@example.com', 'two@example.com', 'nobody@unclaimed.example.com'].map(
    (receiver, index) => ({
      recipient_type: 'EMAIL',
      receiver,
      amount: { currency: 'EUR', value: '5.00' },
      sender_item_id: `starter-${index}`,
    }),
  );
  newBatch(
    world,
    account,
    ids.payout,
    { sender_batch_id: 'starter', email_subject: 'You have money' },
    items,
  );
  books.webhooks.set(ids.webhookToDelete, {
    id: ids.webhookToDelete,
    url: 'https://old.example.com/webhooks/paypal',
    eventTypes: ['PAYMENT.CAPTURE.COMPLETED'],
  });
  for (const [index, minor] of [-20_000n, -15_000n].entries())
    book(account, {
      id: id(tenant, `withdrawal ${index}`),
      code: 'T0400',
      amount: moneyOf(minor, 'EUR'),
      fee: undefined,
      at: now - (3 + index * 40) * dayMs,
      reference: undefined,
      invoiceId: undefined,
      customId: undefined,
    });
}

function furnishPayments(world: World, account: Account): void {
  const { tenant } = account;
  const ids = starterIds(tenant);
  const now = world.clock.now();
  const make = (name: string, change: Partial<Order>): Order => {
    const order: Order = {
      id: id(tenant, name),
      intent: 'CAPTURE',
      status: 'APPROVED',
      amount: moneyOf(10_000n, 'EUR'),
      units: [
        {
          reference_id: 'default',
          amount: { currency_code: 'EUR', value: '100.00' },
          custom_id: name.replaceAll(' ', '-'),
          description: 'A thing',
          payee: { email_address: account.email, merchant_id: account.merchantId },
        },
      ],
      source: { kind: 'paypal', behaviour: { kind: 'pays' } },
      returnUrl: 'https://shop.example.com/return',
      cancelUrl: undefined,
      createdAt: now,
      updatedAt: now,
      touchedAt: now,
      authorizations: [],
      captures: [],
      trackers: [],
      savedAs: undefined,
      ...change,
    };
    account.books.orders.set(order.id, order);
    return order;
  };
  const authorized = (name: string, ageMs: number): void => {
    const order = make(name, { intent: 'AUTHORIZE', status: 'COMPLETED' });
    const createdAt = now - ageMs;
    const authorization: Authorization = {
      id: id(tenant, `${name} authorization`),
      order,
      amount: order.amount,
      status: 'CREATED',
      createdAt,
      updatedAt: createdAt,
      expiresAt: createdAt + authorizationMs,
      parent: undefined,
      responseCode: undefined,
    };
    order.authorizations.push(authorization);
    account.books.authorizations.set(authorization.id, authorization);
  };
  const captured = (name: string): Capture => {
    const order = make(name, { status: 'COMPLETED' });
    const capture: Capture = {
      id: id(tenant, `${name} capture`),
      order,
      authorization: undefined,
      amount: order.amount,
      status: 'COMPLETED',
      invoiceId: undefined,
      isFinal: true,
      reason: undefined,
      responseCode: undefined,
      createdAt: now - 2 * dayMs,
      updatedAt: now - 2 * dayMs,
      refunds: [],
    };
    order.captures.push(capture);
    account.books.captures.set(capture.id, capture);
    book(account, {
      id: capture.id,
      code: 'T0006',
      amount: capture.amount,
      fee: moneyOf(-349n, 'EUR'),
      at: capture.createdAt,
      reference: order.id,
      invoiceId: undefined,
      customId: undefined,
    });
    return capture;
  };

  make('open order', { status: 'CREATED', source: undefined });
  make('approved order', {});
  make('approved order to authorize', { intent: 'AUTHORIZE' });
  authorized('authorized order', 0);
  authorized('old order', 5 * dayMs);
  authorized('order to void', 0);
  const capture = captured('captured order');
  capture.order.trackers.push({ id: ids.tracker, status: 'SHIPPED', capture });
  const refunded = captured('refunded order');
  const refund = {
    id: ids.refund,
    capture: refunded,
    amount: moneyOf(1_000n, 'EUR'),
    status: 'COMPLETED',
    invoiceId: undefined,
    customId: undefined,
    note: 'Sorry',
    createdAt: now - dayMs,
  } as const;
  refunded.refunds.push(refund);
  refunded.status = 'PARTIALLY_REFUNDED';
  account.books.refunds.set(refund.id, refund);
  furnishDisputes(world, account, captured);
  for (const one of ['one', 'two', 'three'])
    emit(world, account, {
      type: 'PAYMENT.CAPTURE.COMPLETED',
      resourceType: 'capture',
      resource: { id: capture.id, amount: money(capture.amount), create_time: instant(capture.createdAt) },
      summary: `Payment completed (${one})`,
      about: [capture.id],
      ...(one === 'one' && { id: ids.event }),
    });
}

function furnishDisputes(world: World, account: Account, captured: (name: string) => Capture): void {
  const { dispute } = starterIds(account.tenant);
  const inquiry = { stage: 'INQUIRY' } as const;
  const complaints = {
    accept: {},
    evidence: {},
    appeal: {},
    escalate: inquiry,
    offer: inquiry,
    message: inquiry,
    acknowledge: { reason: 'MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED' },
    info: {},
    adjudicate: {},
    require: {},
  } as const;
  for (const name of disputes) {
    const one = openDispute(world, account, captured(`disputed ${name}`), complaints[name], dispute[name]);
    if (name === 'adjudicate') one.status = 'UNDER_REVIEW';
    if (name === 'appeal') Object.assign(one, { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' });
  }
}
