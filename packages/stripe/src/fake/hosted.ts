/** Checkout sessions and the customer portal: pages that the fake serves itself. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newPaymentIntent, nulls } from './blank.ts';
import { word } from './ids.ts';
import { type Input, readInput } from './input.ts';
import { confirmIntent } from './intents.ts';
import { invalid, refused } from './refusals.ts';

const daySeconds = 86_400;

/** Opens a page to pay on. */
export function createCheckout(account: Account, input: Input, base: string): Stripe.Checkout.Session {
  input.only(
    'cancel_url client_reference_id customer customer_email expires_at line_items metadata mode payment_intent_data success_url',
  );
  const mode = input.choice('mode', ['payment', 'setup', 'subscription'] as const) ?? 'payment';
  const lines = input.each('line_items').map((line) => {
    line.only('price quantity price_data');
    const data = line.inside('price_data').only('currency unit_amount product_data');
    const price = line.has('price')
      ? account.get('price', line.needed('price'), 'line_items[0][price]')
      : undefined;
    return {
      amount: (price?.unit_amount ?? data.integer('unit_amount') ?? 0) * (line.integer('quantity') ?? 1),
      currency: price?.currency ?? data.needed('currency'),
    };
  });
  if (mode !== 'setup' && lines.length === 0)
    throw invalid('You must pass in at least one line item when `mode` is not `setup`.', {
      param: 'line_items',
    });
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const customer = input.text('customer');
  const id = account.idFor('checkout.session');
  const session = account.add<'checkout.session'>({
    id,
    object: 'checkout.session',
    amount_subtotal: mode === 'setup' ? null : total,
    amount_total: mode === 'setup' ? null : total,
    automatic_tax: { enabled: false, ...nulls('liability', 'provider', 'status') },
    cancel_url: input.text('cancel_url') ?? null,
    client_reference_id: input.text('client_reference_id') ?? null,
    created: account.now,
    currency: lines[0]?.currency ?? null,
    custom_fields: [],
    custom_text: { ...nulls('after_submit', 'shipping_address', 'submit', 'terms_of_service_acceptance') },
    customer: customer === undefined ? null : account.get('customer', customer, 'customer').id,
    customer_creation: mode === 'payment' ? 'if_required' : null,
    customer_email: input.text('customer_email') ?? null,
    expires_at: input.integer('expires_at') ?? account.now + daySeconds,
    livemode: false,
    metadata: input.metadata(),
    mode,
    payment_method_collection: mode === 'subscription' ? 'always' : 'if_required',
    payment_method_options: {
      card: { request_three_d_secure: 'automatic' },
    } as Stripe.Checkout.Session.PaymentMethodOptions,
    payment_method_types: ['card'],
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    phone_number_collection: { enabled: false },
    shipping_options: [],
    status: 'open',
    success_url: input.needed('success_url'),
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${base}/c/pay/${account.id}/${id}`,
    ...nulls('adaptive_pricing', 'after_expiration', 'allow_promotion_codes', 'allowed_payment_method_types'),
    ...nulls('billing_address_collection', 'client_secret', 'collected_information', 'consent'),
    ...nulls(
      'consent_collection',
      'currency_conversion',
      'customer_account',
      'customer_details',
      'discounts',
    ),
    ...nulls('integration_identifier', 'invoice', 'invoice_creation', 'locale', 'managed_payments'),
    ...nulls('origin_context', 'payment_intent', 'payment_link', 'payment_method_configuration_details'),
    ...nulls('permissions', 'recovered_from', 'saved_payment_method_options', 'setup_intent'),
    ...nulls('shipping_address_collection', 'shipping_cost', 'submit_type', 'subscription', 'wallet_options'),
  });
  account.later(session.expires_at, () => {
    if (session.status === 'open') expire(account, session);
  });
  return session;
}

function expire(account: Account, session: Stripe.Checkout.Session): void {
  session.status = 'expired';
  session.url = null;
  account.emit('checkout.session.expired', session);
}

/** Closes the page. @throws an answer of 400 where it is closed already */
export function expireCheckout(account: Account, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.status !== 'open')
    throw refused(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
    );
  expire(account, session);
  return session;
}

/** The customer pays on the page, with a method that the page made. @throws an answer of 402 when it is declined */
export function payCheckout(
  account: Account,
  session: Stripe.Checkout.Session,
  method: string,
): Stripe.Checkout.Session {
  if (session.status !== 'open') throw refused('This Checkout Session is not open.');
  const intent =
    account.find('payment_intent', session.payment_intent as string | null) ??
    account.add<'payment_intent'>(
      newPaymentIntent(account, {
        amount: session.amount_total ?? 0,
        currency: session.currency ?? 'usd',
        customer: session.customer,
        metadata: { ...session.metadata },
      }),
    );
  session.payment_intent = intent.id;
  confirmIntent(account, intent, readInput([['payment_method', method]]), () => '');
  session.status = 'complete';
  session.payment_status = 'paid';
  session.url = null;
  account.emit('checkout.session.completed', session);
  return session;
}

/** What customers may do in the portal. */
export function createPortalConfiguration(
  account: Account,
  input: Input,
): Stripe.BillingPortal.Configuration {
  const configuration = account.add<'billing_portal.configuration'>({
    id: account.idFor('billing_portal.configuration'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { ...nulls('headline', 'privacy_policy_url', 'terms_of_service_url') },
    created: account.now,
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: false },
      payment_method_update: { enabled: false, payment_method_configuration: null } as never,
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: [], options: [] },
        enabled: false,
        mode: 'at_period_end',
        proration_behavior: 'none',
      },
      subscription_pause: { enabled: false } as never,
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: false,
        proration_behavior: 'none',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'end_trial',
      } as never,
    },
    is_default: account.all('billing_portal.configuration').length === 0,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: account.now,
  });
  return updatePortalConfiguration(account, configuration, input);
}

export function updatePortalConfiguration(
  account: Account,
  configuration: Stripe.BillingPortal.Configuration,
  input: Input,
): Stripe.BillingPortal.Configuration {
  input.only('active business_profile default_return_url features metadata name');
  const { features, business_profile } = configuration;
  const given = input.inside('features');
  for (const name of [
    'invoice_history',
    'payment_method_update',
    'subscription_cancel',
    'customer_update',
  ] as const)
    features[name].enabled = given.inside(name).flag('enabled') ?? features[name].enabled;
  business_profile.headline = input.inside('business_profile').text('headline') ?? business_profile.headline;
  configuration.active = input.flag('active') ?? configuration.active;
  configuration.default_return_url = input.text('default_return_url') ?? configuration.default_return_url;
  configuration.metadata = input.metadata(configuration.metadata ?? {});
  configuration.name = input.text('name') ?? configuration.name;
  configuration.updated = account.now;
  return configuration;
}

/** Opens the portal for a customer. */
export function createPortalSession(account: Account, input: Input): Stripe.BillingPortal.Session {
  input.only('configuration customer return_url');
  const customer = account.get('customer', input.needed('customer'), 'customer');
  const named = input.text('configuration');
  const configuration =
    named === undefined
      ? account.all('billing_portal.configuration').find(({ is_default }) => is_default)
      : account.get('billing_portal.configuration', named, 'configuration');
  if (configuration === undefined)
    throw invalid(
      'You can’t create a portal session in test mode until you save your customer portal settings in test mode.',
    );
  const id = account.newId('bps');
  return {
    id,
    object: 'billing_portal.session',
    configuration: configuration.id,
    created: account.now,
    customer: customer.id,
    livemode: false,
    return_url: input.text('return_url') ?? configuration.default_return_url,
    url: `https://billing.stripe.com/p/session/test_${word(40, id)}`,
    ...nulls('customer_account', 'flow', 'locale', 'on_behalf_of'),
  };
}
