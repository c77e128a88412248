/**
 * What errors of Google's APIs mean. All of them follow one model, with names in up to three places:
 *
 * ```json
 * { "error": { "code": 404, "message": "…", "status": "NOT_FOUND",
 *              "errors": [{ "reason": "notFound", "domain": "global", "message": "…" }],
 *              "details": [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "…" },
 *                          { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s" }] } }
 * ```
 *
 * `status` is the name of a canonical code and everywhere but in old APIs; the two reasons are closer to the matter. The token
 * endpoint answers by RFC 6749: `{ "error": "invalid_grant", "error_description": "…" }`.
 *
 * @see {@link https://cloud.google.com/apis/design/errors | Google: Errors}
 */
import { isDeepStrictEqual } from 'node:util';
import type { ErrorRow, ErrorTable } from '@im/core';
import type { ReadFailure } from '@im/http';
import { z } from 'zod';

const signIn = 'check the credentials, and that the key was not deleted';
const grant = 'give the account a role that has it (IAM), and mind that changes take minutes';

/** Reasons by which our own reading of credentials fails. */
const ownReasons = [
  {
    reason: 'bad_key_file',
    code: 'unauthenticated',
    remedy:
      'give a key of a service account, or a configuration of workload identity federation, as Google issued it',
  },
  {
    reason: 'no_credentials',
    code: 'unauthenticated',
    remedy:
      'give `credentials`, set GOOGLE_APPLICATION_CREDENTIALS, or sign in with `gcloud auth application-default login`',
  },
  { reason: 'no_project', code: 'invalid_argument', remedy: 'give `projectId`, or set GOOGLE_CLOUD_PROJECT' },
] as const satisfies readonly ErrorRow[];

/** Names that say more than the canonical code: https://cloud.google.com/apis/docs/error-reasons and the services' own pages. */
const reasons = [
  {
    reason: 'invalid_grant',
    code: 'unauthenticated',
    remedy: 'check that the key was not deleted or swapped, and that the clock is right',
  },
  { reason: 'invalid_client', code: 'unauthenticated', says: 'the account is unknown', remedy: signIn },
  { reason: 'unauthorized_client', code: 'permission_denied', says: 'the account may not have a token' },
  { reason: 'invalid_scope', code: 'invalid_argument', says: 'the scope is unknown' },
  {
    reason: /^(SERVICE_DISABLED|accessNotConfigured)$/,
    code: 'failed_precondition',
    says: 'the API is not switched on in the project',
    remedy: 'switch it on: `gcloud services enable`',
  },
  {
    reason: /^(BILLING_DISABLED|accountDisabled|billingNotEnabled|billingDisabled)$/,
    code: 'failed_precondition',
    says: 'the project has no active bill',
    remedy: 'switch billing on',
  },
  {
    reason: /^(ACCESS_TOKEN_EXPIRED|authError)$/,
    code: 'unauthenticated',
    says: 'the token was refused',
    remedy: signIn,
  },
  {
    reason: /^(CREDENTIALS_MISSING|required_auth)$/,
    code: 'unauthenticated',
    says: 'no token was sent',
    remedy: signIn,
  },
  {
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    code: 'permission_denied',
    says: 'the token was not issued for this API',
    remedy: 'give the machine or the login the scope cloud-platform',
  },
  { reason: 'IAM_PERMISSION_DENIED', code: 'permission_denied', remedy: grant },
  {
    reason:
      /^(RATE_LIMIT_EXCEEDED|rateLimitExceeded|userRateLimitExceeded|RESOURCE_QUOTA_EXCEEDED|quotaExceeded|dailyLimitExceeded)$/,
    code: 'resource_exhausted',
    effect: 'none',
    remedy: 'slow down, or ask for more quota',
  },
] as const satisfies readonly ErrorRow[];

