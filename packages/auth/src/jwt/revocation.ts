/** Tokens that are refused before their end: one by one, or all of a person until now. */
import { type Clock, type StateStore, scopedState, systemClock } from '@im/core';
import { digestOf } from '../common/random.ts';
import type { VerifiedToken } from './verifier.ts';

/** Asked for every token. Give your own where revocations are kept elsewhere. */
export interface RevocationCheck {
  isRevoked(token: VerifiedToken): boolean | Promise<boolean>;
}

/** A list of what was revoked. */
export interface RevocationList extends RevocationCheck {
  /** One token, by its `jti`. `expiresAt` (milliseconds since 1970) is when it may be forgotten. */
  revoke(token: Pick<VerifiedToken, 'issuer' | 'id' | 'expiresAt'>): Promise<void>;
  /**
   * Every token of this subject that was issued until now. Seconds are what tokens tell of time, so one that is issued within the same second
   * is refused too.
   */
  revokeSubject(
    subject: Pick<VerifiedToken, 'issuer' | 'subject'> & { readonly tenant?: string | undefined },
  ): Promise<void>;
}

/** Settings of {@link createRevocationList}. */
export interface RevocationListOptions {
  readonly state: StateStore;
  /** Milliseconds that a token lives at most; after that a subject's revocation is forgotten. Default 86,400,000, a day. */
  readonly longestLifeMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Makes a list that all processes share, at the price of two reads for each token. */
export function createRevocationList({
  state,
  longestLifeMs = 86_400_000,
  clock = systemClock,
}: RevocationListOptions): RevocationList {
  const revoked = scopedState(state, 'auth', 'revoked');
  const tokenKey = (issuer: string, id: string) => `token/${digestOf(JSON.stringify([issuer, id]))}`;
  const subjectKey = (issuer: string, tenant: string | undefined, subject: string) =>
    `subject/${digestOf(JSON.stringify([issuer, tenant ?? null, subject]))}`;
  return {
    async revoke({ issuer, id, expiresAt }) {
      if (id === undefined) return;
      await revoked.set(tokenKey(issuer, id), '1', { ttlMs: Math.max(expiresAt - clock.now(), 0) + 120_000 });
    },
    async revokeSubject({ issuer, tenant, subject }) {
      await revoked.set(subjectKey(issuer, tenant, subject), String(clock.now()), {
        ttlMs: longestLifeMs + 120_000,
      });
    },
    async isRevoked({ issuer, tenant, subject, id, issuedAt }) {
      const [one, all] = await Promise.all([
        id === undefined ? undefined : revoked.get(tokenKey(issuer, id)),
        revoked.get(subjectKey(issuer, tenant, subject)),
      ]);
      return one !== undefined || (all !== undefined && issuedAt <= Number(all.value));
    },
  };
}
