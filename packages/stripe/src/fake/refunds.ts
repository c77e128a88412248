/** Refunds. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newRefund } from './blank.ts';
import { enter } from './books.ts';
import type { Input } from './input.ts';
import { natureOf } from './methods.ts';
import { invalid, refused } from './refusals.ts';

/** Seconds until a refund that began `pending`, or will fail, has an end. */
const settlingSeconds = 3_600;

/** What was really given back of a charge, or is on its way. */
function givenBack(account: Account, charge: Stripe.Charge): number {
  return account
    .all('refund')
    .filter(({ charge: of, status }) => of === charge.id && status !== 'failed' && status !== 'canceled')
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** Refunds of a charge, newest first. */
export function refundsOf(account: Account, charge: string): Stripe.Refund[] {
  return account.all('refund').filter((one) => one.charge === charge);
}

/** Gives money back. @throws an answer of 400 */
export function refund(account: Account, input: Input): Stripe.Refund {
  input.only('amount charge payment_intent metadata reason');
  const charge = chargeOf(account, input);
  const wanted = input.integer('amount');
  if (wanted !== undefined && wanted < 1)
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  const reason =
    input.choice('reason', ['duplicate', 'fraudulent', 'requested_by_customer'] as const) ?? null;
  const left = charge.amount_captured - givenBack(account, charge);
  if (left <= 0)
    throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const dispute = account.all('dispute').find((one) => one.charge === charge.id && !one.is_charge_refundable);
  if (dispute !== undefined)
    throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  const amount = wanted ?? left;
  if (amount > left)
    throw refused(
      `Refund amount (${shown(amount, charge)}) is greater than unrefunded amount on charge (${shown(left, charge)})`,
      { param: 'amount' },
    );
  const made = account.add<'refund'>(
    newRefund(account, {
      amount,
      currency: charge.currency,
      charge: charge.id,
      payment_intent: charge.payment_intent as string | null,
      payment_method: charge.payment_method,
      reason,
      metadata: input.metadata(),
      destination_details: {
        type: 'card',
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      } as never,
    }),
  );
  const line = enter(account, {
    type: 'refund',
    category: 'refund',
    amount: -amount,
    currency: charge.currency,
    source: made.id,
    description: 'REFUND FOR CHARGE',
  });
  made.balance_transaction = line.id;
  count(account, charge);
  account.emit('refund.created', made);
  account.emit('charge.refunded', charge);
  settleLater(account, made, charge);
  return made;
}

function shown(amount: number, { currency }: Stripe.Charge): string {
  return `${(amount / 100).toFixed(2)} ${currency}`;
}

function count(account: Account, charge: Stripe.Charge): void {
  charge.amount_refunded = givenBack(account, charge);
  charge.refunded = charge.amount_refunded >= charge.amount_captured;
}

function chargeOf(account: Account, input: Input): Stripe.Charge {
  const id = input.text('charge');
  if (id !== undefined) return account.get('charge', id, 'charge');
  if (input.text('payment_intent') === undefined)
    throw invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  const intent = account.get('payment_intent', input.needed('payment_intent'), 'payment_intent');
  const charge = account.find('charge', intent.latest_charge as string | null);
  if (charge !== undefined && charge.amount_captured > 0) return charge;
  throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    code: 'payment_intent_unexpected_state',
  });
}

function settleLater(account: Account, made: Stripe.Refund, charge: Stripe.Charge): void {
  const method = account.find('payment_method', charge.payment_method);
  const how = method && natureOf(method).card?.refunds;
  if (how === undefined) return;
  if (how === 'pending') made.status = 'pending';
  account.later(account.now + settlingSeconds, () => {
    if (how === 'pending') {
      made.status = 'succeeded';
      account.emit('refund.updated', made);
    } else fail(account, made, charge);
  });
}

/** The bank does not take it, and the money is here again. */
export function fail(account: Account, made: Stripe.Refund, charge: Stripe.Charge): void {
  const line = enter(account, {
    type: 'refund_failure',
    category: 'refund_failure',
    amount: made.amount,
    currency: made.currency,
    source: made.id,
    description: 'REFUND FAILURE',
  });
  Object.assign(made, {
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: line.id,
  });
  count(account, charge);
  account.emit('refund.failed', made);
}

/** Stops a refund that waits. */
export function cancelRefund(account: Account, made: Stripe.Refund): Stripe.Refund {
  const charge = account.find('charge', made.charge as string | null);
  if (made.status !== 'requires_action' || charge === undefined)
    throw refused(`This refund (${made.id}) has the status ${made.status} and cannot be canceled.`, {
      code: 'charge_not_refundable',
    });
  made.status = 'canceled';
  count(account, charge);
  account.emit('refund.updated', made);
  return made;
}
