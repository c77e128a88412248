/** Invoices of subscriptions: made at the beginning of each period, and collected from the customer's method. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { listOf, newPaymentIntent, nulls } from './blank.ts';
import { type Input, readInput } from './input.ts';
import { goOn } from './intent-charge.ts';
import { methodFor } from './methods.ts';
import { declined, invalid, isDecline, refused } from './refusals.ts';

/** Makes the invoice of a period; it is open. */
export function invoiceFor(
  account: Account,
  subscription: Stripe.Subscription,
  reason: Stripe.Invoice.BillingReason,
): Stripe.Invoice {
  const id = account.idFor('invoice');
  const customer = account.get('customer', subscription.customer as string);
  const isTrial = subscription.status === 'trialing';
  const lines = subscription.items.data.map((item) => lineOf(account, id, subscription, item, isTrial));
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`;
  customer.next_invoice_sequence = (customer.next_invoice_sequence ?? 1) + 1;
  const [item] = subscription.items.data;
  const invoice = account.add<'invoice'>({
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Fake Shop',
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
    amount_shipping: 0,
    attempt_count: 0,
    attempted: false,
    automatic_tax: { enabled: false, ...nulls('disabled_reason', 'liability', 'provider', 'status') },
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: account.now,
    currency: subscription.currency,
    customer: customer.id,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_tax_rates: [],
    discounts: [],
    effective_at: account.now,
    ending_balance: 0,
    hosted_invoice_url: `https://invoice.stripe.com/i/${account.id}/${id}`,
    invoice_pdf: `https://pay.stripe.com/invoice/${account.id}/${id}/pdf`,
    issuer: { type: 'self' },
    lines: listOf(`/v1/invoices/${id}/lines`, lines),
    livemode: false,
    metadata: {},
    number,
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      ...({ schedule_details: null } as object),
    } as Stripe.Invoice.Parent,
    payment_settings: { ...nulls('default_mandate', 'payment_method_options', 'payment_method_types') },
    period_end: item?.current_period_start ?? account.now,
    period_start: item?.current_period_start ?? account.now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: 0,
    status: 'open',
    status_transitions: {
      finalized_at: account.now,
      ...nulls('marked_uncollectible_at', 'paid_at', 'voided_at'),
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: account.now,
    ...nulls(
      'account_tax_ids',
      'application',
      'automatically_finalizes_at',
      'custom_fields',
      'customer_account',
    ),
    ...nulls('customer_address', 'customer_phone', 'customer_shipping', 'default_payment_method'),
    ...nulls(
      'default_source',
      'description',
      'due_date',
      'footer',
      'from_invoice',
      'last_finalization_error',
    ),
    ...nulls('latest_revision', 'next_payment_attempt', 'on_behalf_of', 'receipt_number', 'rendering'),
    ...nulls('shipping_cost', 'shipping_details', 'statement_descriptor', 'test_clock'),
  });
  account.emit('invoice.created', invoice);
  account.emit('invoice.finalized', invoice);
  return invoice;
}

function lineOf(
  account: Account,
  invoice: string,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  isTrial: boolean,
): Stripe.InvoiceLineItem {
  const { price, quantity = 1, current_period_start: start, current_period_end: end } = item;
  const amount = isTrial ? 0 : (price.unit_amount ?? 0) * quantity;
  return {
    id: account.newId('il'),
    object: 'line_item',
    amount,
    currency: price.currency,
    description: `${quantity} × ${price.nickname ?? price.id}`,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
    } as Stripe.InvoiceLineItem.Parent,
    period: { start, end },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product as string },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    } as Stripe.InvoiceLineItem.Pricing,
    quantity,
    quantity_decimal: String(quantity) as never,
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
}

/** Whether the money came. */
export function collect(
  account: Account,
  invoice: Stripe.Invoice,
  method: Stripe.PaymentMethod | undefined,
): boolean {
  invoice.attempted = true;
  if (invoice.amount_remaining === 0) return paid(account, invoice);
  invoice.attempt_count += 1;
  if (method === undefined) return failed(account, invoice);
  try {
    goOn(account, intentOf(account, invoice), method, alone, () => '');
    return paid(account, invoice);
  } catch (thrown) {
    if (!isDecline(thrown)) throw thrown;
    return failed(account, invoice);
  }
}

/** Nobody is there to authenticate. */
const alone = readInput([['off_session', 'true']]);

const intents = new WeakMap<Stripe.Invoice, Stripe.PaymentIntent>();

/** The payment of an invoice, the same however often it is tried. */
function intentOf(account: Account, invoice: Stripe.Invoice): Stripe.PaymentIntent {
  const made =
    intents.get(invoice) ??
    account.add<'payment_intent'>(
      newPaymentIntent(account, {
        amount: invoice.amount_remaining,
        currency: invoice.currency,
        customer: invoice.customer as string,
        description: `Payment for invoice ${invoice.number}`,
        setup_future_usage: 'off_session',
      }),
    );
  intents.set(invoice, made);
  return made;
}

function paid(account: Account, invoice: Stripe.Invoice): true {
  invoice.status = 'paid';
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
  invoice.status_transitions.paid_at = account.now;
  account.emit('invoice.paid', invoice);
  account.emit('invoice.payment_succeeded', invoice);
  return true;
}

function failed(account: Account, invoice: Stripe.Invoice): false {
  account.emit('invoice.payment_failed', invoice);
  return false;
}

/** The method that pays: the subscription's, else the customer's. */
export function payerOf(account: Account, subscription: Stripe.Subscription | undefined, customer: string) {
  const { invoice_settings } = account.get('customer', customer);
  const id = subscription?.default_payment_method ?? invoice_settings.default_payment_method;
  return account.find('payment_method', id as string | null);
}

/** Tries to collect an open invoice. @throws an answer of 402 when it is declined; of 400 where there is nothing to collect */
export function payInvoice(
  account: Account,
  invoice: Stripe.Invoice,
  input: Input,
  onPaid: (invoice: Stripe.Invoice) => void,
): Stripe.Invoice {
  input.only('forgive off_session paid_out_of_band payment_method');
  if (invoice.status === 'paid') throw refused('Invoice is already paid');
  if (invoice.status !== 'open')
    throw refused(`This invoice is ${invoice.status} and cannot be paid.`, { code: 'invoice_not_editable' });
  if (input.flag('paid_out_of_band') === true) {
    paid(account, invoice);
    onPaid(invoice);
    return invoice;
  }
  const given = input.text('payment_method');
  const method =
    given === undefined
      ? payerOf(account, subscriptionOf(account, invoice), invoice.customer as string)
      : methodFor(account, given);
  if (method === undefined)
    throw invalid(
      'Cannot charge customer that has no active card: please collect a payment method and set it as the default.',
      { code: 'missing' },
    );
  if (collect(account, invoice, method)) onPaid(invoice);
  else {
    const { message = '', code, decline_code } = intentOf(account, invoice).last_payment_error ?? {};
    throw declined(message, {
      ...(code !== undefined && { code }),
      ...(decline_code !== undefined && { decline_code }),
    });
  }
  return invoice;
}

/** The subscription that an invoice is of. */
export function subscriptionOf(account: Account, invoice: Stripe.Invoice): Stripe.Subscription | undefined {
  return account.find(
    'subscription',
    invoice.parent?.subscription_details?.subscription as string | undefined,
  );
}
