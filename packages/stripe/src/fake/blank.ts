/** New objects, with everything that an answer of Stripe's has and nothing in it yet. The compiler holds them to the SDK's types. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { word } from './ids.ts';

/** Fields that are `null`. */
export function nulls<const Names extends string>(...names: readonly Names[]): { [Name in Names]: null } {
  return Object.fromEntries(names.map((name) => [name, null])) as { [Name in Names]: null };
}

/** An address of nobody. */
export const nobody: Stripe.Charge.BillingDetails = {
  address: { ...nulls('city', 'country', 'line1', 'line2', 'postal_code', 'state') },
  ...nulls('email', 'name', 'phone', 'tax_id'),
};

/** An empty list. */
export function listOf<Item>(url: string, data: Item[] = []): Stripe.ApiList<Item> {
  return { object: 'list', data, has_more: false, url };
}

const now = (account: Account) => ({ created: account.now, livemode: false as const });

export function newPaymentIntent(
  account: Account,
  given: Pick<Stripe.PaymentIntent, 'amount' | 'currency'> & Partial<Stripe.PaymentIntent>,
): Stripe.PaymentIntent {
  const id = account.idFor('payment_intent');
  return {
    id,
    object: 'payment_intent',
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${word(25, id)}`,
    confirmation_method: 'automatic',
    metadata: {},
    payment_method_types: ['card'],
    status: 'requires_payment_method',
    ...now(account),
    ...nulls(
      'allowed_payment_method_types',
      'application',
      'application_fee_amount',
      'automatic_payment_methods',
    ),
    ...nulls('canceled_at', 'cancellation_reason', 'customer', 'customer_account', 'description'),
    ...nulls('excluded_payment_method_types', 'last_payment_error', 'latest_charge', 'managed_payments'),
    ...nulls('next_action', 'on_behalf_of', 'payment_method', 'payment_method_configuration_details'),
    ...nulls('payment_method_options', 'payment_record', 'processing', 'receipt_email', 'review'),
    ...nulls(
      'setup_future_usage',
      'shipping',
      'source',
      'statement_descriptor',
      'statement_descriptor_suffix',
    ),
    ...nulls('transfer_group'),
    ...given,
  };
}

export function newCharge(
  account: Account,
  given: Pick<Stripe.Charge, 'amount' | 'currency' | 'status'> & Partial<Stripe.Charge>,
): Stripe.Charge {
  return {
    id: account.idFor('charge'),
    object: 'charge',
    amount_captured: 0,
    amount_refunded: 0,
    billing_details: nobody,
    calculated_statement_descriptor: 'FAKE SHOP',
    captured: false,
    disputed: false,
    fraud_details: {},
    metadata: {},
    paid: given.status === 'succeeded',
    refunded: false,
    ...now(account),
    ...nulls('application', 'application_fee', 'application_fee_amount', 'balance_transaction', 'customer'),
    ...nulls('description', 'failure_balance_transaction', 'failure_code', 'failure_message', 'on_behalf_of'),
    ...nulls('outcome', 'payment_intent', 'payment_method', 'payment_method_details', 'receipt_email'),
    ...nulls('receipt_number', 'receipt_url', 'review', 'shipping', 'source', 'source_transfer'),
    ...nulls('statement_descriptor', 'statement_descriptor_suffix', 'transfer_data', 'transfer_group'),
    ...given,
  };
}

export function newRefund(
  account: Account,
  given: Pick<Stripe.Refund, 'amount' | 'currency'> & Partial<Stripe.Refund>,
): Stripe.Refund {
  return {
    id: account.idFor('refund'),
    object: 'refund',
    created: account.now,
    metadata: {},
    status: 'succeeded',
    ...nulls(
      'balance_transaction',
      'charge',
      'customer',
      'customer_account',
      'payment_intent',
      'payment_method',
    ),
    ...nulls('reason', 'receipt_number', 'source_transfer_reversal', 'transfer_reversal'),
    ...given,
  };
}

export function newSetupIntent(account: Account, given: Partial<Stripe.SetupIntent>): Stripe.SetupIntent {
  const id = account.idFor('setup_intent');
  return {
    id,
    object: 'setup_intent',
    client_secret: `${id}_secret_${word(25, id)}`,
    metadata: {},
    payment_method_types: ['card'],
    status: 'requires_payment_method',
    usage: 'off_session',
    ...now(account),
    ...nulls(
      'allowed_payment_method_types',
      'application',
      'automatic_payment_methods',
      'cancellation_reason',
    ),
    ...nulls(
      'customer',
      'description',
      'excluded_payment_method_types',
      'last_setup_error',
      'latest_attempt',
    ),
    ...nulls(
      'mandate',
      'next_action',
      'on_behalf_of',
      'payment_method',
      'payment_method_configuration_details',
    ),
    ...nulls('payment_method_options', 'single_use_mandate'),
    ...given,
  };
}

export function newPayout(
  account: Account,
  given: Pick<Stripe.Payout, 'amount' | 'currency' | 'arrival_date' | 'automatic'> & Partial<Stripe.Payout>,
): Stripe.Payout {
  return {
    id: account.idFor('payout'),
    object: 'payout',
    destination: `ba_1${word(23, account.id, 'bank')}`,
    metadata: {},
    method: 'standard',
    reconciliation_status: given.automatic ? 'completed' : 'not_applicable',
    source_type: 'card',
    status: 'pending',
    type: 'bank_account',
    ...now(account),
    ...nulls('application_fee', 'application_fee_amount', 'balance_transaction', 'description'),
    ...nulls(
      'failure_balance_transaction',
      'failure_code',
      'failure_message',
      'original_payout',
      'payout_method',
    ),
    ...nulls('reversed_by', 'statement_descriptor', 'trace_id'),
    ...given,
  };
}

export function newCustomer(account: Account, given: Partial<Stripe.Customer>): Stripe.Customer {
  const id = account.idFor('customer');
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    currency: null,
    delinquent: false,
    invoice_prefix: word(8, id).toUpperCase(),
    invoice_settings: { ...nulls('custom_fields', 'default_payment_method', 'footer', 'rendering_options') },
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    tax_exempt: 'none',
    ...now(account),
    ...nulls('default_source', 'description', 'email', 'shipping'),
    ...given,
  };
}
