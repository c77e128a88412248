import { Secret } from '@im/core';

/** A credential ready to be sent. */
export interface AccessToken {
  readonly value: Secret;
  /** When it ends, milliseconds since 1970. Absent: unknown or never. */
  readonly expiresAt?: number | undefined;
  /** What it may do, where the issuer says so. */
  readonly scopes?: readonly string[] | undefined;
  /** Set by {@link TokenSource.refresh} when it had been issued before it was asked for: it may have been refused since. */
  readonly isOlder?: boolean | undefined;
}

/** What a token source needs to know of the call that asks. */
export interface TokenCall {
  readonly signal: AbortSignal;
}

/** Gives credentials. Many calls ask at once; however many, one renewal is made. */
export interface TokenSource {
  /**
   * A token that is good now; renewed shortly before it ends.
   *
   * @throws `VendorError` when none can be had; the signal's reason
   */
  get(call: TokenCall): Promise<AccessToken>;
  /** Another token than `stale`, which the vendor has just refused. Asks nobody when that has been done meanwhile. */
  refresh(stale: AccessToken, call: TokenCall): Promise<AccessToken>;
}

/**
 * A credential that never changes, such as an API key.
 *
 * `refresh` gives the same one again, since there is no other: the replay then fails as the first attempt did.
 */
export function staticToken(value: Secret | string): TokenSource {
  const token = Promise.resolve<AccessToken>({
    value: typeof value === 'string' ? new Secret(value) : value,
  });
  return { get: () => token, refresh: () => token };
}
