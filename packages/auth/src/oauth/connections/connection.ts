/** A tenant's account at a vendor, connected once and used from then on. */

/**
 * `active` ⇄ `refreshing` → `reauth_required` → `active` when it is connected again; `revoked` from any, for good.
 *
 * | state | means |
 * |---|---|
 * | `active` | calls get a token |
 * | `refreshing` | somebody is renewing it; calls get the current token while it is good, and wait for the next one else |
 * | `reauth_required` | the vendor takes its refresh token no more; only the user can mend it |
 * | `revoked` | disconnected; its tokens are gone |
 */
export type ConnectionState = 'active' | 'refreshing' | 'reauth_required' | 'revoked';

/** What an application shows and decides by. No token. */
export interface Connection {
  readonly id: string;
  readonly tenant: string;
  /** Whose it is, by the application's id; a tenant's common account may be that of a user such as `everybody`. */
  readonly user: string;
  /** Id of the provider's row. */
  readonly provider: string;
  /** Which account at the vendor, where it says so. */
  readonly account?: { readonly id: string; readonly name?: string | undefined } | undefined;
  readonly state: ConnectionState;
  /** Why it is not `active`, as a name: `invalid_grant`, `refresh_outcome_unknown`. */
  readonly reason?: string | undefined;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, as all instants here. */
  readonly connectedAt: number;
  readonly refreshedAt?: number | undefined;
  /** When the access token ends. Absent: it has no end that is known. */
  readonly expiresAt?: number | undefined;
  /** When the user must connect again in any case. */
  readonly refreshExpiresAt?: number | undefined;
  /** What the vendor told beside the tokens, such as `instance_url`. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How it stands in the store: the connection, what only the refresher needs, and the tokens sealed. */
export interface StoredConnection extends Connection {
  /** Grows with every pair of tokens: two who renewed can be told apart. */
  readonly generation: number;
  /** Whether there is something to renew it by. */
  readonly isRenewable: boolean;
  /** See {@link SealedTokens}. Absent once it is revoked. */
  readonly sealed?: string | undefined;
  /** A renewal whose request may have left, and whose answer is not stored: under way, or lost. */
  readonly attempt?: { readonly fence: number; readonly at: number } | undefined;
  /** Instant before which the vendor must not be asked to renew it. */
  readonly notBefore?: number | undefined;
}

/** What the seal covers. */
export interface SealedTokens {
  readonly access: string;
  readonly tokenType: 'bearer' | 'dpop';
  readonly refresh?: string | undefined;
  readonly dpopKey?: string | undefined;
}

/** What is shown of a stored connection. */
export function toConnection(stored: StoredConnection): Connection {
  const { generation: _g, isRenewable: _r, sealed: _s, attempt: _a, notBefore: _n, ...shown } = stored;
  return shown;
}
