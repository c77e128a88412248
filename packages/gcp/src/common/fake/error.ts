/** Errors as Google's APIs word them. */
import type { FakeResponse } from '@im/testing';
import type { FakePrincipal } from './accounts.ts';

/** Canonical names by HTTP status: https://cloud.google.com/apis/design/errors#handling_errors */
const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Reasons by HTTP status, as the older APIs give them: https://cloud.google.com/storage/docs/json_api/v1/status-codes */
const reasonNames: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'conditionNotMet',
  416: 'requestedRangeNotSatisfiable',
  429: 'rateLimitExceeded',
  500: 'backendError',
  503: 'backendError',
};

/** An error by the newer model: a canonical name, and details. */
export function googleError(
  code: number,
  message: string,
  more: { readonly status?: string; readonly details?: readonly object[] } = {},
): FakeResponse {
  const { status = statusNames[code] ?? 'UNKNOWN', details } = more;
  return { status: code, json: { error: { code, message, status, ...(details && { details }) } } };
}

/** An error of the older APIs, storage and BigQuery among them: a list of reasons, no canonical name. */
export function googleLegacyError(
  code: number,
  message: string,
  reason: string = reasonNames[code] ?? 'internalError',
): FakeResponse {
  const error = { code, message, errors: [{ message, domain: 'global', reason }] };
  return { status: code, json: { error } };
}

const refusals = {
  missing: [
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    'CREDENTIALS_MISSING',
    'Bearer realm="https://accounts.google.com/"',
  ],
  invalid: [
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    'ACCESS_TOKEN_TYPE_UNSUPPORTED',
    'Bearer realm="https://accounts.google.com/", error="invalid_token"',
  ],
  expired: [
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    'ACCESS_TOKEN_EXPIRED',
    'Bearer realm="https://accounts.google.com/", error="invalid_token"',
  ],
} as const;

/** What a token that is not taken is answered with; `undefined` for one that is. */
export function refusedToken(principal: FakePrincipal, domain = 'googleapis.com'): FakeResponse | undefined {
  if (typeof principal !== 'string') return undefined;
  const [message, reason, challenge] = refusals[principal];
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain }];
  return { ...googleError(401, message, { details }), headers: { 'www-authenticate': challenge } };
}
