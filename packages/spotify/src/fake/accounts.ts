/**
 * Spotify's accounts service: apps, users, tokens. https://developer.spotify.com/documentation/web-api/concepts/authorization
 * Each tenant has an app and a user of its own.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { type Account, allScopes, type Principal } from './account.ts';
import { digitsOf, userIdOf } from './catalogue.ts';
import { createPlayer } from './player.ts';

interface Grant {
  readonly app: Account;
  readonly user: Account | undefined;
  /** `undefined`: whatever the user's account grants at the time. */
  readonly scopes: readonly string[] | undefined;
}
interface AccessToken extends Grant {
  readonly scopes: readonly string[];
  expiresAt: number;
}
interface RefreshToken extends Grant {
  readonly withoutSecret: boolean;
}
interface Code extends Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly expiresAt: number;
}

/** How long the vendor's tokens last. */
const tokenSeconds = 3_600;
/** How long a token that has expired is still told from one that never was. */
const expiredMs = 86_400_000;
const codeMs = 600_000;

const deny = (error: string, error_description: string): FakeResponse => ({
  status: 400,
  json: { error, error_description },
});

/** The accounts service of one fake. */
export function createAccounts(clock: Clock, seed: number, rotate: boolean) {
  const accounts = new Map<string, Account>();
  const access = new Map<string, AccessToken>();
  const refresh = new Map<string, RefreshToken>();
  const codes = new Map<string, Code>();
  let made = 0;

  const mint = (kind: string): string => {
    made += 1;
    const parts = ['token', seed, kind, made];
    return `${kind}-${digitsOf(parts, 40)}${digitsOf([...parts, 'more'], 40)}`;
  };

  const account = (tenant: string): Account => {
    const known = accounts.get(tenant);
    if (known !== undefined) return known;
    const derive = (what: string) => digitsOf([what, seed, tenant], 32).toLowerCase();
    const userId = userIdOf(tenant);
    const granted = { secret: '', pkce: '' };
    const grant = (kind: keyof typeof granted, value: string): void => {
      refresh.delete(granted[kind]);
      granted[kind] = value;
      refresh.set(value, { app: created, user: created, scopes: undefined, withoutSecret: kind === 'pkce' });
    };
    const created: Account = {
      tenant,
      userId,
      clientId: derive('client id'),
      clientSecret: derive('client secret'),
      get refreshToken() {
        return granted.secret;
      },
      set refreshToken(value) {
        grant('secret', value);
      },
      get pkceRefreshToken() {
        return granted.pkce;
      },
      set pkceRefreshToken(value) {
        grant('pkce', value);
      },
      displayName: `Listener ${userId.slice(0, 4)}`,
      country: undefined,
      product: 'premium',
      scopes: allScopes,
      consents: true,
      callsPerWindow: Number.POSITIVE_INFINITY,
      retryAfterSeconds: undefined,
      library: new Map(),
      player: createPlayer(clock, tenant),
    };
    accounts.set(tenant, created);
    created.refreshToken = `refresh-${derive('refresh token')}`;
    created.pkceRefreshToken = `refresh-${derive('pkce refresh token')}`;
    return created;
  };
  const byClient = (id: string | null) => [...accounts.values()].find(({ clientId }) => clientId === id);

  const answer = (grant: Grant, refreshToken?: string): FakeResponse => {
    for (const [old, { expiresAt }] of access) if (expiresAt < clock.now() - expiredMs) access.delete(old);
    const value = mint('access');
    const scopes = grant.scopes ?? grant.app.scopes;
    access.set(value, {
      app: grant.app,
      user: grant.user,
      scopes,
      expiresAt: clock.now() + tokenSeconds * 1_000,
    });
    return {
      headers: { 'cache-control': 'no-store' },
      json: {
        access_token: value,
        token_type: 'Bearer',
        expires_in: tokenSeconds,
        ...(grant.user === undefined ? {} : { scope: scopes.join(' ') }),
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      },
    };
  };

  /** Who asks for a token: by `Authorization: Basic`, or by `client_id` alone, which only PKCE allows. */
  const clientOf = (request: FakeRequest, form: URLSearchParams) => {
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (basic === undefined) {
      const app = byClient(form.get('client_id'));
      const secret = form.get('client_secret');
      if (app === undefined || (secret !== null && secret !== app.clientSecret)) return undefined;
      return { app, authenticated: secret !== null };
    }
    const [id = '', secret = ''] = Buffer.from(basic, 'base64')
      .toString('utf8')
      .split(':')
      .map(decodeURIComponent);
    const app = byClient(id);
    return app?.clientSecret === secret ? { app, authenticated: true } : undefined;
  };

  const grants: Readonly<
    Record<string, (form: URLSearchParams, app: Account, authenticated: boolean) => FakeResponse>
  > = {
    client_credentials: (_form, app, authenticated) =>
      authenticated
        ? answer({ app, user: undefined, scopes: [] })
        : deny('invalid_client', 'Invalid client secret'),
    authorization_code: (form, app, authenticated) => {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      if (code === undefined || code.app !== app || code.expiresAt <= clock.now()) {
        return deny('invalid_grant', 'Invalid authorization code');
      }
      if (code.redirectUri !== form.get('redirect_uri')) return deny('invalid_grant', 'Invalid redirect URI');
      if (code.challenge !== undefined && code.challenge !== challengeOf(form.get('code_verifier') ?? '')) {
        return deny('invalid_grant', 'code_verifier was incorrect');
      }
      if (code.challenge === undefined && !authenticated)
        return deny('invalid_client', 'Invalid client secret');
      const value = mint('refresh');
      refresh.set(value, { ...code, withoutSecret: !authenticated });
      return answer(code, value);
    },
    refresh_token: (form, app, authenticated) => {
      const value = form.get('refresh_token') ?? '';
      const token = refresh.get(value);
      if (token === undefined || token.app !== app) return deny('invalid_grant', 'Invalid refresh token');
      if (!authenticated && !token.withoutSecret) return deny('invalid_client', 'Invalid client secret');
      if (!token.withoutSecret && !rotate) return answer(token);
      const next = mint('refresh');
      refresh.delete(value);
      refresh.set(next, token);
      return answer(token, next);
    },
  };

  return {
    account,
    all: () => [...accounts.values()],
    /** `POST /api/token` */
    token(request: FakeRequest): FakeResponse {
      const form = request.form();
      const grant = Object.hasOwn(grants, form.get('grant_type') ?? '')
        ? grants[form.get('grant_type') ?? '']
        : undefined;
      if (grant === undefined)
        return deny('unsupported_grant_type', 'grant_type parameter is missing or unknown');
      const client = clientOf(request, form);
      if (client === undefined) return deny('invalid_client', 'Invalid client');
      return grant(form, client.app, client.authenticated);
    },
    /** `GET /authorize`: the page where the user agrees, which here happens by itself. */
    authorize(request: FakeRequest): FakeResponse {
      const { query } = request;
      const app = byClient(query.get('client_id'));
      const redirectUri = query.get('redirect_uri');
      if (app === undefined) return { status: 400, body: 'INVALID_CLIENT: Invalid client' };
      if (redirectUri === null || !URL.canParse(redirectUri)) {
        return { status: 400, body: 'INVALID_CLIENT: Invalid redirect URI' };
      }
      if (query.get('response_type') !== 'code') return { status: 400, body: 'response_type must be code' };
      const back = new URL(redirectUri);
      const state = query.get('state');
      if (state !== null) back.searchParams.set('state', state);
      const challenge = query.get('code_challenge') ?? undefined;
      if (challenge !== undefined && query.get('code_challenge_method') !== 'S256') {
        return { status: 400, body: 'code_challenge_method must be S256' };
      }
      if (app.consents) {
        const wanted = (query.get('scope') ?? '').split(' ').filter((scope) => app.scopes.includes(scope));
        const code = mint('code');
        codes.set(code, {
          app,
          user: app,
          scopes: wanted,
          redirectUri,
          challenge,
          expiresAt: clock.now() + codeMs,
        });
        back.searchParams.set('code', code);
      } else {
        back.searchParams.set('error', 'access_denied');
      }
      return { status: 303, headers: { location: back.href } };
    },
    /** Whom the request's token speaks for, or why it is refused. */
    principal(request: FakeRequest): Principal | 'missing' | 'invalid' | 'expired' {
      const header = request.headers.authorization;
      if (header === undefined) return 'missing';
      const token = access.get(/^Bearer (.+)$/i.exec(header)?.[1] ?? '');
      if (token === undefined) return 'invalid';
      if (token.expiresAt <= clock.now()) return 'expired';
      return { app: token.app, user: token.user, scopes: new Set(token.scopes) };
    },
    /** Every access token is refused as expired from now on. */
    expireTokens(): void {
      for (const token of access.values()) token.expiresAt = 0;
    },
    /** The user takes the permission back: refresh tokens end, access tokens are unknown. */
    revoke(tenant: string): void {
      for (const [value, token] of access) if (token.user?.tenant === tenant) access.delete(value);
      for (const [value, token] of refresh) if (token.user?.tenant === tenant) refresh.delete(value);
    },
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** RFC 7636 §4.6 */
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
