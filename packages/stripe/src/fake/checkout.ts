/** Checkout sessions: pages of the fake's own to pay on. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { newCustomer, newPaymentIntent, nulls } from './blank.ts';
import { type Input, readInput } from './input.ts';
import { finishIntent } from './intent-charge.ts';
import { confirmIntent } from './intents.ts';
import { attach, methodFor } from './methods.ts';
import { declined, invalid, refused } from './refusals.ts';
import { createSetup, finishSetup } from './setups.ts';
import { createSubscription } from './subscription-create.ts';

const daySeconds = 86_400;

/** What a page is about, beside what the session says. */
interface Order {
  readonly lines: readonly { readonly price: string | undefined; readonly quantity: number }[];
  /** Metadata of the payment. */
  readonly intent: Stripe.Metadata;
}

const orders = new WeakMap<Stripe.Checkout.Session, Order>();

/** Opens a page to pay on. */
export function createCheckout(account: Account, input: Input, base: string): Stripe.Checkout.Session {
  input.only(
    'cancel_url client_reference_id currency customer customer_email expires_at line_items metadata mode payment_intent_data success_url',
  );
  const mode = input.choice('mode', ['payment', 'setup', 'subscription'] as const) ?? 'payment';
  const lines = input.each('line_items').map((line) => {
    line.only('price quantity price_data');
    if (mode === 'subscription') line.needed('price');
    const data = line.inside('price_data').only('currency unit_amount product_data');
    const price = line.has('price')
      ? account.get('price', line.needed('price'), 'line_items[0][price]')
      : undefined;
    return {
      price: price?.id,
      quantity: line.integer('quantity') ?? 1,
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
    currency: lines[0]?.currency ?? input.text('currency') ?? null,
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
  orders.set(session, { lines, intent: input.inside('payment_intent_data').only('metadata').metadata() });
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

/** What the customer does on the page, with a method that the page made. @throws an answer of 402 when it is declined */
export function payCheckout(
  account: Account,
  session: Stripe.Checkout.Session,
  method: string,
): Stripe.Checkout.Session {
  if (session.status !== 'open') throw refused('This Checkout Session is not open.');
  const order = orders.get(session) ?? { lines: [], intent: {} };
  ways[session.mode as keyof typeof ways](account, session, method, order);
  session.status = 'complete';
  session.url = null;
  account.emit('checkout.session.completed', session);
  return session;
}

type Way = (account: Account, session: Stripe.Checkout.Session, method: string, order: Order) => void;

/** The page is Stripe's own, so that whoever must authenticate does it there. */
const nowhere = () => '';

const ways: Readonly<Record<'payment' | 'subscription' | 'setup', Way>> = {
  payment(account, session, method, { intent: metadata }) {
    const { amount_total, currency, customer } = session;
    const intent =
      account.find('payment_intent', session.payment_intent as string | null) ??
      account.add<'payment_intent'>(
        newPaymentIntent(account, {
          amount: amount_total ?? 0,
          currency: currency ?? 'usd',
          customer,
          metadata,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        }),
      );
    session.payment_intent = intent.id;
    confirmIntent(account, intent, readInput([['payment_method', method]]), nowhere);
    if (intent.status === 'requires_action') finishIntent(account, intent, true);
    if (intent.last_payment_error !== null) throw declined(intent.last_payment_error.message ?? '', {});
    session.payment_status = 'paid';
  },
  subscription(account, session, method, { lines }) {
    const customer = customerOf(account, session);
    attach(account, methodFor(account, method), customer);
    const items = lines.flatMap(({ price = '', quantity }, index) => [
      [`items[${index}][price]`, price] as const,
      [`items[${index}][quantity]`, String(quantity)] as const,
    ]);
    const rest = { customer, default_payment_method: method, payment_behavior: 'error_if_incomplete' };
    const made = createSubscription(account, readInput([...Object.entries(rest), ...items]));
    Object.assign(session, { subscription: made.id, invoice: made.latest_invoice, payment_status: 'paid' });
  },
  setup(account, session, method) {
    const given = { confirm: 'true', payment_method: method, customer: customerOf(account, session) };
    const setup = createSetup(account, readInput(Object.entries(given)), nowhere);
    session.setup_intent = setup.id;
    if (setup.status === 'requires_action') finishSetup(account, setup, true);
  },
};

/** The customer of the session, made where there is none. */
function customerOf(account: Account, session: Stripe.Checkout.Session): string {
  const made =
    session.customer ?? account.add<'customer'>(newCustomer(account, { email: session.customer_email })).id;
  session.customer = made;
  return typeof made === 'string' ? made : made.id;
}
