/**
 * Periods of subscriptions, on the account's clock: trials end, periods are paid for, and what is not paid becomes past due.
 *
 * @see {@link https://docs.stripe.com/billing/subscriptions/overview | Stripe: How subscriptions work}
 */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { periodEnd } from './catalogue.ts';
import type { Input } from './input.ts';
import { collect, invoiceFor, payerOf, subscriptionOf } from './invoices.ts';
import { declined, invalid } from './refusals.ts';

const daySeconds = 86_400;
/** Days after which an attempt that failed is made again, and then the subscription ends. */
const retryDays = [3, 5, 7];
/** Seconds after which a subscription whose first payment never came is given up. */
const incompleteSeconds = 23 * 3_600;

/** The first period, or the trial. */
export function start(account: Account, subscription: Stripe.Subscription, input: Input): void {
  const payer = () => payerOf(account, subscription, subscription.customer as string);
  const behavior =
    input.choice('payment_behavior', [
      'allow_incomplete',
      'default_incomplete',
      'error_if_incomplete',
    ] as const) ?? 'allow_incomplete';
  if (subscription.status !== 'trialing' && behavior !== 'default_incomplete' && payer() === undefined)
    throw invalid(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      { code: 'resource_missing' },
    );
  account.add<'subscription'>(subscription);
  const invoice = invoiceFor(account, subscription, 'subscription_create');
  subscription.latest_invoice = invoice.id;
  const isPaid = behavior === 'default_incomplete' ? false : collect(account, invoice, payer());
  if (!isPaid && behavior === 'error_if_incomplete' && subscription.status !== 'trialing') {
    account.remove(subscription.id);
    account.remove(invoice.id);
    throw declined('Your card was declined.', { code: 'card_declined', decline_code: 'generic_decline' });
  }
  if (subscription.status !== 'trialing') subscription.status = isPaid ? 'active' : 'incomplete';
  account.emit('customer.subscription.created', subscription);
  if (subscription.status === 'incomplete')
    account.later(account.now + incompleteSeconds, () => {
      if (subscription.status === 'incomplete') over(account, subscription, 'incomplete_expired');
    });
  else renewAt(account, subscription);
}

/** When its period ends. */
export const endOf = ({ items }: Stripe.Subscription): number => items.data[0]?.current_period_end ?? 0;

/** Goes on when the period ends. */
export function renewAt(account: Account, subscription: Stripe.Subscription): void {
  const end = endOf(subscription);
  account.later(end, () => {
    const isLive =
      subscription.status === 'active' ||
      subscription.status === 'trialing' ||
      subscription.status === 'past_due';
    if (isLive && endOf(subscription) === end) renew(account, subscription);
  });
}

function renew(account: Account, subscription: Stripe.Subscription): void {
  const payer = payerOf(account, subscription, subscription.customer as string);
  if (subscription.cancel_at_period_end) {
    over(account, subscription, 'canceled');
    return;
  }
  if (subscription.status === 'trialing' && payer === undefined) {
    const then = subscription.trial_settings?.end_behavior.missing_payment_method;
    if (then === 'cancel') {
      over(account, subscription, 'canceled');
      return;
    }
    if (then === 'pause') {
      subscription.status = 'paused';
      account.emit('customer.subscription.paused', subscription);
      return;
    }
  }
  nextPeriod(account, subscription);
  const invoice = invoiceFor(account, subscription, 'subscription_cycle');
  subscription.latest_invoice = invoice.id;
  subscription.status = collect(account, invoice, payer) ? 'active' : 'past_due';
  account.emit('customer.subscription.updated', subscription);
  if (subscription.status === 'past_due') dun(account, subscription, invoice, 0);
  renewAt(account, subscription);
}

/** The period that begins now. */
export function nextPeriod(account: Account, subscription: Stripe.Subscription): void {
  // The status has to be another before the invoice is made, or it would be that of a trial.
  subscription.status = 'active';
  for (const item of subscription.items.data) {
    item.current_period_start = account.now;
    if (item.price.recurring) item.current_period_end = periodEnd(account.now, item.price.recurring);
  }
}

/** Tries again, some days apart; the last time it fails, the subscription ends. */
function dun(
  account: Account,
  subscription: Stripe.Subscription,
  invoice: Stripe.Invoice,
  attempt: number,
): void {
  const days = retryDays[attempt];
  if (days === undefined) {
    over(account, subscription, 'canceled');
    return;
  }
  invoice.next_payment_attempt = account.now + days * daySeconds;
  account.later(invoice.next_payment_attempt, () => {
    if (invoice.status !== 'open' || subscription.status !== 'past_due') return;
    if (collect(account, invoice, payerOf(account, subscription, subscription.customer as string)))
      wasPaid(account, invoice);
    else dun(account, subscription, invoice, attempt + 1);
  });
}

/** An invoice was paid by hand, or at a later attempt. */
export function wasPaid(account: Account, invoice: Stripe.Invoice): void {
  invoice.next_payment_attempt = null;
  const subscription = subscriptionOf(account, invoice);
  if (subscription === undefined || subscription.latest_invoice !== invoice.id) return;
  if (
    subscription.status !== 'incomplete' &&
    subscription.status !== 'past_due' &&
    subscription.status !== 'paused'
  )
    return;
  const isFirst = subscription.status === 'incomplete';
  subscription.status = 'active';
  account.emit('customer.subscription.updated', subscription);
  if (isFirst) renewAt(account, subscription);
}

/** Ends it. */
export function over(
  account: Account,
  subscription: Stripe.Subscription,
  status: 'canceled' | 'incomplete_expired',
): void {
  subscription.status = status;
  subscription.ended_at = account.now;
  subscription.canceled_at ??= account.now;
  account.emit(
    status === 'canceled' ? 'customer.subscription.deleted' : 'customer.subscription.updated',
    subscription,
  );
}
