/** What a payout consists of: balance transactions, with what they are about. */
import type { SettlementLine } from '@im/payments';
import type { Stripe } from 'stripe';
import { fromStripeAmount } from '../currencies.ts';
import { takesSeveral } from './payment.ts';
import { referenceKey } from './reference.ts';

/** What must be expanded in a list of balance transactions. */
export const wholeLines = ['data.source'];

/** Categories that stand for something that a payment has: https://docs.stripe.com/reports/reporting-categories. All others are adjustments. */
const kinds: Readonly<Record<string, SettlementLine['kind']>> = {
  charge: 'payment',
  refund: 'refund',
  dispute: 'dispute',
  dispute_reversal: 'dispute',
  fee: 'fee',
  network_cost: 'fee',
};

/** Whether it is the payout itself, and no part of it. */
export function isPayout({ type, source }: Stripe.BalanceTransaction, payout: string): boolean {
  return type === 'payout' && (typeof source === 'string' ? source : source?.id) === payout;
}

/** One line. */
export function toLine(line: Stripe.BalanceTransaction): SettlementLine {
  const toMoney = (amount: number) => fromStripeAmount(amount, line.currency);
  return {
    id: line.id,
    kind: kinds[line.reporting_category] ?? 'adjustment',
    gross: toMoney(line.amount),
    fee: toMoney(line.fee),
    net: toMoney(line.net),
    ...aboutWhat(line),
  };
}

type About = Pick<SettlementLine, 'payment' | 'reference' | 'movement' | 'original'>;

function aboutWhat({ source, currency, reporting_category }: Stripe.BalanceTransaction): About {
  if (typeof source !== 'object' || source === null) return {};
  const isForeign = (amount: { readonly currency: string }) => amount.currency !== currency;
  switch (source.object) {
    case 'charge': {
      // Of several captures a line does not say which it is, nor how much of it in the payment's own currency.
      const isWhole = reporting_category === 'charge' && !takesSeveral(source);
      return {
        payment: idOf(source.payment_intent) ?? source.id,
        reference: source.metadata[referenceKey],
        ...(isWhole && { movement: source.id }),
        ...(isWhole &&
          isForeign(source) && { original: fromStripeAmount(source.amount_captured, source.currency) }),
      };
    }
    case 'refund':
      return {
        payment: idOf(source.payment_intent) ?? idOf(source.charge),
        movement: source.id,
        ...(isForeign(source) && { original: fromStripeAmount(-source.amount, source.currency) }),
      };
    case 'dispute':
      return { payment: idOf(source.payment_intent) ?? idOf(source.charge) };
    default:
      return {};
  }
}

const idOf = (object: string | { readonly id: string } | null): string | undefined =>
  typeof object === 'string' ? object : object?.id;
