/**
 * An order as a payment. An order is paid once (intent `CAPTURE`), or held once and captured in parts (`AUTHORIZE`); what happened stands in the
 * `payments` of its first purchase unit.
 *
 * | order | payment |
 * |---|---|
 * | `CREATED`, `SAVED` | `created` |
 * | `PAYER_ACTION_REQUIRED`, and `APPROVED`, which waits for `confirm` | `requires_action` |
 * | `VOIDED` | `voided` |
 * | `COMPLETED` | by its refunds, captures and authorizations |
 */
import {
  addMoney,
  compareMoney,
  type DriverPayment,
  type Money,
  type Movement,
  money,
  type NextAction,
  type PaymentStatus,
} from '@im/payments';
import { linkTo } from '../wire/common.ts';
import type { Order } from '../wire/orders.ts';
import type { Authorization, Capture, Refund } from '../wire/payments.ts';
import { mergeRefunds } from './refund-parts.ts';
import type { ToldPayment } from './told.ts';

/** The part of an order where money moves. */
export interface OrderParts {
  readonly reference: string;
  readonly amount: Money | undefined;
  readonly authorizations: readonly Authorization[];
  readonly captures: readonly Capture[];
}

/** The first purchase unit; the driver makes orders of one. */
export function partsOf({ id, purchaseUnits }: Order): OrderParts {
  const [unit] = purchaseUnits;
  const { authorizations = [], captures = [] } = unit?.payments ?? {};
  return { reference: unit?.customId ?? id, amount: unit?.amount, authorizations, captures };
}

/** The first authorization, which is the one that can be voided. */
export function firstAuthorization({ authorizations }: OrderParts): Authorization | undefined {
  return byAge(authorizations)[0];
}

/** The authorization to capture, while it is open: the newest, since a reauthorization takes the place of the one before. */
export function openAuthorization({ authorizations }: OrderParts): Authorization | undefined {
  const newest = byAge(authorizations).at(-1);
  return newest?.status === 'CREATED' || newest?.status === 'PARTIALLY_CAPTURED' ? newest : undefined;
}

const byAge = (authorizations: readonly Authorization[]) =>
  authorizations.toSorted(
    (one, other) => (instantOf(one.createTime) ?? 0) - (instantOf(other.createTime) ?? 0),
  );

const captureStatuses: Readonly<Record<string, Movement['status']>> = {
  COMPLETED: 'succeeded',
  PARTIALLY_REFUNDED: 'succeeded',
  REFUNDED: 'succeeded',
  PENDING: 'pending',
};

const toCapture = ({ id, invoiceId, amount, status }: Capture): Movement => ({
  id,
  reference: invoiceId,
  amount,
  status: captureStatuses[status] ?? 'failed',
});

/** What counts: all but the failed ones. */
export const sumOf = (movements: readonly Movement[], { currency }: Money): Money =>
  movements
    .filter(({ status }) => status !== 'failed')
    .reduce((sum, { amount }) => addMoney(sum, amount), money(0n, currency));

/** The payment that an order is, and how far it has come. */
export function toTold(order: Order): ToldPayment | undefined {
  const payment = toPayment(order);
  const { authorizations = [], captures = [], refunds = [] } = order.purchaseUnits[0]?.payments ?? {};
  const seen = [...authorizations, ...captures, ...refunds].reduce(
    (sum, { status }) => sum + (status === 'PENDING' ? 1 : 2),
    0,
  );
  return payment && { ...payment, seen };
}

/** The payment that an order is. `undefined`: an order without an amount is none of ours. */
export function toPayment(order: Order): DriverPayment | undefined {
  const parts = partsOf(order);
  const { reference, amount } = parts;
  if (amount === undefined) return undefined;
  const captures = parts.captures.map(toCapture);
  const refunds = mergeRefunds(order.purchaseUnits[0]?.payments?.refunds ?? []);
  const captured = sumOf(captures, amount);
  const refunded = sumOf(refunds, amount);
  const status = statusOf(order, parts, captured, refunded);
  const authorization = openAuthorization(parts);
  return {
    id: order.id,
    reference,
    status,
    amount,
    captured,
    refunded,
    captures,
    refunds,
    nextAction: nextActionOf(order, status),
    declineCode: status === 'failed' ? declineCodeOf(parts) : undefined,
    expiresAt: instantOf(authorization?.expirationTime),
    customer: savedOf(order)?.customer?.id,
    mandate: savedOf(order)?.status === 'VAULTED' ? savedOf(order)?.id : undefined,
  };
}

