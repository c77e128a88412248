/** What a failed request to an authorization server means. */
import { type ErrorCode, IntegrationError, isIntegrationError, VendorError } from '@im/core';

/** Where it happened, for the message. */
export interface FailurePlace {
  readonly provider: string;
  readonly operation: string;
}

/** The last answer, where there was one: an error of the library does not always hold it. */
export type LastAnswer = Pick<Response, 'status' | 'headers'> | undefined;

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly remedy?: string;
}

const reconnect = 'connect the account again';

/** Error names of RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, RFC 9126, RFC 9449, OpenID Connect Core §3.1.2.6. */
const meanings: Readonly<Record<string, Meaning>> = {
  access_denied: { code: 'permission_denied', says: 'access was not granted' },
  consent_required: { code: 'permission_denied', says: 'the user has not agreed', remedy: reconnect },
  interaction_required: {
    code: 'failed_precondition',
    says: 'the user must act at the provider',
    remedy: reconnect,
  },
  login_required: {
    code: 'failed_precondition',
    says: 'the user is not signed in at the provider',
    remedy: reconnect,
  },
  invalid_grant: {
    code: 'unauthenticated',
    says: 'the code or refresh token is no longer accepted',
    remedy: reconnect,
  },
  expired_token: {
    code: 'deadline_exceeded',
    says: 'the code was not entered in time',
    remedy: 'begin again',
  },
  invalid_client: {
    code: 'failed_precondition',
    says: 'the provider does not accept the client',
    remedy: 'check client id and credential',
  },
  unauthorized_client: {
    code: 'failed_precondition',
    says: 'the client may not use this grant',
    remedy: 'allow it at the provider',
  },
  unsupported_grant_type: { code: 'failed_precondition', says: 'the provider does not offer this grant' },
  unsupported_token_type: {
    code: 'failed_precondition',
    says: 'the provider does not revoke tokens of this kind',
  },
  invalid_scope: {
    code: 'invalid_argument',
    says: 'the provider does not grant these scopes',
    remedy: 'check the scopes',
  },
  invalid_request: { code: 'invalid_argument', says: 'the provider calls the request malformed' },
  invalid_target: { code: 'invalid_argument', says: 'the provider does not know the resource' },
  invalid_dpop_proof: {
    code: 'failed_precondition',
    says: 'the provider does not accept the proof of the key',
    remedy: 'check the clock',
  },
  temporarily_unavailable: { code: 'unavailable', says: 'the provider is not available now' },
  server_error: { code: 'unavailable', says: 'the provider has a fault' },
  slow_down: { code: 'unavailable', says: 'the provider was asked too often' },
};

const byStatus: readonly (readonly [from: number, to: number, code: ErrorCode])[] = [
  [429, 429, 'resource_exhausted'],
  [408, 408, 'unavailable'],
  [500, 599, 'unavailable'],
  [401, 401, 'unauthenticated'],
  [400, 499, 'failed_precondition'],
];

