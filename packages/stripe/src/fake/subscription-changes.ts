/** What is done with subscriptions that there are. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { nulls } from './blank.ts';
import type { Input } from './input.ts';
import { collect, invoiceFor, payerOf } from './invoices.ts';
import { methodFor } from './methods.ts';
import { invalid, refused } from './refusals.ts';
import { planOf } from './subscription-create.ts';
import { endOf, nextPeriod, over, renewAt } from './subscription-periods.ts';

export function updateSubscription(
  account: Account,
  subscription: Stripe.Subscription,
  input: Input,
): Stripe.Subscription {
  input.only(
    'cancel_at cancel_at_period_end default_payment_method description items metadata proration_behavior',
  );
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired')
    throw refused('A canceled subscription can only update its cancellation_details and metadata.', {
      code: 'invalid_canceled_subscription_fields',
    });
  const atEnd = input.flag('cancel_at_period_end');
  if (atEnd !== undefined) {
    subscription.cancel_at_period_end = atEnd;
    subscription.cancel_at = atEnd ? endOf(subscription) : null;
    subscription.canceled_at = atEnd ? account.now : null;
  }
  const method = input.text('default_payment_method');
  if (method !== undefined)
    subscription.default_payment_method = methodFor(account, method, 'default_payment_method').id;
  if (input.has('description')) subscription.description = input.text('description') ?? null;
  subscription.metadata = input.metadata(subscription.metadata);
  for (const given of input.each('items')) {
    given.only('id price quantity metadata');
    const item = subscription.items.data.find(({ id }) => id === given.text('id'));
    if (item === undefined)
      throw invalid(`No such subscription item: '${given.text('id')}'`, { code: 'resource_missing' });
    const price = given.text('price');
    if (price !== undefined) item.price = account.get('price', price, 'price');
    item.plan = planOf(item.price);
    item.quantity = given.integer('quantity') ?? item.quantity ?? 1;
  }
  account.emit('customer.subscription.updated', subscription);
  return subscription;
}

export function cancelSubscription(
  account: Account,
  subscription: Stripe.Subscription,
  input: Input,
): Stripe.Subscription {
  input.only('cancellation_details invoice_now prorate');
  if (subscription.ended_at !== null)
    throw invalid(
      `No such subscription: '${subscription.id}'`,
      { code: 'resource_missing', param: 'id' },
      404,
    );
  subscription.cancellation_details = {
    ...nulls('comment', 'feedback', 'feedback_option'),
    reason: 'cancellation_requested',
  };
  over(account, subscription, 'canceled');
  return subscription;
}

export function resumeSubscription(
  account: Account,
  subscription: Stripe.Subscription,
  input: Input,
): Stripe.Subscription {
  input.only('billing_cycle_anchor proration_behavior');
  if (subscription.status !== 'paused')
    throw refused(
      `Only subscriptions with the status paused can be resumed; this one is ${subscription.status}.`,
    );
  nextPeriod(account, subscription);
  subscription.status = 'paused';
  const invoice = invoiceFor(account, subscription, 'subscription_update');
  subscription.latest_invoice = invoice.id;
  if (collect(account, invoice, payerOf(account, subscription, subscription.customer as string))) {
    subscription.status = 'active';
    account.emit('customer.subscription.resumed', subscription);
    renewAt(account, subscription);
  }
  return subscription;
}
