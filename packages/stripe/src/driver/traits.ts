/** What is true of the driver whatever its options. */
import type { Currency, PaymentTraits } from '@im/payments';
import { mostOf, stepOf, stripeCurrencies } from '../currencies.ts';
import { stripeDeclines } from '../declines.ts';
import { maxReferenceBytes } from './reference.ts';

const usualMost = 99_999_999n;

const where = <Value>(of: (currency: Currency) => Value, usual: Value) =>
  Object.fromEntries(
    stripeCurrencies
      .map((currency) => [currency, of(currency)] as const)
      .filter(([, value]) => value !== usual),
  ) as Partial<Record<Currency, Value>>;

/** Payment methods that the driver's flow leads through: https://docs.stripe.com/payments/payment-methods/payment-method-support */
const methods = [
  ...[
    'acss_debit',
    'affirm',
    'afterpay_clearpay',
    'alipay',
    'amazon_pay',
    'au_becs_debit',
    'bacs_debit',
    'bancontact',
  ],
  ...[
    'blik',
    'boleto',
    'card',
    'cashapp',
    'eps',
    'fpx',
    'grabpay',
    'ideal',
    'klarna',
    'konbini',
    'link',
    'mobilepay',
  ],
  ...[
    'multibanco',
    'oxxo',
    'p24',
    'paynow',
    'paypal',
    'pix',
    'promptpay',
    'revolut_pay',
    'sepa_debit',
    'swish',
    'twint',
  ],
  ...['us_bank_account', 'wechat_pay', 'zip'],
];

/** See {@link stripeDriver}. */
export const stripeTraits = {
  abilities: {
    manualCapture: true,
    partialCapture: true,
    partialRefund: true,
    mandates: true,
    vault: true,
    disputes: true,
    payouts: true,
    settlements: true,
    listing: true,
    webhooks: true,
  },
  facts: {
    methods,
    currencies: stripeCurrencies,
    maxMinor: { ...where(mostOf, usualMost), other: usualMost },
    stepMinor: where(stepOf, 1n),
    maxReferenceBytes,
    // Keys are kept for at least 24 hours: https://docs.stripe.com/api/idempotent_requests
    keyTtlMs: 86_400_000,
    references: true,
    lookup: 'reference',
    // Two calls of 30 seconds, and a minute for what Stripe still works on when nobody waits any more.
    settleMs: 120_000,
    declines: stripeDeclines,
  },
} as const satisfies PaymentTraits;
