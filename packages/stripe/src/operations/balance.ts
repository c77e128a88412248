import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const balance = 'Balance: read';
const charges = 'Charges and Refunds: read';
const payouts = { write: 'Payouts: write', read: 'Payouts: read' };

/** Money at Stripe: charges that brought it, what became of each cent, and what was paid out. */
export const balanceOperations = ({ send, list }: Connection) => ({
  retrieveCharge: read(
    (id: string, params: On<Stripe.ChargeRetrieveParams> | undefined, call: Call) =>
      send(call, 'charge', params, (stripe, rest, options) =>
        stripe.charges.retrieve(identified(id), rest, options),
      ),
    notes('charges/retrieve', charges),
  ),

  /** Charges, newest first. */
  listCharges: pages(
    read(
      (params: Listed<Stripe.ChargeListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.charges.list(rest, options)),
      notes('charges/list', charges),
    ),
  ),

  /** What is there, by currency: to be paid out, and not yet. */
  retrieveBalance: read(
    (params: On<Stripe.BalanceRetrieveParams> | undefined, call: Call) =>
      send(call, 'balance', params, (stripe, rest, options) => stripe.balance.retrieve(rest, options)),
    notes('balance/balance_retrieve', balance),
  ),

  /** Everything that moved the balance, newest first; with `payout`, the lines of one settlement. */
  listBalanceTransactions: pages(
    read(
      (params: Listed<Stripe.BalanceTransactionListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.balanceTransactions.list(rest, options)),
      notes('balance_transactions/list', 'Balance Transactions: read'),
    ),
  ),

  /** Sends money from the balance to the bank, for accounts that are not paid out by themselves. */
  createPayout: keyed(
    (params: On<Stripe.PayoutCreateParams>, call: Call) =>
      send(call, 'payout', params, (stripe, rest, options) => stripe.payouts.create(rest, options)),
    notes('payouts/create', payouts.write),
  ),

  retrievePayout: read(
    (id: string, params: On<Stripe.PayoutRetrieveParams> | undefined, call: Call) =>
      send(call, 'payout', params, (stripe, rest, options) =>
        stripe.payouts.retrieve(identified(id), rest, options),
      ),
    notes('payouts/retrieve', payouts.read),
  ),

  /** Payouts, newest first. */
  listPayouts: pages(
    read(
      (params: Listed<Stripe.PayoutListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.payouts.list(rest, options)),
      notes('payouts/list', payouts.read),
    ),
  ),
});