const waiting: Readonly<Record<string, PaymentStatus>> = {
  CREATED: 'created',
  SAVED: 'created',
  PAYER_ACTION_REQUIRED: 'requires_action',
  APPROVED: 'requires_action',
  VOIDED: 'voided',
};

function statusOf(
  { status = 'CREATED' }: Order,
  parts: OrderParts,
  captured: Money,
  refunded: Money,
): PaymentStatus {
  const { authorizations, captures } = parts;
  if (refunded.minor > 0n) return compareMoney(refunded, captured) >= 0 ? 'refunded' : 'partially_refunded';
  const open = openAuthorization(parts);
  if (captured.minor > 0n) {
    if (open?.status === 'PARTIALLY_CAPTURED') return 'partially_captured';
    // The first taking of money that the customer's bank has not confirmed: nothing is to be shipped yet.
    const isPending = authorizations.length === 0 && captures.every((one) => one.status === 'PENDING');
    return isPending ? 'processing' : 'captured';
  }
  if (open !== undefined) return 'authorized';
  if (authorizations.some((one) => one.status === 'PENDING')) return 'processing';
  const voided = authorizations.find((one) => one.status === 'VOIDED');
  if (voided !== undefined) return isLapsed(voided) ? 'expired' : 'voided';
  if (authorizations.length + captures.length > 0) return 'failed';
  return waiting[status] ?? 'processing';
}

/** PayPal voids by itself what was not captured in time. */
function isLapsed({ updateTime, expirationTime }: Authorization): boolean {
  return (instantOf(updateTime) ?? 0) >= (instantOf(expirationTime) ?? Number.POSITIVE_INFINITY);
}

/** The processor's own code, where there is one: what PayPal's status says beside it is less. */
function declineCodeOf({ authorizations, captures }: OrderParts): string {
  const last = captures.at(-1) ?? authorizations.at(-1);
  return last?.processorResponse?.responseCode ?? last?.statusDetails?.reason ?? last?.status ?? 'DECLINED';
}

function nextActionOf(order: Order, status: PaymentStatus): NextAction | undefined {
  if (status === 'processing') return { kind: 'wait_for_webhook' };
  if (status !== 'requires_action' && status !== 'created') return undefined;
  const url = linkTo(order.links, 'payer-action', 'approve');
  if (url === undefined || order.status === 'APPROVED' || status === 'created') return undefined;
  return { kind: order.paymentSource?.card === undefined ? 'redirect' : 'three_d_secure', url };
}

function savedOf({ paymentSource }: Order) {
  const { paypal, card, venmo } = paymentSource ?? {};
  return (paypal ?? card ?? venmo)?.attributes?.vault;
}

/** Milliseconds since 1970. */
export function instantOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** The order after a capture of its open authorization, without asking for it again. */
export function withCapture(order: Order, capture: Capture, isFinal: boolean): Order {
  const status = isFinal ? 'CAPTURED' : 'PARTIALLY_CAPTURED';
  const open = openAuthorization(partsOf(order));
  const isRefused = captureStatuses[capture.status] === undefined;
  return changePayments(order, ({ authorizations, captures, refunds }) => ({
    authorizations: authorizations.map((one) =>
      one.id === open?.id && !isRefused ? { ...one, status } : one,
    ),
    captures: [...captures.filter(({ id }) => id !== capture.id), capture],
    refunds,
  }));
}

/** The order after its authorizations were voided. */
export function withVoid(order: Order, { id, updateTime }: Authorization): Order {
  return changePayments(order, (payments) => ({
    ...payments,
    authorizations: payments.authorizations.map((one) => ({
      ...one,
      status: 'VOIDED',
      ...(one.id === id && { updateTime }),
    })),
  }));
}

/** The order after refunds. */
export function withRefunds(order: Order, added: readonly Refund[]): Order {
  return changePayments(order, (payments) => ({ ...payments, refunds: [...payments.refunds, ...added] }));
}

type Payments = NonNullable<Order['purchaseUnits'][number]['payments']>;

function changePayments(order: Order, change: (payments: Payments) => Payments): Order {
  const [first, ...others] = order.purchaseUnits;
  if (first === undefined) return order;
  const { payments = { authorizations: [], captures: [], refunds: [] } } = first;
  return { ...order, purchaseUnits: [{ ...first, payments: change(payments) }, ...others] };
}
