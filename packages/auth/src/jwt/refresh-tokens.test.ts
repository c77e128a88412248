import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../__tests__/serve.ts';
import type { AuthEvent } from '../common/audit.ts';
import { createEnvelope } from '../common/envelope.ts';
import { createTokenIssuer } from './issuer.ts';
import { createKeyRing } from './key-ring.ts';
import { createRefreshTokens, type RefreshTokensOptions } from './refresh-tokens.ts';
import { createRefreshingToken } from './refreshing-token.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { createTokenVerifier } from './verifier.ts';

const day = 86_400_000;
const ada = { tenant: 'acme', subject: 'ada', clientId: 'web', scopes: ['read'], data: { plan: 'pro' } };
const call = { tenant: 'acme', clientId: 'web' };

function open(options: Partial<RefreshTokensOptions> = {}) {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  const events: AuthEvent[] = [];
  const tokens = createRefreshTokens({ state, clock, onEvent: (event) => events.push(event), ...options });
  return { clock, state, events, tokens };
}

describe('a refresh token', () => {
  it('is replaced by each use, and brings back what it is for', async () => {
    const { tokens } = open();
    const first = await tokens.issue(ada);
    const second = await tokens.rotate(first.value, call);
    const third = await tokens.rotate(second.value, call);
    expect(third.grant).toEqual(ada);
    expect(new Set([first, second, third].map(({ value }) => value.reveal())).size).toBe(3);
    expect(third.familyId).toBe(first.familyId);
  });

  it('that was replaced ends its family: for the thief and for the owner (replay, RFC 9700 §4.14)', async () => {
    const { tokens, events } = open();
    const first = await tokens.issue(ada);
    const second = await tokens.rotate(first.value, call);
    const error = await tokens.rotate(first.value, call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'refresh_token_reused' });
    await expect(tokens.rotate(second.value, call)).rejects.toMatchObject({
      reason: 'refresh_token_revoked',
    });
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([
      ['refresh_family.revoked', undefined],
      ['refresh_token.refused', 'refresh_token_reused'],
      ['refresh_token.refused', 'refresh_token_revoked'],
    ]);
    const shown = `${inspect(error, { showHidden: true, depth: 9 })}${JSON.stringify(events)}`;
    for (const { value } of [first, second]) expect(shown).not.toContain(value.reveal().split('.')[1]);
  });

  it('used by ten at once is replaced once, and by default that is reuse', async () => {
    const { tokens } = open();
    const { value } = await tokens.issue(ada);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => tokens.rotate(value, call)));
    const given = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(given).toHaveLength(1);
    const [winner] = given as PromiseFulfilledResult<{ value: Secret }>[];
    await expect(tokens.rotate(winner?.value.value ?? '', call)).rejects.toMatchObject({
      reason: 'refresh_token_revoked',
    });
  });

  it('within the grace, where one is set, brings the same successor to all, and after it ends the family', async () => {
    const { tokens, clock, state } = open({ graceMs: 10_000 });
    const { value, familyId } = await tokens.issue(ada);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => tokens.rotate(value, call)));
    expect(new Set(outcomes.map((one) => one.value.reveal())).size).toBe(1);
    const [successor] = outcomes;
    const stored = (await state.get(`auth/refresh/families/${familyId}`))?.value ?? '';
    for (const token of [value, successor?.value])
      expect(stored).not.toContain(token?.reveal().split('.')[1]);
    await clock.advance(9_999);
    expect((await tokens.rotate(value, call)).value.reveal()).toBe(successor?.value.reveal());
    await clock.advance(1);
    await expect(tokens.rotate(value, call)).rejects.toMatchObject({ reason: 'refresh_token_reused' });
    await expect(tokens.rotate(successor?.value ?? '', call)).rejects.toMatchObject({
      reason: 'refresh_token_revoked',
    });
  });

  it('within the grace, but two uses behind, is reuse', async () => {
    const { tokens } = open({ graceMs: 10_000 });
    const first = await tokens.issue(ada);
    const second = await tokens.rotate(first.value, call);
    await tokens.rotate(second.value, call);
    await expect(tokens.rotate(first.value, call)).rejects.toMatchObject({ reason: 'refresh_token_reused' });
  });

  it('of another tenant or client is refused (tenant crossing), and stays good for its own', async () => {
    const { tokens } = open();
    const { value } = await tokens.issue(ada);
    await expect(tokens.rotate(value, { ...call, tenant: 'globex' })).rejects.toMatchObject({
      reason: 'wrong_tenant',
    });
    await expect(tokens.rotate(value, { ...call, clientId: 'app' })).rejects.toMatchObject({
      reason: 'wrong_client',
    });
    await tokens.revoke(value, { ...call, tenant: 'globex' });
    await tokens.rotate(value, call);
  });

  it.each(['', 'x', 'a.b', '../../x', `${'a'.repeat(22)}.${'b'.repeat(43)}`, 'a'.repeat(100_000)])(
    'that never was is refused: %.20s',
    async (made) => {
      await expect(open().tokens.rotate(made, call)).rejects.toMatchObject({
        reason: 'unknown_refresh_token',
      });
    },
  );

  it('made up for a family that is known ends it', async () => {
    const { tokens } = open();
    const { value, familyId } = await tokens.issue(ada);
    await expect(tokens.rotate(`${familyId}.${'x'.repeat(43)}`, call)).rejects.toMatchObject({
      reason: 'refresh_token_reused',
    });
    await expect(tokens.rotate(value, call)).rejects.toMatchObject({ reason: 'refresh_token_revoked' });
  });

  it('ends when it is not used, and with its family in any case', async () => {
    const { tokens, clock } = open({ idleMs: 14 * day, lifetimeMs: 30 * day });
    const { value, expiresAt } = await tokens.issue(ada);
    expect(expiresAt).toBe(clock.now() + 14 * day);
    await clock.advance(13 * day);
    const next = await tokens.rotate(value, call);
    await clock.advance(13 * day);
    const last = await tokens.rotate(next.value, call);
    expect(last.expiresAt).toBe(clock.now() + 4 * day);
    await clock.advance(4 * day - 1);
    const end = await tokens.rotate(last.value, call);
    await clock.advance(1);
    await expect(tokens.rotate(end.value, call)).rejects.toMatchObject({ code: 'unauthenticated' });
    const idle = await tokens.issue(ada);
    await clock.advance(14 * day);
    await expect(tokens.rotate(idle.value, call)).rejects.toMatchObject({ reason: 'refresh_token_expired' });
  });

  it('ends when it is given back, or when all of a person are', async () => {
    const { tokens } = open();
    const [one, two, eve] = [
      await tokens.issue(ada),
      await tokens.issue(ada),
      await tokens.issue({ ...ada, subject: 'eve' }),
    ];
    await tokens.revoke(one.value, call);
    await expect(tokens.rotate(one.value, call)).rejects.toMatchObject({ reason: 'refresh_token_revoked' });
    await tokens.revokeSubject('acme', 'ada');
    await expect(tokens.rotate(two.value, call)).rejects.toMatchObject({ reason: 'refresh_token_revoked' });
    await tokens.rotate(eve.value, call);
    await tokens.rotate((await tokens.issue(ada)).value, call);
    await tokens.revoke('unknown', call);
  });
});

async function openServer(options: Partial<RefreshTokensOptions> = {}) {
  const { clock, state, tokens } = open(options);
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
    toToken: ({ data }) => ({ claims: { plan: data?.plan } }),
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
  return {
    clock,
    state,
    tokens,
    verifier,
    server,
    post,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
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
