/** What the authorization server for tests is given, and what it is. */
import type { Clock } from '@im/core';
import type { FakeServer } from '@im/testing';
import type { RandomBytes } from '../common/random.ts';
import type { OAuthProvider } from '../oauth/provider.ts';
import type { FakeClient, FakeCounts, FakeGrant, IssuedPair } from './ledger.ts';
import type { Misbehaviour } from './misbehaviour.ts';

/** Settings of {@link startAuthorizationServer}. */
export interface AuthorizationServerOptions {
  /** Default: one, `app` with the secret `secret-of-app`. */
  readonly clients?: readonly FakeClient[] | undefined;
  /** Default `always`; a refresh token that was replaced ends its family. */
  readonly rotation?: 'always' | 'never' | undefined;
  /** Seconds that an access token lives. Default 3,600. */
  readonly expiresInSeconds?: number | undefined;
  /** Who agrees. Default `ada`, or the request's `login_hint`. */
  readonly subject?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** The server. */
export interface AuthorizationServerFake extends AsyncDisposable {
  readonly issuer: string;
  /** A row for a client of it. */
  readonly provider: OAuthProvider;
  readonly counts: Readonly<FakeCounts>;
  /** Requests so far, and `inject` for faults. */
  readonly server: FakeServer;
  /** What the user's browser does: asks the authorization page and comes back. @returns the callback's address */
  agree(url: URL): Promise<URL>;
  /** Tokens for an account that was connected before the test begins. */
  issue(grant?: Partial<FakeGrant>): IssuedPair;
  /** Begins to lie, or goes back to the truth. */
  misbehave(misbehaviour?: Misbehaviour): void;
  /** Signs with another key from now on; `keepsOld` publishes the one before too. */
  rotateKeys(keepsOld?: boolean): void;
  expireAccessTokens(): void;
  /** The user takes the access back at the provider. */
  revokeSubject(subject: string): void;
}
