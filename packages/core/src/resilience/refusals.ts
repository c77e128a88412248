/** Refusals: calls that end before anything is sent. Cheap, typed, without effect. */
import type { ErrorCode, IntegrationError } from '../errors.ts';
import { stacklessError } from '../to-integration-error.ts';
import type { CallNames } from './types.ts';

/** Why a call is refused. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly says: string;
  readonly remedy: string;
  readonly retryable?: boolean;
}

/** Every reason for which core itself refuses a call. */
export const refusals = {
  open: { code: 'unavailable', says: 'the circuit is open', remedy: 'wait until the service is back' },
  isolated: { code: 'unavailable', says: 'the circuit was opened by hand', remedy: 'reset the breaker' },
  draining: {
    code: 'unavailable',
    says: 'the integration is stopping',
    remedy: 'call it when it is enabled',
  },
  parkedLimit: {
    code: 'resource_exhausted',
    says: 'the vendor asks to stay away for longer than this call may take',
    remedy: 'call again later',
  },
  parkedService: {
    code: 'unavailable',
    says: 'the vendor asks to stay away for longer than this call may take',
    remedy: 'call again later',
  },
  rateLimit: {
    code: 'resource_exhausted',
    says: 'the rate limit leaves no room for this call in time',
    remedy: 'call less often, or raise `rateLimit`',
  },
  bulkhead: {
    code: 'resource_exhausted',
    says: 'too many calls are in flight',
    remedy: 'call less often, or raise `bulkhead`',
  },
  timeout: {
    code: 'invalid_argument',
    says: '`timeoutMs` is not a positive number',
    remedy: 'give milliseconds',
    retryable: false,
  },
} satisfies Record<string, Refusal>;

/** The error of a refusal. `notBefore`: the instant from which the call may pass, when that is known. */
export function refuse(
  refusal: Refusal,
  names: CallNames,
  operation: string,
  now: number,
  attempts: number,
  notBefore?: number,
): IntegrationError {
  const known = notBefore !== undefined && Number.isFinite(notBefore);
  return stacklessError(refusal.says, {
    code: refusal.code,
    provider: names.provider,
    operation,
    integration: names.integration,
    tenant: names.tenant,
    retryable: refusal.retryable,
    retryAfterMs: known ? Math.max(0, notBefore - now) : undefined,
    notBefore: known ? notBefore : undefined,
    attempts: attempts,
    remedy: refusal.remedy,
  });
}
