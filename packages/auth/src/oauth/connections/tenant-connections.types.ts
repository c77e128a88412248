/** Connections of one tenant, as they are asked for: no logic. */
import type { IntegrationError, Secret } from '@im/core';
import type { AuthorizedTokens } from '../authorization.ts';
import type { OAuthClient } from '../client.ts';
import type { Connection } from './connection.ts';

/** What a call may be given. */
export interface ConnectionCall {
  readonly signal?: AbortSignal | undefined;
}

/** Scopes that a call needs. */
export interface TokenNeeds extends ConnectionCall {
  /** Those that the vendor must have granted. */
  readonly scopes?: readonly string[] | undefined;
}

/** A token of a connection, good now. */
export interface ConnectionToken {
  readonly value: Secret;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  readonly scopes: readonly string[];
  /** `dpop`: to be sent with {@link dpopHeaders} and `dpopKey`. */
  readonly tokenType: 'bearer' | 'dpop';
  readonly dpopKey?: Secret | undefined;
}

/** What is connected by {@link TenantConnections.add}. */
export interface NewConnection {
  readonly user: string;
  readonly provider: string;
  readonly tokens: AuthorizedTokens;
  /** The one that is connected again. Absent: the user's of the same account, else a new one. */
  readonly connectionId?: string | undefined;
}

/** Connections of one tenant. Nothing of another tenant can be seen or named. */
export interface TenantConnections {
  readonly tenant: string;
  list(filter?: {
    readonly user?: string | undefined;
    readonly provider?: string | undefined;
  }): Promise<readonly Connection[]>;
  /** @throws {@link IntegrationError} `not_found` */
  get(id: string): Promise<Connection>;
  /**
   * A token that is good now, renewed before it ends.
   *
   * @throws {@link IntegrationError} `unauthenticated` with `reason: 'reauth_required'`; `permission_denied` with `reason: 'missing_scopes'`;
   * `failed_precondition`: disconnected, or the client is not accepted; `unavailable`; `not_found`
   */
  token(id: string, needs?: TokenNeeds): Promise<ConnectionToken>;
  /** Another than `stale`, which the vendor has just refused. `isOlder`: it had been issued before it was asked for. */
  replaceToken(
    id: string,
    stale: Secret,
    call?: ConnectionCall,
  ): Promise<ConnectionToken & { readonly isOlder: boolean }>;
  /** Those of `needed` that were not granted; ask for them with `connectionId` in a new authorization, which keeps the others. */
  missingScopes(id: string, needed: readonly string[]): Promise<readonly string[]>;
  /**
   * Stores what an authorization brought; the handlers do it.
   *
   * @throws {@link IntegrationError} `failed_precondition` with `reason: 'account_mismatch'`: another account than the one to be connected again
   */
  add(connection: NewConnection): Promise<Connection>;
  /** Ends it here at once, and at the vendor as far as it can be reached. Again: nothing happens. */
  disconnect(id: string, call?: ConnectionCall): Promise<void>;
  /** The client of this tenant at a provider. @throws {@link IntegrationError} `not_found` */
  client(provider: string): Promise<OAuthClient>;
  /** Seals tokens anew that an older key of the envelope wraps. @returns how many */
  reseal(): Promise<number>;
}
