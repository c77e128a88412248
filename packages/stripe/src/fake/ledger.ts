/** The truth about money, for tests to compare an application's books with. */
import type { Account } from './account.ts';
import { refundsOf } from './refunds.ts';

/** What became of one payment, in Stripe's units. */
export interface LedgerLine {
  readonly id: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: string;
  readonly currency: string;
  readonly amount: number;
  /** Charges of it that were not declined: never more than one. */
  readonly charges: number;
  readonly captured: number;
  /** What was given back, or is on its way; what failed is not counted. */
  readonly refunded: number;
  /** Refunds, one by one. */
  readonly refunds: readonly {
    readonly id: string;
    readonly amount: number;
    readonly status: string | null;
  }[];
}

/** Oldest first. */
export function ledgerOf(account: Account): LedgerLine[] {
  return account
    .all('payment_intent')
    .reverse()
    .map(({ id, metadata, status, currency, amount }) => {
      const charges = account
        .all('charge')
        .filter((one) => one.payment_intent === id && one.status === 'succeeded');
      const refunds = charges.flatMap((charge) => refundsOf(account, charge.id)).reverse();
      return {
        id,
        metadata,
        status,
        currency,
        amount,
        charges: charges.length,
        captured: charges.reduce((sum, { amount_captured }) => sum + amount_captured, 0),
        refunded: refunds
          .filter((one) => one.status !== 'failed' && one.status !== 'canceled')
          .reduce((sum, one) => sum + one.amount, 0),
        refunds: refunds.map((one) => ({ id: one.id, amount: one.amount, status: one.status })),
      };
    });
}
