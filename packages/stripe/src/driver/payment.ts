/** A PaymentIntent as the port's payment. */
import { IntegrationError } from '@im/core';
import {
  addMoney,
  type DriverPayment,
  type Movement,
  money,
  type NextAction,
  type PaymentStatus,
} from '@im/payments';
import type { Stripe } from 'stripe';
import { fromStripeAmount } from '../currencies.ts';
import { confirmedKey, notedCaptures, referenceKey } from './reference.ts';

/** What must be expanded in an intent of which nothing is known. */
export const wholeIntent = ['latest_charge.refunds', 'payment_method'];

/** A mandate: the customer, and the method that may be charged without them. */
export const mandateOf = (customer: string, method: string): string => `${customer}/${method}`;

/** @param refunds all of them */
export function toPayment(intent: Stripe.PaymentIntent, refunds: readonly Stripe.Refund[]): DriverPayment {
  const { currency, amount_received, metadata } = intent;
  const toMoney = (amount: number) => fromStripeAmount(amount, currency);
  const givenBack = refunds.map(
    (one): Movement => ({
      id: one.id,
      reference: one.metadata?.[referenceKey],
      amount: toMoney(one.amount),
      status: refundStatuses[one.status ?? ''] ?? 'pending',
    }),
  );
  const captured = toMoney(amount_received);
  const refunded = givenBack
    .filter(({ status }) => status !== 'failed')
    .reduce((sum, { amount }) => addMoney(sum, amount), money(0n, captured.currency));
  const status = statusOf(intent, captured.minor, refunded.minor);
  const [customer, method] = [idOf(intent.customer), idOf(intent.payment_method)];
  const isSetUp = intent.setup_future_usage === 'off_session' && amountIsThere.has(status);
  return {
    id: intent.id,
    // A payment that somebody else made, in Stripe's pages or by a subscription, goes by its own name.
    reference: metadata[referenceKey] ?? intent.id,
    status,
    amount: toMoney(intent.amount),
    captured,
    refunded,
    captures: capturesOf(intent).map(({ id, reference, amount }) => ({
      id,
      reference,
      amount: toMoney(amount),
      status: 'succeeded',
    })),
    refunds: givenBack,
    nextAction: nextActionOf(intent),
    declineCode: status === 'failed' ? declineCodeOf(intent) : undefined,
    expiresAt: canBeCaptured.has(status) ? expiryOf(intent) : undefined,
    customer,
    mandate:
      isSetUp && customer !== undefined && method !== undefined ? mandateOf(customer, method) : undefined,
  };
}

/**
 * The charge of a payment that has one.
 *
 * @throws {@link IntegrationError} `internal` where it was not expanded
 */
export function chargeOf({ latest_charge }: Stripe.PaymentIntent): Stripe.Charge {
  if (typeof latest_charge === 'object' && latest_charge !== null) return latest_charge;
  throw unexpected('Stripe answered without the charge of a payment');
}

/** Whether our server confirmed it, and it was refused. In a browser the customer would try again. */
export function isRefused({ status, metadata, last_payment_error }: Stripe.PaymentIntent): boolean {
  return (
    status === 'requires_payment_method' &&
    last_payment_error !== null &&
    metadata[confirmedKey] !== undefined
  );
}

const canBeCaptured = new Set<PaymentStatus>(['authorized', 'partially_captured']);
const amountIsThere = new Set<PaymentStatus>([
  ...canBeCaptured,
  'captured',
  'partially_refunded',
  'refunded',
]);

/** https://docs.stripe.com/api/refunds/object#refund_object-status. One that waits for something is on its way. */
const refundStatuses: Readonly<Record<string, Movement['status']>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

/** `automatic` was the word for `expired` before the version of 2025-03-31. */
const expiries: readonly unknown[] = ['expired', 'automatic'];

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
function statusOf(intent: Stripe.PaymentIntent, captured: bigint, refunded: bigint): PaymentStatus {
  switch (intent.status) {
    case 'requires_payment_method':
      return isRefused(intent) ? 'failed' : 'created';
    case 'requires_confirmation':
      return 'created';
    case 'requires_action':
      return 'requires_action';
    case 'processing':
      return 'processing';
    case 'requires_capture':
      if (refunded > 0n) return 'partially_refunded';
      return captured > 0n ? 'partially_captured' : 'authorized';
    case 'succeeded':
      if (refunded === 0n) return 'captured';
      return refunded < captured ? 'partially_refunded' : 'refunded';
    case 'canceled':
      return expiries.includes(intent.cancellation_reason) ? 'expired' : 'voided';
    default:
      throw unexpected(`Stripe answered with a status that nobody knows: ${intent.status}`);
  }
}

/** Captures, in Stripe's units. What was captured without us has no reference. */
function capturesOf(
  intent: Stripe.PaymentIntent,
): readonly { readonly id: string; readonly reference: string | undefined; readonly amount: number }[] {
  const { amount_received, capture_method, metadata } = intent;
  if (amount_received === 0) return [];
  const id = idOf(intent.latest_charge) ?? intent.id;
  if (capture_method !== 'manual')
    return [{ id, reference: metadata[referenceKey] ?? intent.id, amount: amount_received }];
  const several = takesSeveral(chargeOf(intent));
  const noted = notedCaptures(metadata).map(({ name, reference, amount }) => ({
    id: several ? `${id}/${name.slice(0, 8)}` : id,
    reference,
    amount,
  }));
  const rest = amount_received - noted.reduce((sum, { amount }) => sum + amount, 0);
  return rest > 0
    ? [...noted, { id: several ? `${id}/rest` : id, reference: undefined, amount: rest }]
    : noted;
}

/** Whether the charge can be captured more than once. */
export function takesSeveral({ payment_method_details }: Stripe.Charge): boolean {
  return payment_method_details?.card?.multicapture?.status === 'available';
}

function expiryOf(intent: Stripe.PaymentIntent): number | undefined {
  const seconds = chargeOf(intent).payment_method_details?.card?.capture_before;
  return seconds === undefined ? undefined : seconds * 1_000;
}

function declineCodeOf({ last_payment_error }: Stripe.PaymentIntent): string | undefined {
  return last_payment_error?.decline_code ?? last_payment_error?.code;
}

/** Fields of a next action that hold an address for the customer: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action */
const addresses = ['url', 'hosted_instructions_url', 'hosted_voucher_url', 'hosted_verification_url'];

function nextActionOf({ status, next_action, payment_method }: Stripe.PaymentIntent): NextAction | undefined {
  if (status === 'processing') return { kind: 'wait_for_webhook' };
  if (status !== 'requires_action' || next_action === null) return undefined;
  const details = (next_action as unknown as Record<string, object | undefined>)[next_action.type] ?? {};
  const url = addresses.map((name) => Reflect.get(details, name)).find((one) => typeof one === 'string');
  // The rest is for Stripe's script in the browser.
  if (url === undefined) return { kind: 'wait_for_webhook' };
  const isCard = typeof payment_method === 'object' && payment_method?.type === 'card';
  return { kind: isCard ? 'three_d_secure' : 'redirect', url };
}

const idOf = (object: string | { readonly id: string } | null): string | undefined =>
  typeof object === 'string' ? object : object?.id;

function unexpected(says: string): IntegrationError {
  return new IntegrationError(says, { code: 'internal', provider: 'stripe', reason: 'unexpected_body' });
}
