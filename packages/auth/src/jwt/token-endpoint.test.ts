/** The endpoint where refresh tokens are exchanged, over HTTP, and its client's side. */
import { randomBytes } from 'node:crypto';
import { IntegrationError, memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../__tests__/serve.ts';
import { createEnvelope } from '../common/envelope.ts';
import { createTokenIssuer } from './issuer.ts';
import { createKeyRing } from './key-ring.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import type { RefreshTokensOptions } from './refresh-tokens.types.ts';
import { createRefreshingToken } from './refreshing-token.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { createTokenVerifier } from './verifier.ts';

const _day = 86_400_000;
const ada = { tenant: 'acme', subject: 'ada', clientId: 'web', scopes: ['read'], data: { plan: 'pro' } };
const call = { tenant: 'acme', clientId: 'web' };

async function openServer(options: Partial<RefreshTokensOptions> = {}) {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  const tokens = createRefreshTokens({ state, clock, ...options });
  const app = { isAway: false };
  const envelope = createEnvelope({
    keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }],
  });
  const keys = createKeyRing({ state, envelope, clock });
  const issuer = createTokenIssuer({ issuer: 'https://app.test', audience: 'api', keys, clock });
  const verifier = createTokenVerifier({
    issuer: 'https://app.test',
    audience: 'api',
    keys,
    clock,
    tenantClaim: 'tenant',
  });
  const endpoint = createTokenEndpoint({
    issuer,
    refreshTokens: tokens,
    client: (_request, form) => (form.get('client_id') === 'web' ? call : undefined),
    toToken: ({ data }) => {
      if (app.isAway) throw new IntegrationError('the books are away', { code: 'unavailable' });
      return { claims: { plan: data?.plan } };
    },
  });
  const server = await serve((request) =>
    new URL(request.url).pathname === '/token' ? endpoint.token(request) : endpoint.revoke(request),
  );
  const post = (path: string, form: Record<string, string> | string, headers = {}) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      body: typeof form === 'string' ? form : new URLSearchParams(form),
      headers,
    });
  return Object.assign(app, {
    clock,
    state,
    tokens,
    verifier,
    server,
    post,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
}

describe('the token endpoint', () => {
  it('gives a pair for a refresh token, which no cache may keep', async () => {
    await using app = await openServer();
    const { value } = await app.tokens.issue(ada);
    const form = { grant_type: 'refresh_token', refresh_token: value.reveal(), client_id: 'web' };
    const answer = await app.post('/token', form);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const body = (await answer.json()) as Record<string, string>;
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'read' });
    const verified = await app.verifier.verify(body.access_token ?? '', { tenant: 'acme' });
    expect([verified.subject, verified.claims.plan]).toEqual(['ada', 'pro']);
    const replay = await app.post('/token', form);
    expect([replay.status, await replay.json()]).toEqual([400, { error: 'invalid_grant' }]);
  });

  it.each([
    ['another grant', { grant_type: 'password', client_id: 'web' }, 400, 'unsupported_grant_type'],
    ['no token', { grant_type: 'refresh_token', client_id: 'web' }, 400, 'invalid_request'],
    ['an unknown client', { grant_type: 'refresh_token', refresh_token: 'x' }, 401, 'invalid_client'],
    [
      'an unknown token',
      { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'web' },
      400,
      'invalid_grant',
    ],
    [
      'a parameter that stands twice',
      'grant_type=refresh_token&client_id=web&client_id=app',
      400,
      'invalid_request',
    ],
    ['a form that is too large', `client_id=web&x=${'y'.repeat(20_000)}`, 400, 'invalid_request'],
  ])('refuses %s', async (_, form, status, error) => {
    await using app = await openServer();
    const answer = await app.post('/token', form, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([answer.status, await answer.json()]).toEqual([status, { error }]);
  });

  it('lets a client come again when the access token could not be issued: that is no reuse', async () => {
    await using app = await openServer();
    const { value } = await app.tokens.issue(ada);
    const form = { grant_type: 'refresh_token', refresh_token: value.reveal(), client_id: 'web' };
    app.isAway = true;
    const failed = await app.post('/token', form);
    expect([failed.status, await failed.json()]).toEqual([503, { error: 'temporarily_unavailable' }]);
    app.isAway = false;
    expect((await app.post('/token', form)).status).toBe(200);
  });

  it('takes a token back, and says no more than that (RFC 7009)', async () => {
    await using app = await openServer();
    const { value } = await app.tokens.issue(ada);
    for (const token of [value.reveal(), 'unknown'])
      expect((await app.post('/revoke', { token, client_id: 'web' })).status).toBe(200);
    await expect(app.tokens.rotate(value, call)).rejects.toMatchObject({ reason: 'refresh_token_revoked' });
  });
});

describe('the client of a token endpoint', () => {
  // Loading takes real time, in which the clock would move on.
  beforeAll(() =>
    Promise.all([import('jose'), import('@im/http'), import('oauth4webapi'), import('undici')]),
  );

  it('renews by itself, once for all callers of all processes that share its state', async () => {
    await using app = await openServer();
    const { value } = await app.tokens.issue(ada);
    const shared = memoryState(app.clock);
    const clients = Array.from({ length: 3 }, () =>
      createRefreshingToken({
        tokenUrl: `${app.server.url}/token`,
        clientId: 'web',
        authStyle: 'body',
        refreshToken: value,
        state: shared,
        clock: app.clock,
      }),
    );
    for (const round of [1, 2, 3]) {
      const given = await app.clock.until(
        Promise.all(clients.flatMap((client) => Array.from({ length: 20 }, () => client.get()))),
        { limitMs: 25_000 },
      );
      const [first] = given;
      expect(new Set(given.map((token) => token.value.reveal())).size).toBe(1);
      await app.verifier.verify(first?.value ?? '', { tenant: 'acme' });
      expect(app.server.requests).toHaveLength(round);
      await app.clock.advance(590_000);
    }
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it('gets another for one that was refused', async () => {
    await using app = await openServer();
    const { value } = await app.tokens.issue(ada);
    await using client = createRefreshingToken({
      tokenUrl: `${app.server.url}/token`,
      clientId: 'web',
      refreshToken: value,
      clock: app.clock,
      authStyle: 'body',
    });
    const stale = await client.get();
    expect((await client.renew(stale)).value.reveal()).not.toBe(stale.value.reveal());
  });
});
