/**
 * Test cards and test payment methods, and what each does.
 *
 * @see {@link https://docs.stripe.com/testing | Stripe: Test card numbers}
 */

/** Why a charge is declined: `code`, and what the bank said. */
export interface Decline {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
}

/** What a method does. */
export interface Behaviour {
  readonly number: string;
  readonly brand?: string;
  readonly country?: string;
  readonly funding?: 'credit' | 'debit' | 'prepaid';
  /** Every charge is declined. */
  readonly decline?: Decline;
  /** It cannot be attached to a customer, with the same decline. */
  readonly failsAttach?: boolean;
  /**
   * When the customer has to authenticate. `always`: each payment; `off_session_too`: that, also without the customer, who is not there and so
   * it is declined; `unless_set_up`: each payment with the customer, and without once it was set up; `when_present`: with the customer only.
   */
  readonly authenticates?: 'always' | 'off_session_too' | 'unless_set_up' | 'when_present';
  readonly disputed?: { readonly reason: string; readonly inquiry?: boolean };
  /** Refunds begin `pending`, or fail later. */
  readonly refunds?: 'pending' | 'failing';
  /** The money is available at once. */
  readonly available?: boolean;
  readonly risk?: 'elevated' | 'highest';
  readonly cvcCheck?: 'fail';
  /** It can be captured several times. */
  readonly multicapture?: boolean;
}

const messages = {
  card_declined: 'Your card was declined.',
  insufficient_funds: 'Your card has insufficient funds.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
} as const;

const decline = (decline_code: string, message: string = messages.card_declined): Decline => ({
  code: 'card_declined',
  decline_code,
  message,
});
const failure = (code: 'expired_card' | 'incorrect_cvc' | 'processing_error'): Decline => ({
  code,
  ...(code !== 'processing_error' && { decline_code: code }),
  message: messages[code],
});

