/** What a refusal by an issuer means: one table a vendor, so that an application acts on a category and never on a vendor's code. */

/** Why a payment may be declined. */
export const declineCategories = [
  'insufficient_funds',
  'limit_exceeded',
  'expired_method',
  'incorrect_details',
  'authentication_required',
  'not_permitted',
  'lost_or_stolen',
  'suspected_fraud',
  'issuer_unavailable',
  'unspecified',
] as const;
/** Why a payment was declined. */
export type DeclineCategory = (typeof declineCategories)[number];

/**
 * What to do next. `never`: this method will not work again. `later`: the same method may work on another day. `soon`: it may work in
 * some minutes. `authenticate`: again, with the customer present. `correct`: after the customer has corrected the details.
 */
export const retryAdvices = ['never', 'later', 'soon', 'authenticate', 'correct'] as const;
/** One of {@link retryAdvices}. */
export type RetryAdvice = (typeof retryAdvices)[number];

/** Keys of texts for the customer, the same for every vendor. The first says nothing but that it was declined: fraud, loss and theft are not told. */
export const declineMessageKeys = [
  'payment.declined',
  'payment.declined.funds',
  'payment.declined.limit',
  'payment.declined.expired',
  'payment.declined.details',
  'payment.declined.cvc',
  'payment.declined.address',
  'payment.declined.pin',
  'payment.declined.authentication',
  'payment.declined.not_permitted',
  'payment.declined.method',
  'payment.declined.cancelled',
  'payment.declined.try_again',
] as const;
/** One of {@link declineMessageKeys}. */
export type DeclineMessageKey = (typeof declineMessageKeys)[number];

/** Meaning of one code. */
export interface DeclineRow {
  readonly category: DeclineCategory;
  readonly retry: RetryAdvice;
  /** Key of the text for the customer, in the application's own translations. */
  readonly messageKey: DeclineMessageKey;
}

/** All codes of a vendor. */
export interface DeclineTable {
  /** The vendor's page on them. */
  readonly docs: string;
  readonly rows: Readonly<Record<string, DeclineRow>>;
}

/** A declined payment's reason. */
export interface Decline extends DeclineRow {
  /** As the vendor spells it: for display and for metrics, not to branch on. */
  readonly code: string;
  /** Whether the table knows the code. Codes that it does not know are counted by the gateway. */
  readonly mapped: boolean;
}

/** Fraud must not be told to whoever tries: what is not known reads like it. */
const unknownRow: DeclineRow = { category: 'unspecified', retry: 'later', messageKey: 'payment.declined' };

/** Looks a code up. */
export function readDecline({ rows }: DeclineTable, code: string): Decline {
  const row = Object.hasOwn(rows, code) ? rows[code] : undefined;
  return { code, mapped: row !== undefined, ...(row ?? unknownRow) };
}
