/** What is true of PayPal as a payment processor, whatever the options. */
import type { PaymentTraits } from '@im/payments';
import { paypalDeclines } from '../declines.ts';
import { paypalCurrencies, paypalMaxMinor } from '../money.ts';
import { partBytes } from './refund-parts.ts';

const hourMs = 3_600_000;

/** Milliseconds for each call to PayPal, repetitions included. */
export const callMs = 10_000;

/** A refund of ten captures is ten calls, between two that look. */
export const settleMs = 15 * callMs;

/** Bytes of `invoice_id`, where our references stand. */
const invoiceIdBytes = 127;

export const paypalTraits = {
  abilities: {
    manualCapture: true,
    partialCapture: true,
    multiCapture: true,
    partialRefund: true,
    mandates: true,
    vault: true,
    disputes: true,
    payouts: true,
    webhooks: true,
  },
  facts: {
    methods: ['paypal', 'venmo', 'card'],
    currencies: paypalCurrencies,
    maxMinor: paypalMaxMinor,
    // Currencies whose minor unit PayPal does not know: https://developer.paypal.com/api/rest/reference/currency-codes/
    stepMinor: { HUF: 100n, TWD: 100n },
    maxReferenceBytes: invoiceIdBytes - partBytes,
    // Of orders, the shortest: 6 hours, up to 72 by agreement. Captures of an authorization and refunds are known for 45 days.
    keyTtlMs: 6 * hourMs,
    references: true,
    lookup: 'id',
    settleMs,
    declines: paypalDeclines,
  },
} as const satisfies PaymentTraits;