/** The card was declined because nobody was there to authenticate. */
export const needsAuthentication: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};
/** The customer did not authenticate. */
export const notAuthenticated: Decline = {
  code: 'payment_intent_authentication_failure',
  message:
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** By what stands behind `pm_card_` and `tok_`. */
export const cards: Readonly<Record<string, Behaviour>> = {
  visa: { number: '4242424242424242' },
  visa_debit: { number: '4000056655665556', funding: 'debit' },
  mastercard: { number: '5555555555554444', brand: 'mastercard' },
  mastercard_debit: { number: '5200828282828210', brand: 'mastercard', funding: 'debit' },
  mastercard_prepaid: { number: '5105105105105100', brand: 'mastercard', funding: 'prepaid' },
  amex: { number: '378282246310005', brand: 'amex' },
  amex_threeDSecureNotSupported: { number: '378282246310005', brand: 'amex' },
  discover: { number: '6011111111111117', brand: 'discover' },
  diners: { number: '3056930009020004', brand: 'diners', multicapture: false },
  jcb: { number: '3566002020360505', brand: 'jcb', multicapture: false },
  unionpay: { number: '6200000000000005', brand: 'unionpay', multicapture: false },
  de: { number: '4000002760000016', country: 'DE' },
  gb: { number: '4000008260000000', country: 'GB' },
  se: { number: '4000007520000008', country: 'SE' },

  visa_chargeDeclined: { number: '4000000000000002', decline: decline('generic_decline') },
  visa_chargeDeclinedInsufficientFunds: {
    number: '4000000000009995',
    decline: decline('insufficient_funds', messages.insufficient_funds),
  },
  visa_chargeDeclinedLostCard: { number: '4000000000009987', decline: decline('lost_card') },
  visa_chargeDeclinedStolenCard: { number: '4000000000009979', decline: decline('stolen_card') },
  chargeDeclinedExpiredCard: { number: '4000000000000069', decline: failure('expired_card') },
  chargeDeclinedIncorrectCvc: { number: '4000000000000127', decline: failure('incorrect_cvc') },
  chargeDeclinedProcessingError: { number: '4000000000000119', decline: failure('processing_error') },
  visa_chargeDeclinedVelocityLimitExceeded: {
    number: '4000000000006975',
    decline: decline('card_velocity_exceeded'),
  },
  chargeDeclinedFraudulent: { number: '4100000000000019', decline: decline('fraudulent'), risk: 'highest' },
  radarBlock: { number: '4100000000000019', decline: decline('fraudulent'), risk: 'highest' },
  riskLevelHighest: { number: '4000000000004954', decline: decline('fraudulent'), risk: 'highest' },
  riskLevelElevated: { number: '4000000000009235', risk: 'elevated' },
  cvcCheckFail: { number: '4000000000000101', cvcCheck: 'fail' },
  /** It can be attached, and every charge is declined. */
  chargeCustomerFail: { number: '4000000000000341', decline: decline('generic_decline'), failsAttach: false },

  createDispute: { number: '4000000000000259', disputed: { reason: 'fraudulent' } },
  createDisputeProductNotReceived: {
    number: '4000000000002685',
    disputed: { reason: 'product_not_received' },
  },
  createDisputeInquiry: { number: '4000000000001976', disputed: { reason: 'fraudulent', inquiry: true } },

  pendingRefund: { number: '4000000000007726', refunds: 'pending' },
  refundFail: { number: '4000000000005126', refunds: 'failing' },
  bypassPending: { number: '4000000000000077', available: true },
  bypassPendingInternational: { number: '4000003720000278', country: 'IE', available: true },

  authenticationRequiredOnSetup: {
    number: '4000002500003155',
    country: 'FR',
    authenticates: 'unless_set_up',
  },
  authenticationRequired: { number: '4000002760003184', country: 'DE', authenticates: 'off_session_too' },
  authenticationRequiredSetupForOffSession: {
    number: '4000003800000446',
    country: 'IT',
    authenticates: 'when_present',
  },
  authenticationRequiredChargeDeclinedInsufficientFunds: {
    number: '4000008260003178',
    country: 'GB',
    authenticates: 'when_present',
    decline: decline('insufficient_funds', messages.insufficient_funds),
  },
  threeDSecure2Required: { number: '4000000000003220', country: 'IE', authenticates: 'always' },
  threeDSecureRequired: { number: '4000000000003063', authenticates: 'always' },
  threeDSecureRequiredChargeDeclined: {
    number: '4000008400001629',
    authenticates: 'always',
    decline: decline('generic_decline'),
  },
  threeDSecureRequiredProcessingError: {
    number: '4000008400001280',
    decline: decline('processing_error', messages.processing_error),
  },
  threeDSecureOptional: { number: '4000000000003055' },
  threeDSecureOptionalProcessingError: { number: '4000000000003097' },
};

/** Names that Stripe has for the same. */
const aliases: Readonly<Record<string, string>> = {
  chargeDeclined: 'visa_chargeDeclined',
  chargeDeclinedInsufficientFunds: 'visa_chargeDeclinedInsufficientFunds',
  chargeDeclinedLostCard: 'visa_chargeDeclinedLostCard',
  chargeDeclinedStolenCard: 'visa_chargeDeclinedStolenCard',
  chargeDeclinedVelocityLimitExceeded: 'visa_chargeDeclinedVelocityLimitExceeded',
};

/** What `pm_card_visa` or `tok_visa` stands for. */
export function cardNamed(id: string): Behaviour | undefined {
  const name = id.replace(/^(pm_card_|tok_)/, '');
  const real = aliases[name] ?? name;
  return name !== id && Object.hasOwn(cards, real) ? cards[real] : undefined;
}

const byNumber = new Map(Object.values(cards).map((card) => [card.number, card]));

/** What a number stands for: one of the table, or a plain Visa for any other that is well formed. */
export function cardOfNumber(number: string): Behaviour | undefined {
  const digits = number.replaceAll(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits) || !isLuhn(digits)) return undefined;
  return byNumber.get(digits) ?? { number: digits };
}

function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((all, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** How a bank debit ends, some days later: https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers */
export const bankAccounts: Readonly<Record<string, Decline | 'succeeds'>> = {
  success: 'succeeds',
  insufficientFunds: {
    code: 'insufficient_funds',
    message: "The customer's bank account has insufficient funds.",
  },
  accountClosed: { code: 'account_closed', message: "The customer's bank account has been closed." },
  debitNotAuthorized: {
    code: 'debit_not_authorized',
    message: 'The customer has told the bank that the debit was not authorized.',
  },
};

/** What `pm_usBankAccount_success` stands for. */
export function bankAccountNamed(id: string): Decline | 'succeeds' | undefined {
  const name = id.replace(/^pm_usBankAccount_/, '');
  return name !== id && Object.hasOwn(bankAccounts, name) ? bankAccounts[name] : undefined;
}
