/**
 * Stripe's decline codes: those of cards, those of other payment methods, and the codes by which a payment fails without an issuer. Where
 * Stripe asks not to tell the customer why, the message is that of any decline.
 */
import type { DeclineCategory, DeclineMessageKey, DeclineRow, DeclineTable, RetryAdvice } from '@im/payments';

const keyOf = (code: string, category: DeclineCategory): DeclineMessageKey =>
  exactKeys.find(([pattern]) => pattern.test(code))?.[1] ?? messageKeys[category] ?? 'payment.declined';

/** Codes that say more than their category. */
const exactKeys: readonly (readonly [RegExp, DeclineMessageKey])[] = [
  [/_cvc$/, 'payment.declined.cvc'],
  [/_(address|zip|postal_code)$/, 'payment.declined.address'],
  [/(^|_)pin(_|$)/, 'payment.declined.pin'],
  [/^payment_method_customer_decline$/, 'payment.declined.cancelled'],
  [
    /^(card_not_supported|currency_not_supported|payment_method_(not_available|restricted))$/,
    'payment.declined.method',
  ],
];

/** Texts that tell the customer something of use. Fraud, loss and theft must not be told. */
const messageKeys: Partial<Readonly<Record<DeclineCategory, DeclineMessageKey>>> = {
  insufficient_funds: 'payment.declined.funds',
  limit_exceeded: 'payment.declined.limit',
  expired_method: 'payment.declined.expired',
  incorrect_details: 'payment.declined.details',
  authentication_required: 'payment.declined.authentication',
  not_permitted: 'payment.declined.not_permitted',
  issuer_unavailable: 'payment.declined.try_again',
};

/** Codes that mean the same. */
interface Group {
  readonly category: DeclineCategory;
  readonly retry: RetryAdvice;
  readonly codes: readonly string[];
}

const groups: readonly Group[] = [
  {
    category: 'insufficient_funds',
    retry: 'later',
    codes: ['insufficient_funds', 'partner_insufficient_funds'],
  },
  {
    category: 'limit_exceeded',
    retry: 'later',
    codes: [
      'card_velocity_exceeded',
      'withdrawal_count_limit_exceeded',
      'payment_limit_exceeded',
      'card_decline_rate_limit_exceeded',
    ],
  },
  { category: 'limit_exceeded', retry: 'never', codes: ['invalid_amount', 'partner_invalid_amount'] },
  { category: 'limit_exceeded', retry: 'never', codes: ['pin_try_exceeded'] },
  {
    category: 'expired_method',
    retry: 'correct',
    codes: [
      'expired_card',
      'partner_expired_card',
      'expired_payment_information',
      'expired_payment_method',
      'new_account_information_available',
    ],
  },
  {
    category: 'incorrect_details',
    retry: 'correct',
    codes: [
      ...['incorrect_address', 'incorrect_cvc', 'incorrect_number', 'incorrect_pin', 'incorrect_zip'],
      ...['incorrect_postal_code', 'invalid_cvc', 'invalid_expiry_month', 'invalid_expiry_year'],
      ...['invalid_number', 'invalid_pin', 'invalid_account', 'invalid_payment_information'],
      'invalid_track_data',
    ],
  },
  {
    category: 'authentication_required',
    retry: 'authenticate',
    codes: [
      ...['authentication_required', 'authentication_not_handled', 'authentication_failure'],
      ...['mobile_device_authentication_required', 'offline_pin_required', 'online_or_offline_pin_required'],
      ...['payment_intent_authentication_failure', 'payment_intent_action_required'],
      'setup_intent_authentication_failure',
    ],
  },
  {
    category: 'not_permitted',
    retry: 'never',
    codes: [
      ...['card_not_supported', 'currency_not_supported', 'partner_invalid_currency', 'not_permitted'],
      ...['service_not_allowed', 'transaction_not_allowed', 'recurring_not_supported_by_bank'],
      ...['partner_action_not_supported', 'card_already_activated', 'payment_method_not_available'],
      ...['payment_method_restricted', 'debit_not_authorized', 'invalid_billing_agreement'],
      ...['invalid_authorization', 'compliance_violation', 'payment_disputed', 'invalid_business_account'],
      ...['payment_intent_mandate_invalid', 'account_closed', 'no_account', 'bank_account_restricted'],
      ...[
        'bank_account_unusable',
        'refer_to_customer',
        'payment_method_customer_decline',
        'stop_payment_order',
      ],
      ...['revocation_of_authorization', 'revocation_of_all_authorizations'],
    ],
  },
  {
    category: 'lost_or_stolen',
    retry: 'never',
    codes: ['lost_card', 'stolen_card', 'pickup_card', 'restricted_card', 'lost_or_stolen_card'],
  },
  {
    category: 'suspected_fraud',
    retry: 'never',
    codes: [
      ...['fraudulent', 'merchant_blacklist', 'security_violation', 'partner_high_risk_customer'],
      'highest_risk_level',
    ],
  },
  {
    category: 'issuer_unavailable',
    retry: 'soon',
    codes: [
      ...['issuer_not_available', 'processing_error', 'partner_processing_error', 'reenter_transaction'],
      ...['try_again_later', 'approve_with_id', 'payment_method_provider_timeout'],
      ...['three_d_secure_authentication_upstream_error', 'payment_intent_payment_attempt_expired'],
    ],
  },
  {
    category: 'unspecified',
    retry: 'later',
    codes: [
      ...['call_issuer', 'card_declined', 'do_not_honor', 'generic_decline', 'no_action_taken'],
      ...['invalid_customer_account', 'partner_generic_decline', 'partner_payment_not_found'],
      ...['payment_method_provider_decline', 'payment_intent_payment_attempt_failed'],
    ],
  },
  {
    category: 'unspecified',
    retry: 'never',
    codes: ['do_not_try_again', 'duplicate_transaction', 'partner_duplicate_transaction', 'testmode_decline'],
  },
];

const rows = groups.flatMap(({ category, retry, codes }) =>
  codes.map((code): [string, DeclineRow] => [code, { category, retry, messageKey: keyOf(code, category) }]),
);

/** See the head of this file. */
export const stripeDeclines: DeclineTable = {
  docs: 'https://docs.stripe.com/declines/codes',
  rows: Object.fromEntries(rows),
};
