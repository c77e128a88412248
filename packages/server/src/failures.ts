/** Failures of integrations as answers of the hub. */
import { type ErrorCode, type IntegrationError, isIntegrationError } from '@im/core';
import { Refused } from './problem.ts';

/**
 * What each canonical code is over HTTP (RFC 9110 §15). A failure between the hub and a vendor is a bad gateway: the caller's own
 * credential was good.
 */
const statuses: Readonly<Record<ErrorCode, number>> = {
  cancelled: 499,
  unknown: 502,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 502,
  resource_exhausted: 429,
  failed_precondition: 409,
  unimplemented: 501,
  internal: 502,
  unavailable: 503,
  unauthenticated: 502,
};

/** The refusal for what an integration threw; anything else is given back to be thrown on. */
export function refusalOf(error: unknown, now: number): unknown {
  if (!isIntegrationError(error)) return error;
  const waitMs = waitOf(error, now);
  const headers =
    waitMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) };
  return new Refused(statuses[error.code], error.message, headers);
}

function waitOf({ notBefore, retryAfterMs }: IntegrationError, now: number): number | undefined {
  return notBefore === undefined ? retryAfterMs : notBefore - now;
}