/** The canonical names: https://cloud.google.com/apis/design/errors#error_codes */
const statuses = [
  { reason: 'INVALID_ARGUMENT', code: 'invalid_argument' },
  { reason: 'OUT_OF_RANGE', code: 'invalid_argument' },
  { reason: 'FAILED_PRECONDITION', code: 'failed_precondition' },
  { reason: 'UNAUTHENTICATED', code: 'unauthenticated', remedy: signIn },
  { reason: 'PERMISSION_DENIED', code: 'permission_denied', remedy: grant },
  { reason: 'NOT_FOUND', code: 'not_found' },
  { reason: 'ALREADY_EXISTS', code: 'already_exists' },
  // Somebody else changed the same thing meanwhile: to be read and tried again from there, not merely sent again.
  { reason: 'ABORTED', code: 'failed_precondition', effect: 'none' },
  { reason: 'RESOURCE_EXHAUSTED', code: 'resource_exhausted', effect: 'none' },
  { reason: 'CANCELLED', code: 'cancelled' },
  { reason: 'DEADLINE_EXCEEDED', code: 'deadline_exceeded' },
  { reason: 'UNIMPLEMENTED', code: 'unimplemented' },
  { reason: 'UNAVAILABLE', code: 'unavailable' },
  { reason: 'INTERNAL', code: 'internal', retryable: true },
  { reason: 'DATA_LOSS', code: 'internal' },
  { reason: 'UNKNOWN', code: 'unknown' },
] as const satisfies readonly ErrorRow[];

const httpStatuses = [
  { status: 400, code: 'invalid_argument' },
  { status: 401, code: 'unauthenticated', says: 'the token was refused', remedy: signIn },
  { status: 403, code: 'permission_denied', remedy: grant },
  { status: 404, code: 'not_found' },
  { status: 408, code: 'unavailable' },
  { status: 409, code: 'already_exists' },
  { status: 412, code: 'failed_precondition' },
  { status: 429, code: 'resource_exhausted', effect: 'none', remedy: 'slow down, or ask for more quota' },
  { status: 499, code: 'cancelled' },
  { status: [500, 599], code: 'unavailable' },
] as const satisfies readonly ErrorRow[];

/**
 * The table of a service: its own rows first, then what all of Google's APIs have in common and the service does not say itself.
 *
 * @param docs the service's page on errors
 */
export function googleErrors(docs: string, own: readonly ErrorRow[] = []): ErrorTable {
  const common: readonly ErrorRow[] = [...ownReasons, ...reasons, ...statuses, ...httpStatuses];
  const isSaid = (row: ErrorRow) =>
    own.some(({ status, reason }) => isDeepStrictEqual([status, reason], [row.status, row.reason]));
  return { docs, rows: [...own, ...common.filter((row) => !isSaid(row))] };
}

const wireError = z.union([
  z.object({
    error: z.object({
      message: z.string().optional().catch(undefined),
      status: z.string().optional().catch(undefined),
      errors: z
        .array(z.object({ reason: z.string().optional() }))
        .optional()
        .catch(undefined),
      details: z
        .array(z.looseObject({ '@type': z.string().optional() }))
        .optional()
        .catch(undefined),
    }),
  }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

/**
 * Reads an answer by the model above: the most telling name that the table knows, Google's own words cut to 200 characters, and when to
 * come back where a `RetryInfo` says so.
 */
export function googleFailureReader(table: ErrorTable): ReadFailure {
  const known = (reason: string) =>
    table.rows.some((row) =>
      typeof row.reason === 'object' ? row.reason.test(reason) : row.reason === reason,
    );
  return (_status, body) => {
    const { data } = wireError.safeParse(body);
    if (data === undefined) return {};
    const { error } = data;
    if (typeof error === 'string') return { reason: error };
    const details = error.details ?? [];
    const names = [
      ...details.filter(isOf('ErrorInfo')).map(({ reason }) => reason),
      ...(error.errors ?? []).map(({ reason }) => reason),
      error.status,
    ].filter((name): name is string => typeof name === 'string');
    const message = error.message ?? '';
    return {
      reason: names.find(known) ?? names[0],
      says: message === '' ? undefined : `Google says "${message.slice(0, 200)}"`,
      retryAfterMs: durationMs(details.find(isOf('RetryInfo'))?.retryDelay),
    };
  };
}

const isOf =
  (name: string) =>
  (detail: { readonly '@type'?: string | undefined }): boolean =>
    detail['@type'] === `type.googleapis.com/google.rpc.${name}`;

/** `3.5s` in milliseconds: https://protobuf.dev/reference/protobuf/google.protobuf/#duration */
function durationMs(text: unknown): number | undefined {
  const seconds = typeof text === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1] : undefined;
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
