/** Disputes, payouts, settlements, and payments by time. */
import type { Dispute, DriverPayment, PaymentDriver, Payout } from '@im/payments';
import type { Stripe } from 'stripe';
import { fromStripeAmount } from '../currencies.ts';
import { firstPage, mapPage, reading, type StripeClient } from './client.ts';
import { wholeIntent } from './payment.ts';
import { isPayout, toLine, wholeLines } from './settlements.ts';

type Lists = Required<Pick<PaymentDriver, 'disputes' | 'payouts' | 'settlements' | 'listing'>>;

/** @param tell makes the payment of an intent that is expanded */
export function stripeLists(
  client: StripeClient,
  tell: (
    intent: Stripe.PaymentIntent,
    call: Parameters<NonNullable<Lists['listing']>>[2],
  ) => Promise<DriverPayment>,
): { readonly [Name in keyof Lists]: NonNullable<Lists[Name]> } {
  return {
    disputes: async (cursor, call) =>
      mapPage(await firstPage(client.listDisputes(undefined, { ...reading(call), cursor })), toDispute),
    payouts: async (cursor, call) =>
      mapPage(await firstPage(client.listPayouts(undefined, { ...reading(call), cursor })), toPayout),
    settlements: async (payout, cursor, call) => {
      const params = { payout, expand: wholeLines };
      const page = await firstPage(client.listBalanceTransactions(params, { ...reading(call), cursor }));
      return { items: page.items.filter((line) => !isPayout(line, payout)).map(toLine), next: page.next };
    },
    listing: async ({ from, to }, cursor, call) => {
      // Stripe counts in seconds: those that begin within the time.
      const created = { gte: Math.ceil(from / 1_000), lt: Math.ceil(to / 1_000) };
      const params = { created, expand: wholeIntent.map((path) => `data.${path}`) };
      const page = await firstPage(client.listPaymentIntents(params, { ...reading(call), cursor }));
      return { items: await Promise.all(page.items.map((intent) => tell(intent, call))), next: page.next };
    },
  };
}

/** https://docs.stripe.com/api/disputes/object#dispute_object-status. A dispute that was prevented has given the money back. */
const disputeStatuses: Readonly<Record<string, Dispute['status']>> = {
  needs_response: 'needs_response',
  warning_needs_response: 'needs_response',
  appeal_needs_response: 'needs_response',
  under_review: 'under_review',
  warning_under_review: 'under_review',
  appeal_under_review: 'under_review',
  won: 'won',
  warning_closed: 'won',
  lost: 'lost',
  prevented: 'lost',
};

function toDispute(dispute: Stripe.Dispute): Dispute {
  const { id, payment_intent, charge, amount, currency, status, reason, evidence_details } = dispute;
  const of = payment_intent ?? charge;
  return {
    id,
    payment: typeof of === 'string' ? of : of.id,
    amount: fromStripeAmount(amount, currency),
    // What is new is looked at.
    status: disputeStatuses[status] ?? 'under_review',
    reason,
    ...(evidence_details.due_by !== null && { dueAt: evidence_details.due_by * 1_000 }),
  };
}

/** https://docs.stripe.com/api/payouts/object#payout_object-status */
const payoutStatuses: Readonly<Record<string, Payout['status']>> = {
  paid: 'paid',
  failed: 'failed',
  canceled: 'failed',
};

function toPayout({ id, amount, currency, status, arrival_date }: Stripe.Payout): Payout {
  return {
    id,
    amount: fromStripeAmount(amount, currency),
    status: payoutStatuses[status] ?? 'pending',
    arrivesAt: arrival_date * 1_000,
  };
}
