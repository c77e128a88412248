/** What the SDK threw, as the neutral failure that core knows. Secrets were taken out before the SDK saw them ({@link createHttpClient}). */
import { isIntegrationError, VendorError, type VendorFailure } from '@im/core';
import { scrub } from '@im/http';
import { isStripeError, ownReasons, reasonByWords, type StripeErrorLike } from '../errors.ts';
import { headerReader } from './http-client.ts';

/** @returns `VendorError` for what Stripe or the network did; what was thrown, where it is neither */
export function toVendorError(thrown: unknown): unknown {
  if (!isStripeError(thrown)) return thrown;
  // The SDK wraps what the transport, or the reading of the body, threw.
  for (const inner of [thrown.detail, thrown.raw?.exception])
    if (inner instanceof VendorError || isIntegrationError(inner)) return inner;
  if (thrown.statusCode === undefined) return thrown;
  return new VendorError(failureOf(thrown), { cause: thrown });
}

function failureOf(error: StripeErrorLike): VendorFailure {
  const { statusCode: status, headers = {}, message, requestId } = error;
  return {
    status,
    sent: true,
    headers: headerReader(headers),
    reason: reasonOf(error, headers),
    says: message === '' ? undefined : scrub(`Stripe says "${message}"`, []),
    requestId: requestId !== undefined && /^[\w.-]{1,200}$/.test(requestId) ? requestId : undefined,
  };
}

/** A reason becomes a metric's label: a plain name, or nothing. */
const plainReason = /^[a-z][a-z0-9_]{0,99}$/;

function reasonOf(error: StripeErrorLike, headers: Readonly<Record<string, string>>): string | undefined {
  const { statusCode = 0, decline_code, code, rawType } = error;
  // Stripe knows whether a repetition can help: its answer to the first request with a key is its answer to all of them.
  if (headers['stripe-should-retry'] === 'false' && statusCode >= 500) return ownReasons.final;
  if (
    headers['stripe-should-retry'] === 'true' &&
    statusCode < 500 &&
    statusCode !== 429 &&
    code === undefined
  )
    return ownReasons.again;
  const named = decline_code || reasonByWords(error) || code || rawType;
  return named !== undefined && plainReason.test(named) ? named : undefined;
}

/** The error of Stripe's below one of @im, for whoever must read more than its code. */
export function stripeErrorOf(error: unknown): StripeErrorLike | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isStripeError(at)) return at;
  return undefined;
}
