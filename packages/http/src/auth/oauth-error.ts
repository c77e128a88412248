/** What a failed token request means. */
import { type ErrorCode, VendorError } from '@im/core';

/** Error names of RFC 6749 §5.2 and of the grants around it. All others of status 4xx mean the same as `invalid_client`. */
const remedies: Readonly<Record<string, string>> = {
  invalid_grant: 'the refresh token or code is no longer accepted; connect the account again',
  invalid_client: 'the issuer does not accept the client id or secret',
  unauthorized_client: 'the client may not use this grant',
  unsupported_grant_type: 'the issuer does not offer this grant',
  invalid_scope: 'the issuer does not grant these scopes',
  invalid_request: 'the issuer calls the token request malformed',
};

const statusCodes: readonly (readonly [from: number, to: number, code: ErrorCode])[] = [
  [429, 429, 'resource_exhausted'],
  [408, 408, 'unavailable'],
  [500, 599, 'unavailable'],
  [400, 499, 'unauthenticated'],
];

/**
 * `error` of the OAuth library as a failure of the operation that wanted the token.
 *
 * The library's error is not kept as cause, since it holds the answer. `sent` is false: the operation's own request
 * has not left.
 */
export function errorOf(error: unknown, response: Response | undefined): unknown {
  if (error instanceof VendorError) {
    const { status: _status, ...failure } = error.failure;
    return new VendorError(
      { ...failure, sent: false, says: `no token: ${error.message}` },
      { cause: error.cause },
    );
  }
  const name = fieldOf(error, 'error');
  const reason = name !== undefined && /^[a-z_]{1,60}$/.test(name) ? name : undefined;
  const known = reason === undefined ? undefined : remedies[reason];
  const status = response?.status ?? fieldNumber(error, 'status');
  const row =
    status === undefined ? undefined : statusCodes.find(([from, to]) => status >= from && status <= to);
  if (reason !== undefined || (row !== undefined && response !== undefined)) {
    return new VendorError({
      sent: false,
      code: row?.[2] ?? 'unauthenticated',
      reason,
      says: `no token: ${known ?? `the token endpoint answered ${status ?? 'with an error'}`}`,
      headers: response?.headers,
    });
  }
  // Nothing was answered and nothing of the network failed: a fault of ours, which must not pass for one of theirs.
  if (response === undefined) return error;
  return new VendorError({
    sent: false,
    code: 'internal',
    reason: 'bad_token_response',
    says: 'no token: the token endpoint did not answer as RFC 6749 §5.1 says',
  });
}

function fieldOf(error: unknown, name: string): string | undefined {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function fieldNumber(error: unknown, name: string): number | undefined {
  const value = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'number' ? value : undefined;
}
