/** Refresh tokens, as they are asked for: no logic. */
import type { Clock, Secret, StateStore } from '@im/core';
import type { AuditOptions } from '../common/audit.ts';
import type { RandomBytes } from '../common/random.ts';

/** What a family is for. */
export interface RefreshGrant {
  readonly tenant: string;
  readonly subject: string;
  /** The program that it was issued to; another one cannot use it. */
  readonly clientId?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Whatever the application wants back with each rotation: JSON. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A token that was issued. */
export interface IssuedRefreshToken {
  readonly value: Secret;
  readonly familyId: string;
  /** When it ends unless it is used, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Whose token is presented. Both are checked against the family. */
export interface RotateCall {
  readonly tenant: string;
  readonly clientId?: string | undefined;
}

/** Issues, replaces and revokes. */
export interface RefreshTokens {
  issue(grant: RefreshGrant): Promise<IssuedRefreshToken>;
  /**
   * Takes a token and gives the next.
   *
   * @param prepare done with a token that is good, before it is replaced, perhaps more than once: what it throws passes, and the token stays good
   * @throws IntegrationError `unauthenticated`, whose `reason` is `refresh_token_reused` (the family is revoked now), `refresh_token_revoked`,
   * `refresh_token_expired`, `wrong_client`, `wrong_tenant` or `unknown_refresh_token`
   */
  rotate(
    token: string | Secret,
    call: RotateCall,
    prepare?: (grant: RefreshGrant) => Promise<void>,
  ): Promise<IssuedRefreshToken & { readonly grant: RefreshGrant }>;
  /** Ends the family of a token; one that is not known is no error (RFC 7009 §2.2). */
  revoke(token: string | Secret, call: RotateCall): Promise<void>;
  /** Ends every family of a subject, at once and everywhere. */
  revokeSubject(tenant: string, subject: string): Promise<void>;
}

/** Settings of {@link createRefreshTokens}. */
export interface RefreshTokensOptions extends Pick<AuditOptions, 'logger' | 'onEvent'> {
  readonly state: StateStore;
  /** Milliseconds after which a token that was not used ends. Default 14 days. */
  readonly idleMs?: number | undefined;
  /** Milliseconds after which a family ends, however often it was used. Default 90 days. */
  readonly lifetimeMs?: number | undefined;
  /** Milliseconds during which the token just replaced brings the same successor again. Default 0: used twice is reused. */
  readonly graceMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}
