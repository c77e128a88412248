/**
 * What Stripe's errors mean. An error has a `type`, for most a `code`, and for a declined payment a `decline_code`; where none of the last two
 * says enough, its words must do ({@link reasonByWords}). The most exact of them is the `reason` of our error.
 *
 * Which of them did nothing: everything below 500, except that the request is being worked on at this moment
 * (`idempotency_key_in_use`). Stripe keeps its answer to the first request with a key, also one of 500, and gives it to all that follow.
 *
 * @see {@link https://docs.stripe.com/error-low-level | Stripe: Advanced error handling}
 */
import type { ErrorRow, ErrorTable } from '@im/core';
import type { Stripe } from 'stripe';
import { codesByMeaning, type Forgotten } from './error-codes.ts';

/** Our own names for what Stripe tells by its words or its headers only. */
export const ownReasons = {
  /** `Stripe-Should-Retry: false` with a status of 500 or more. */
  final: 'final_failure',
  /** `Stripe-Should-Retry: true` with an error that has no code. */
  again: 'retry_wanted',
  refundTooLarge: 'refund_amount_too_large',
  captureTooLarge: 'capture_amount_too_large',
  notAttached: 'payment_method_not_attached',
  notDisputable: 'dispute_closed',
  subscriptionState: 'subscription_state',
} as const;

const lookAgain = 'retrieve it, and look at its state';
const lookAtKey = 'look at the id, and whether the key is of the same account and mode';
const correct = 'correct what Stripe names';

const anyOf = (codes: readonly string[]) => new RegExp(`^(${codes.join('|')})$`);

/** For {@link ErrorTable.rows}. */
const rows: readonly ErrorRow[] = [
  {
    reason: 'idempotency_error',
    code: 'invalid_argument',
    says: 'the idempotency key came with another request before',
    remedy: 'use a key for one request only',
  },
  {
    reason: 'idempotency_key_in_use',
    code: 'unavailable',
    effect: 'unknown',
    says: 'a request with the same idempotency key is being worked on',
    remedy: 'repeat it with the same key',
  },
  {
    reason: ownReasons.final,
    code: 'unavailable',
    retryable: false,
    says: 'Stripe failed, and will not say otherwise',
    remedy: 'ask what became of it; a repetition needs a new key',
  },
  { reason: ownReasons.again, code: 'unavailable', retryable: true, effect: 'none' },
  // Declines have codes of their own, of which some are codes of other errors too.
  { status: 402, code: 'failed_precondition', remedy: 'do what the decline table advises for the reason' },
  {
    reason: anyOf([
      ownReasons.refundTooLarge,
      ownReasons.captureTooLarge,
      ownReasons.notAttached,
      ownReasons.notDisputable,
      ownReasons.subscriptionState,
    ]),
    code: 'failed_precondition',
    remedy: lookAgain,
  },
  {
    reason: anyOf(codesByMeaning.unauthenticated),
    code: 'unauthenticated',
    says: 'the key has expired, or is none of a server',
    remedy: 'check secretKey',
  },
  {
    reason: anyOf(codesByMeaning.permission_denied),
    code: 'permission_denied',
    remedy: 'look at the settings of the account',
  },
  {
    reason: anyOf(codesByMeaning.not_found),
    code: 'not_found',
    remedy: lookAtKey,
  },
  {
    reason: anyOf(codesByMeaning.already_exists),
    code: 'already_exists',
    remedy: 'use the one that there is',
  },
  {
    reason: 'rate_limit',
    code: 'resource_exhausted',
    effect: 'none',
    says: 'more calls than the account may make',
  },
  {
    reason: anyOf(codesByMeaning.resource_exhausted),
    code: 'resource_exhausted',
    retryable: false,
    remedy: 'wait for another day',
  },
  {
    reason: 'lock_timeout',
    code: 'unavailable',
    effect: 'none',
    says: 'another request holds the object',
  },
  { reason: anyOf(codesByMeaning.unavailable), code: 'unavailable' },
  { reason: anyOf(codesByMeaning.unimplemented), code: 'unimplemented', remedy: 'update this package' },
  { reason: anyOf(codesByMeaning.failed_precondition), code: 'failed_precondition', remedy: lookAgain },
  { reason: anyOf(codesByMeaning.invalid_argument), code: 'invalid_argument', remedy: correct },
  { status: 400, code: 'invalid_argument', remedy: correct },
  { status: 401, code: 'unauthenticated', says: 'the key was refused', remedy: 'check secretKey' },
  {
    status: 403,
    code: 'permission_denied',
    remedy:
      'give the restricted key the permission of this operation, or look whether it may act on this account',
  },
  { status: 404, code: 'not_found', remedy: lookAtKey },
  { status: 409, code: 'unavailable', effect: 'unknown', says: 'it met another request' },
  { status: 424, code: 'unavailable', says: 'a service that Stripe needs has failed' },
  { status: 429, code: 'resource_exhausted', effect: 'none', says: 'more calls than the account may make' },
  { status: [500, 599], code: 'unavailable', says: 'Stripe failed' },
];

/** See the head of this file. It does not compile while a code is forgotten. */
export const stripeErrors: ErrorTable = {
  docs: 'https://docs.stripe.com/error-codes' satisfies [Forgotten] extends [never] ? string : Forgotten,
  rows,
};

/** What the SDK throws for an answer of Stripe's, and for everything that kept it from getting one. */
export interface StripeErrorLike extends Error {
  /** Name of the SDK's class, `StripeCardError`. */
  readonly type: string;
  readonly rawType?: string | undefined;
  readonly raw?: { readonly exception?: unknown } | undefined;
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly statusCode?: number | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly detail?: unknown;
  readonly payment_intent?: Stripe.PaymentIntent | undefined;
}

/** Whether the SDK threw it, this copy of it or another. */
export function isStripeError(thrown: unknown): thrown is StripeErrorLike {
  return thrown instanceof Error && 'type' in thrown && /^Stripe\w*Error$/.test(String(thrown.type));
}

const words: readonly { readonly says: RegExp; readonly reason: string }[] = [
  { says: /greater than (the )?unrefunded amount/i, reason: ownReasons.refundTooLarge },
  // Its code, `amount_too_large`, is that of a new payment above the limit too.
  { says: /requested capture amount is greater/i, reason: ownReasons.captureTooLarge },
  { says: /not attached to a customer/i, reason: ownReasons.notAttached },
  { says: /dispute is already closed/i, reason: ownReasons.notDisputable },
  { says: /subscription .*(cannot|can't) be|only .*subscription/i, reason: ownReasons.subscriptionState },
];

/** Our name for an error that has no code, or one that says too little. */
export function reasonByWords({ message }: Pick<StripeErrorLike, 'message'>): string | undefined {
  return words.find(({ says }) => says.test(message))?.reason;
}