/** What an answer lacks that must have it, by the code of the library's error. */
const checks: Readonly<Record<string, Meaning & { readonly reason: string }>> = {
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: {
    reason: 'id_token_mismatch',
    code: 'unauthenticated',
    says: 'a claim of the ID token is another than it must be',
  },
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: {
    reason: 'id_token_time',
    code: 'unauthenticated',
    says: 'the ID token is not of this time',
    remedy: 'check the clock',
  },
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: {
    reason: 'issuer_mismatch',
    code: 'unauthenticated',
    says: 'the answer names another issuer or subject than was asked',
  },
  OAUTH_KEY_SELECTION_FAILED: {
    reason: 'unknown_key',
    code: 'unauthenticated',
    says: 'the signature is of no known key',
  },
  OAUTH_MISSING_SERVER_METADATA: {
    reason: 'missing_endpoint',
    code: 'failed_precondition',
    says: 'the provider does not offer this',
  },
  OAUTH_INVALID_SERVER_METADATA: {
    reason: 'insecure_endpoint',
    code: 'failed_precondition',
    says: 'an endpoint of the provider is not https',
  },
  OAUTH_HTTP_REQUEST_FORBIDDEN: {
    reason: 'insecure_endpoint',
    code: 'failed_precondition',
    says: 'an endpoint of the provider is not https',
  },
  OAUTH_INVALID_RESPONSE: {
    reason: 'bad_response',
    code: 'internal',
    says: 'the provider’s answer is not as the standard has it',
  },
  OAUTH_RESPONSE_IS_NOT_CONFORM: {
    reason: 'bad_response',
    code: 'internal',
    says: 'the provider’s answer is not as the standard has it',
  },
  OAUTH_RESPONSE_IS_NOT_JSON: {
    reason: 'bad_response',
    code: 'internal',
    says: 'the provider’s answer is not JSON',
  },
  OAUTH_PARSE_ERROR: { reason: 'bad_response', code: 'internal', says: 'the provider’s answer is broken' },
  OAUTH_UNSUPPORTED_OPERATION: {
    reason: 'unsupported_response',
    code: 'internal',
    says: 'the provider’s answer is of a kind that is not understood',
  },
};

/**
 * The error for callers. The library's own is not kept as cause, since it holds the answer, with tokens in it.
 *
 * @returns an {@link IntegrationError}; anything that is no failure of the exchange as it is
 */
export function explained(error: unknown, place: FailurePlace, answer?: LastAnswer): unknown {
  if (isIntegrationError(error)) return error;
  if (error instanceof VendorError) return ofTransport(error, place);
  const isRefused = answer !== undefined && answer.status >= 400;
  const status = isRefused ? answer.status : undefined;
  // A client that is refused is told so by the status, and often by nothing else (RFC 6749 §5.2); only user info is asked with a token.
  const unnamed = status === 401 && place.operation !== 'userInfo' ? 'invalid_client' : undefined;
  const name = textOf(error, 'error') ?? challengeOf(error) ?? unnamed;
  if (name !== undefined || status !== undefined) return ofAnswer(answer, name, status, place);
  const check = checks[textOf(error, 'code') ?? ''];
  if (check === undefined) return error;
  const { says, ...fields } = check;
  return new IntegrationError(says, { ...place, ...fields, effect: 'none' });
}

function ofTransport(error: VendorError, place: FailurePlace): IntegrationError {
  const { code = 'unavailable', reason, says, sent } = error.failure;
  return new IntegrationError(
    says ?? 'the provider could not be reached',
    { ...place, code, reason, effect: sent ? 'unknown' : 'none' },
    { cause: error },
  );
}

function ofAnswer(
  answer: LastAnswer,
  name: string | undefined,
  status: number | undefined,
  place: FailurePlace,
): IntegrationError {
  const meaning = name !== undefined && Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  const row = byStatus.find(([from, to]) => status !== undefined && status >= from && status <= to);
  const isBusy = row?.[2] === 'unavailable' || row?.[2] === 'resource_exhausted';
  return new IntegrationError(meaning?.says ?? `the provider answered with status ${status ?? 'unknown'}`, {
    ...place,
    code: (isBusy ? row?.[2] : (meaning?.code ?? row?.[2])) ?? 'failed_precondition',
    // A name that is no plain word could be anything.
    reason: name !== undefined && /^[a-z_]{1,60}$/.test(name) ? name : undefined,
    status,
    remedy: meaning?.remedy,
    retryAfterMs: retryAfterOf(answer),
  });
}

function retryAfterOf(answer: LastAnswer): number | undefined {
  const value = answer?.headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : undefined;
}

/** A server that refuses the client answers with a challenge (RFC 6749 §5.2), where the library reads no body. */
function challengeOf(error: unknown): string | undefined {
  const challenges: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'cause') : undefined;
  if (!Array.isArray(challenges)) return undefined;
  return textOf(challenges[0]?.parameters, 'error');
}

function textOf(error: unknown, name: string): string | undefined {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
