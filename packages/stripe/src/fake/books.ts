/** What moves the balance of an account, and what is paid out of it. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newPayout } from './blank.ts';
import { refused } from './refusals.ts';

const daySeconds = 86_400;
/** Days until money can be paid out, and days until it has arrived. */
const settlingDays = 2;

/** What a card payment costs: 2.9 % and 30 of the minor unit. */
export function feeOf(amount: number): number {
  return Math.round(amount * 0.029) + 30;
}

interface Entry {
  readonly type: Stripe.BalanceTransaction.Type;
  readonly category: string;
  readonly amount: number;
  readonly currency: string;
  readonly source: string;
  readonly fee?: number;
  readonly description?: string | null;
  readonly availableAt?: number;
}

/** Writes a line of the books. */
export function enter(account: Account, entry: Entry): Stripe.BalanceTransaction {
  const { type, category, amount, currency, source, fee = 0, description = null } = entry;
  const available_on = entry.availableAt ?? account.now;
  return account.add<'balance_transaction'>({
    id: account.idFor('balance_transaction'),
    object: 'balance_transaction',
    amount,
    available_on,
    balance_type: 'payments',
    created: account.now,
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: amount - fee,
    reporting_category: category,
    source,
    status: available_on > account.now ? 'pending' : 'available',
    type,
  });
}

/** When money that comes now can be paid out. */
export function settlesAt(account: Account): number {
  return account.now + settlingDays * daySeconds;
}

/** Lines as they are now: what has settled is available. */
export function linesOf(account: Account): Stripe.BalanceTransaction[] {
  const lines = account.all('balance_transaction');
  for (const line of lines) if (line.available_on <= account.now) line.status = 'available';
  return lines;
}

/** What is there, by currency. */
export function balanceOf(account: Account): Stripe.Balance {
  const sums = (status: string) => {
    const byCurrency = new Map<string, number>();
    for (const line of linesOf(account))
      byCurrency.set(
        line.currency,
        (byCurrency.get(line.currency) ?? 0) + (line.status === status ? line.net : 0),
      );
    return [...byCurrency].map(([currency, amount]) => ({
      amount,
      currency,
      source_types: { card: amount },
    }));
  };
  const nothing = [{ amount: 0, currency: 'usd', source_types: { card: 0 } }];
  const or = <Item>(list: Item[], other: Item[]) => (list.length > 0 ? list : other);
  return {
    object: 'balance',
    available: or(sums('available'), nothing),
    livemode: false,
    pending: or(sums('pending'), nothing),
  };
}

/** Lines that each payout settles. */
const settledBy = new WeakMap<Stripe.BalanceTransaction, string>();

/** Lines of one payout. */
export function linesOfPayout(account: Account, payout: string): Stripe.BalanceTransaction[] {
  return linesOf(account).filter((line) => settledBy.get(line) === payout || line.source === payout);
}

/**
 * Pays out all that is available in a currency, with the lines that it is made of: what Stripe does each day.
 *
 * @param payments pays out what is about these, as if it had settled
 */
export function payOutAll(
  account: Account,
  currency: string,
  payments?: readonly string[],
): Stripe.Payout | undefined {
  const open = linesOf(account).filter(
    (line) => line.currency === currency && !settledBy.has(line) && line.type !== 'payout',
  );
  for (const line of open) if (isAbout(account, line, payments)) line.available_on = account.now;
  const lines = linesOf(account).filter(
    (line) =>
      open.includes(line) &&
      line.status === 'available' &&
      (payments === undefined || isAbout(account, line, payments)),
  );
  const amount = lines.reduce((sum, { net }) => sum + net, 0);
  if (amount <= 0) return undefined;
  const payout = pay(account, amount, currency, true, {});
  for (const line of lines) settledBy.set(line, payout.id);
  return payout;
}

/** Whether the line is about a charge, a refund or a dispute of one of these payments. */
function isAbout(
  account: Account,
  { source }: Stripe.BalanceTransaction,
  payments: readonly string[] | undefined,
): boolean {
  const about = typeof source === 'string' ? account.any(source) : undefined;
  const payment = about !== undefined && 'payment_intent' in about ? about.payment_intent : undefined;
  return typeof payment === 'string' && payments !== undefined && payments.includes(payment);
}

/** Pays out what was asked for. @throws an answer of `balance_insufficient` */
export function payOut(
  account: Account,
  amount: number,
  currency: string,
  given: Partial<Stripe.Payout>,
): Stripe.Payout {
  const available = balanceOf(account).available.find((one) => one.currency === currency)?.amount ?? 0;
  if (amount > available)
    throw refused(
      'You have insufficient funds in your Stripe account. One likely reason you have insufficient funds is that your funds are automatically being paid out; try enabling manual payouts by going to https://dashboard.stripe.com/account/payouts.',
      { code: 'balance_insufficient' },
    );
  return pay(account, amount, currency, false, given);
}

function pay(
  account: Account,
  amount: number,
  currency: string,
  automatic: boolean,
  given: Partial<Stripe.Payout>,
): Stripe.Payout {
  const arrival_date = account.now + settlingDays * daySeconds;
  const payout = account.add<'payout'>(
    newPayout(account, { amount, currency, arrival_date, automatic, ...given }),
  );
  const line = enter(account, {
    type: 'payout',
    category: 'payout',
    amount: -amount,
    currency,
    source: payout.id,
    description: 'STRIPE PAYOUT',
  });
  payout.balance_transaction = line.id;
  account.emit('payout.created', payout);
  account.later(arrival_date, () => {
    if (payout.status !== 'pending') return;
    payout.status = 'paid';
    account.emit('payout.paid', payout);
  });
  return payout;
}

/** The bank gives a payout back. */
export function failPayout(account: Account, payout: Stripe.Payout): void {
  const line = enter(account, {
    type: 'payout_failure',
    category: 'payout_reversal',
    amount: payout.amount,
    currency: payout.currency,
    source: payout.id,
    description: 'STRIPE PAYOUT FAILURE',
  });
  Object.assign(payout, {
    status: 'failed',
    failure_code: 'account_closed',
    failure_message: 'The bank account has been closed.',
    failure_balance_transaction: line.id,
  });
  account.emit('payout.failed', payout);
}
