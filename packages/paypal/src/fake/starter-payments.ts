/** Payments that an account has in the beginning. */
import { money as moneyOf } from '@im/payments';
import type { Account, Authorization, Capture, Order } from './account.ts';
import { openDispute } from './disputes.ts';
import { authorizationMs, dayMs } from './ledger.ts';
import { instant, money } from './requests.ts';
import { starterDisputes, starterId, starterIds } from './starter-ids.ts';
import { book, emit, type World } from './world.ts';

/** Orders in every state, captures, refunds, disputes, events. */
export function furnishPayments(world: World, account: Account): void {
  const { tenant } = account;
  const ids = starterIds(tenant);
  const now = world.clock.now();
  const make = (name: string, change: Partial<Order>): Order => {
    const order: Order = {
      id: starterId(tenant, name),
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
      id: starterId(tenant, `${name} authorization`),
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
      id: starterId(tenant, `${name} capture`),
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
  for (const name of starterDisputes) {
    const one = openDispute(world, account, captured(`disputed ${name}`), complaints[name], dispute[name]);
    if (name === 'adjudicate') one.status = 'UNDER_REVIEW';
    if (name === 'appeal') Object.assign(one, { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' });
  }
}
