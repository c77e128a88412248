import type { PaymentAbility, PaymentFacts } from '@im/payments';
import { adyenCurrencies, maxMinor, stepMinor } from '../money.ts';
import { adyenDeclines } from '../refusals.ts';

const dayMs = 86_400_000;

/** Milliseconds for which Adyen surely remembers a key: https://docs.adyen.com/development-resources/api-idempotency */
export const keyTtlMs = 7 * dayMs;

export const adyenAbilities = {
  manualCapture: true,
  partialCapture: true,
  multiCapture: true,
  partialRefund: true,
  mandates: true,
  vault: true,
  disputes: true,
  payouts: true,
  settlements: true,
  webhooks: true,
} as const satisfies { readonly [Name in PaymentAbility]?: true };

/** Abilities of {@link adyenDriver}. */
export type AdyenAbility = keyof typeof adyenAbilities;

export const adyenFacts: PaymentFacts = {
  /** The commonest; Adyen has more than a hundred: https://docs.adyen.com/payment-methods */
  methods: [
    'scheme',
    'ideal',
    'paypal',
    'klarna',
    'applepay',
    'googlepay',
    'sepadirectdebit',
    'bcmc',
    'twint',
    'mbway',
    'multibanco',
  ],
  currencies: adyenCurrencies,
  maxMinor,
  stepMinor,
  // One less than the field takes: error 198 of the older API.
  maxReferenceBytes: 79,
  keyTtlMs,
  references: true,
  lookup: 'none',
  // A call takes a minute at most, repetitions included.
  settleMs: 120_000,
  declines: adyenDeclines,
};

export const adyenTraits = { abilities: adyenAbilities, facts: adyenFacts } as const;
