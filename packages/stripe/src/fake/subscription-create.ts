/** Subscriptions as they begin. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { listOf, nulls } from './blank.ts';
import { periodEnd } from './catalogue.ts';
import type { Input } from './input.ts';
import { methodFor } from './methods.ts';
import { invalid } from './refusals.ts';
import { start } from './subscription-periods.ts';

const daySeconds = 86_400;

/** Begins one. @throws an answer of 400, or 402 where the first payment must come and does not */
export function createSubscription(account: Account, input: Input): Stripe.Subscription {
  input.only(
    'cancel_at cancel_at_period_end customer default_payment_method description items metadata off_session payment_behavior trial_end trial_period_days trial_settings',
  );
  const customer = account.get('customer', input.needed('customer'), 'customer');
  const prices = input.each('items').map((item) => {
    item.only('price quantity metadata');
    return {
      price: account.get('price', item.needed('price'), 'items[0][price]'),
      quantity: item.integer('quantity') ?? 1,
    };
  });
  const [first] = prices;
  if (first === undefined)
    throw invalid('Missing required param: items.', { code: 'parameter_missing', param: 'items' });
  if (first.price.recurring === null)
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      {
        param: 'items[0][price]',
      },
    );
  const days = input.integer('trial_period_days');
  const trialEnd =
    input.integer('trial_end') ?? (days === undefined ? undefined : account.now + days * daySeconds);
  const end = trialEnd ?? periodEnd(account.now, first.price.recurring);
  const missing = input.inside('trial_settings').inside('end_behavior').text('missing_payment_method');
  const method = input.text('default_payment_method');
  const id = account.idFor('subscription');
  const subscription: Stripe.Subscription = {
    id,
    object: 'subscription',
    automatic_tax: { enabled: false, ...nulls('disabled_reason', 'liability') },
    billing_cycle_anchor: end,
    billing_mode: { type: 'flexible', flexible: {} } as Stripe.Subscription.BillingMode,
    billing_schedules: [],
    cancel_at: input.integer('cancel_at') ?? null,
    cancel_at_period_end: input.flag('cancel_at_period_end') ?? false,
    cancellation_details: { ...nulls('comment', 'feedback', 'feedback_option', 'reason') },
    collection_method: 'charge_automatically',
    created: account.now,
    currency: first.price.currency,
    customer: customer.id,
    default_payment_method:
      method === undefined ? null : methodFor(account, method, 'default_payment_method').id,
    default_tax_rates: [],
    description: input.text('description') ?? null,
    discounts: [],
    invoice_settings: {
      account_tax_ids: null,
      issuer: { type: 'self' },
    } as Stripe.Subscription.InvoiceSettings,
    items: listOf(
      `/v1/subscription_items?subscription=${id}`,
      prices.map(({ price, quantity }) => itemOf(account, id, price, quantity, end)),
    ),
    livemode: false,
    metadata: input.metadata(),
    payment_settings: {
      ...nulls('payment_method_options', 'payment_method_types'),
      save_default_payment_method: 'off',
    } as Stripe.Subscription.PaymentSettings,
    start_date: account.now,
    status: trialEnd === undefined ? 'incomplete' : 'trialing',
    trial_end: trialEnd ?? null,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: 'unchanged' as never,
        missing_payment_method: (missing ?? 'create_invoice') as 'create_invoice',
      },
    },
    trial_start: trialEnd === undefined ? null : account.now,
    ...nulls('application', 'application_fee_percent', 'billing_cycle_anchor_config', 'billing_thresholds'),
    ...nulls(
      'canceled_at',
      'customer_account',
      'days_until_due',
      'default_source',
      'ended_at',
      'latest_invoice',
    ),
    ...nulls('managed_payments', 'next_pending_invoice_item_invoice', 'on_behalf_of', 'pause_collection'),
    ...nulls('pending_invoice_item_interval', 'pending_setup_intent', 'pending_update', 'schedule'),
    ...nulls('test_clock', 'transfer_data'),
  };
  start(account, subscription, input);
  return subscription;
}

function itemOf(
  account: Account,
  subscription: string,
  price: Stripe.Price,
  quantity: number,
  end: number,
): Stripe.SubscriptionItem {
  return {
    id: account.newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: account.now,
    current_period_end: end,
    current_period_start: account.now,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price,
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** A price as it was called before. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  const { id, active, created, currency, product, nickname, unit_amount, recurring } = price;
  return {
    id,
    object: 'plan',
    active,
    amount: unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: 'per_unit',
    created,
    currency,
    interval: recurring?.interval ?? 'month',
    interval_count: recurring?.interval_count ?? 1,
    livemode: false,
    metadata: {},
    nickname,
    product: product as string,
    usage_type: 'licensed',
    ...nulls('meter', 'tiers_mode', 'transform_usage', 'trial_period_days'),
    ...({ aggregate_usage: null } as object),
  };
}
