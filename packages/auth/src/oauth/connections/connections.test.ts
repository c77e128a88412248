import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigurationError, memoryState, Secret, type StateStore } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthEvent } from '../../common/audit.ts';
import { createEnvelope, type EnvelopeKey } from '../../common/envelope.ts';
import { tryLease } from '../../common/lease.ts';
import {
  type AuthorizationServerFake,
  startAuthorizationServer,
} from '../../testing/authorization-server.ts';
import type { OAuthProvider } from '../provider.ts';
import { type Connections, type ConnectionsOptions, createConnections } from './connections.ts';

const envelopeKey = (id: string): EnvelopeKey => ({
  id,
  key: new Secret(randomBytes(32).toString('base64')),
});
const keys = [envelopeKey('k1')];
const hour = 3_600_000;

let fake: AuthorizationServerFake;
let clock: VirtualClock;
let state: StateStore;
let events: AuthEvent[];
let open: Connections[];

// Loading takes real time, in which the clock would move on.
beforeAll(() => Promise.all([import('@im/http'), import('oauth4webapi'), import('jose'), import('undici')]));
beforeEach(async () => {
  clock = createVirtualClock();
  fake = await startAuthorizationServer({ clock });
  state = memoryState(clock);
  events = [];
  open = [];
});
afterEach(async () => {
  for (const connections of open) await connections[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

/** The connections of one process. */
function processOf(more: Partial<ConnectionsOptions> = {}, row: Partial<OAuthProvider> = {}): Connections {
  const connections = createConnections({
    state,
    clock,
    random: () => 0.5,
    envelope: createEnvelope({ keys }),
    clients: {
      fake: {
        provider: { ...fake.provider, ...row },
        clientId: 'app',
        credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
        redirectUri: 'https://app.test/connect/fake/callback',
        allowPrivate: true,
      },
    },
    onEvent: (event) => events.push(event),
    ...more,
  });
  open.push(connections);
  return connections;
}

interface Connecting {
  readonly user?: string;
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly tenant?: string;
  readonly connectionId?: string;
}

/** Connects as the handlers do, by an authorization. */
async function connect(
  connections: Connections,
  { user = 'ada', subject, scopes = ['read'], tenant = 'acme', connectionId }: Connecting = {},
) {
  const own = connections.tenant(tenant);
  const client = await own.client('fake');
  const { url, proof } = await client.startAuthorization({
    scopes: ['openid', ...scopes],
    loginHint: subject ?? user,
  });
  const tokens = await client.finishAuthorization({ callback: await fake.agree(url), proof });
  return { own, tokens, connection: await own.add({ user, provider: 'fake', tokens, connectionId }) };
}

const refreshes = () => fake.counts.refreshes;
const types = () => events.map(({ type }) => type);

describe('a connection', () => {
  it('says whose it is, where, and what was granted; it holds no token', async () => {
    const { connection, own } = await connect(processOf());
    expect(connection).toEqual({
      id: connection.id,
      tenant: 'acme',
      user: 'ada',
      provider: 'fake',
      account: { id: 'ada', name: undefined },
      state: 'active',
      scopes: ['openid', 'read'],
      connectedAt: clock.now(),
      expiresAt: clock.now() + hour,
      refreshExpiresAt: undefined,
      facts: {},
    });
    expect(await own.list()).toEqual([await own.get(connection.id)]);
    expect(types()).toEqual(['connection.connected']);
  });

  it('keeps its tokens sealed: whoever reads the store has none, nor any event, nor any message', async () => {
    const written: string[] = [];
    const watched: StateStore = {
      ...state,
      compareAndSet: (key, version, value, expiry) => {
        written.push(key, value);
        return state.compareAndSet(key, version, value, expiry);
      },
    };
    const { own, connection, tokens } = await connect(processOf({ state: watched }));
    const token = await own.token(connection.id);
    expect(token.value.reveal()).toBe(tokens.accessToken.reveal());
    const shown = `${written.join('\n')}${inspect([token, events, connection], { depth: 9 })}`;
    for (const secret of [tokens.accessToken, tokens.refreshToken, tokens.idToken])
      expect(shown).not.toContain(secret?.reveal());
    expect(shown).toContain('im1.k1.');
  });

  it('gives one token to all calls, and asks nobody while it is good', async () => {
    const { own, connection } = await connect(processOf());
    const asked = fake.server.exchanges.length;
    await Promise.all(Array.from({ length: 100 }, () => own.token(connection.id)));
    expect(fake.server.exchanges.length).toBe(asked);
  });

  it('renews an ended token once for all calls of all processes, and stores it first', async () => {
    const { connection } = await connect(processOf());
    await clock.advance(hour);
    const fleet = Array.from({ length: 3 }, () => processOf().tenant('acme'));
    const tokens = await clock.until(
      Promise.all(fleet.flatMap((own) => Array.from({ length: 50 }, () => own.token(connection.id)))),
      { limitMs: 10_000 },
    );
    expect(new Set(tokens.map(({ value }) => value.reveal())).size).toBe(1);
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
    expect(await fleet[0]?.get(connection.id)).toMatchObject({
      state: 'active',
      refreshedAt: expect.any(Number),
    });
  });

  it('renews ahead of its end in the background: no call waits, at an instant that differs from process to process', async () => {
    const { own, connection } = await connect(processOf({ random: () => 0 }));
    const late = processOf({ random: () => 0.999 }).tenant('acme');
    const first = await own.token(connection.id);
    await late.token(connection.id);
    // 5 minutes before the end, a quarter more or less.
    await clock.advance(hour - 375_000);
    expect((await late.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    await clock.advance(1_000);
    expect(refreshes()).toBe(1);
    await clock.advance(30_000);
    expect((await own.token(connection.id)).value.reveal()).not.toBe(first.value.reveal());
    expect((await late.token(connection.id)).value.reveal()).not.toBe(first.value.reveal());
    expect(refreshes()).toBe(1);
  });

  it('is not renewed when nobody uses it', async () => {
    const { connection } = await connect(processOf());
    await processOf().tenant('acme').get(connection.id);
    await clock.advance(10 * hour);
    expect(refreshes()).toBe(0);
  });

  it('gives the good token while the vendor cannot renew it, and the vendor is let alone as long as it asks', async () => {
    const { own, connection } = await connect(processOf());
    const first = await own.token(connection.id);
    fake.server.inject({
      path: '/token',
      fault: { kind: 'status', status: 503, retryAfter: { seconds: 120 } },
    });
    await clock.advance(hour - 300_000);
    expect((await own.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    await clock.advance(60_000);
    expect(types()).toContain('connection.refresh_failed');
    expect((await own.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    expect(refreshes()).toBe(0);
    await clock.advance(61_000);
    await own.token(connection.id);
    await clock.advance(30_000);
    expect(refreshes()).toBe(1);
  });

  it('says when the vendor can be asked again, once the token has ended', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    fake.server.inject({
      path: '/token',
      fault: { kind: 'status', status: 429, retryAfter: { seconds: 30 } },
    });
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'resource_exhausted',
      retryAfterMs: 30_000,
    });
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'not_yet',
      retryAfterMs: 30_000,
    });
    await clock.advance(30_000);
    await own.token(connection.id);
    expect(refreshes()).toBe(1);
  });

  it('asks a vendor that could not be reached again a second later, and not for every call', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    fake.server.inject({ path: '/token', fault: { kind: 'cut', when: 'before' } });
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    const asked = fake.server.exchanges.length;
    for (let calls = 0; calls < 20; calls += 1)
      await expect(own.token(connection.id)).rejects.toMatchObject({
        reason: 'not_yet',
        retryAfterMs: 1_000,
      });
    expect(fake.server.exchanges.length).toBe(asked);
    await clock.advance(1_000);
    await own.token(connection.id);
  });

  it('must be connected again once the vendor takes its refresh token no more, and says so to all', async () => {
    const { own, connection } = await connect(processOf());
    const other = processOf().tenant('acme');
    await clock.advance(hour);
    fake.revokeSubject('ada');
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'reauth_required',
    });
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    await expect(other.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(fake.server.exchanges.filter(({ target }) => target === '/token')).toHaveLength(2);
    expect(await own.get(connection.id)).toMatchObject({ state: 'reauth_required', reason: 'invalid_grant' });
    expect(events.at(-1)).toMatchObject({
      type: 'connection.reauth_required',
      subject: 'ada',
      reason: 'invalid_grant',
      outcome: 'refused',
    });
    const again = await connect(processOf(), { connectionId: connection.id });
    expect(again.connection).toMatchObject({ id: connection.id, state: 'active' });
    await clock.advance(10_000);
    await other.token(connection.id);
    expect(await own.list()).toHaveLength(1);
  });

  it('is not lost by a fault of the application’s own: a client that is refused leaves it as it is', async () => {
    const { connection } = await connect(processOf());
    await clock.advance(hour);
    const wrong = processOf({
      clients: {
        fake: {
          provider: fake.provider,
          clientId: 'app',
          credential: { method: 'client_secret_basic', secret: new Secret('wrong') },
          allowPrivate: true,
        },
      },
    }).tenant('acme');
    await expect(wrong.token(connection.id)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'invalid_client',
    });
    expect(await wrong.get(connection.id)).toMatchObject({ state: 'active' });
    await clock.advance(30_000);
    await processOf().tenant('acme').token(connection.id);
  });

  it('gets another token for one that was refused, once for all', async () => {
    const { own, connection } = await connect(processOf());
    const { value } = await own.token(connection.id);
    fake.expireAccessTokens();
    const renewed = await Promise.all(
      Array.from({ length: 20 }, () => own.replaceToken(connection.id, value)),
    );
    expect(new Set(renewed.map((token) => token.value.reveal())).size).toBe(1);
    expect(await own.replaceToken(connection.id, value)).toMatchObject({ isOlder: true });
    expect(refreshes()).toBe(1);
  });

  it('without a refresh token serves until its end, and then asks to be connected again', async () => {
    fake.misbehave({ tokens: ({ refresh_token: _, ...body }) => body });
    const { own, connection } = await connect(processOf());
    await clock.advance(hour - 60_000);
    await own.token(connection.id);
    await clock.advance(60_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'no_refresh_token' });
  });

  it('lets one caller go at once, and finishes the renewal for the others', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    const reason = new Error('no more');
    const controller = new AbortController();
    const gone = own.token(connection.id, { signal: controller.signal }).catch((error: unknown) => error);
    const stays = own.token(connection.id);
    controller.abort(reason);
    expect(await gone).toBe(reason);
    await stays;
    expect(refreshes()).toBe(1);
  });
});

describe('a renewal whose outcome is unknown', () => {
  const cutAfter = { path: '/token', fault: { kind: 'cut', when: 'after' } } as const;
  const cutBefore = { path: '/token', fault: { kind: 'cut', when: 'before' } } as const;
  const withoutIntrospection = () =>
    fake.misbehave({ discovery: ({ introspection_endpoint: _, ...document }) => document });

  it('is done again where the vendor had not handled it', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    fake.server.inject(cutBefore);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
    await own.token(connection.id);
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is not done again where the vendor’s introspection says that the refresh token is used up', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'refresh_outcome_unknown' });
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is tried once more where nobody can say, and the account connects again when the vendor refuses', async () => {
    withoutIntrospection();
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'refresh_outcome_unknown' });
    expect(fake.counts).toEqual({ refreshes: 1, reused: 1 });
  });

  it('is never tried with the same refresh token where that is asked for', async () => {
    withoutIntrospection();
    const { own, connection } = await connect(processOf({ onLostRefresh: 'reauthorize' }));
    await clock.advance(hour);
    fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is done again without a question where the vendor does not replace refresh tokens', async () => {
    await fake[Symbol.asyncDispose]();
    fake = await startAuthorizationServer({ clock, rotation: 'never' });
    const { own, connection } = await connect(processOf({ onLostRefresh: 'reauthorize' }));
    await clock.advance(hour);
    fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await clock.advance(1_000);
    await own.token(connection.id);
    expect(fake.server.exchanges.some(({ target }) => target === '/introspect')).toBe(false);
  });

  it('that nobody answers ends by its own time, and not by its lease', async () => {
    const { own, connection } = await connect(processOf({ refreshTimeoutMs: 9_000 }));
    await clock.advance(hour);
    fake.server.inject({ path: '/token', fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const waiting = own.token(connection.id).catch((error: unknown) => error);
    await clock.advance(8_000);
    expect((await own.get(connection.id)).state).toBe('refreshing');
    await clock.advance(1_000);
    expect(await waiting).toMatchObject({ code: 'unavailable', reason: 'token_timeout' });
  });

  it('by a holder that was stopped for longer than its lease is kept, when nobody got another pair', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    const released = Promise.withResolvers<void>();
    let first = true;
    fake.misbehave({
      afterTokens: async () => {
        if (!first) return;
        first = false;
        await released.promise;
      },
    });
    const waiting = own.token(connection.id);
    await clock.advance(10);
    // Somebody else gives up on it, as after a pause of the machine.
    const store = 'auth/connections/acme/';
    await state.delete(`${store}lease/${encodeURIComponent(`refresh/${connection.id}`)}`);
    released.resolve();
    expect((await waiting).value.reveal()).not.toBe('');
    expect(await own.get(connection.id)).toMatchObject({ state: 'active' });
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is stored although the store is away for a moment', async () => {
    let failures = 0;
    const flaky: StateStore = {
      ...state,
      compareAndSet: (key, version, value, expiry) => {
        if (key.includes('record/') && value.includes('"generation":2') && failures < 3) {
          failures += 1;
          return Promise.reject(new Error('away'));
        }
        return state.compareAndSet(key, version, value, expiry);
      },
    };
    const { own, connection } = await connect(processOf({ state: flaky }));
    await clock.advance(hour);
    await clock.until(own.token(connection.id), { limitMs: 10_000 });
    expect([failures, refreshes()]).toEqual([3, 1]);
    expect(await own.get(connection.id)).toMatchObject({ state: 'active' });
  });
});

describe('scopes', () => {
  it('that a call needs must have been granted; more are asked for, and the others stay', async () => {
    const connections = processOf();
    const { own, connection } = await connect(connections);
    await expect(own.token(connection.id, { scopes: ['read', 'write'] })).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'missing_scopes',
      message: expect.stringContaining('write'),
    });
    expect(await own.missingScopes(connection.id, ['read', 'write'])).toEqual(['write']);
    await connect(connections, { scopes: ['read', 'write'], connectionId: connection.id });
    await own.token(connection.id, { scopes: ['read', 'write'] });
  });

  it('that the vendor grants beyond those asked for are not counted (RFC 9700 §2.3)', async () => {
    fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid read admin' }) });
    const { connection } = await connect(processOf());
    expect(connection.scopes).toEqual(['openid', 'read']);
  });

  it('that a renewal brings fewer of are fewer from then on, and never more', async () => {
    const { own, connection } = await connect(processOf(), { scopes: ['read', 'write'] });
    await clock.advance(hour);
    fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid read admin' }) });
    await own.token(connection.id);
    expect((await own.get(connection.id)).scopes).toEqual(['openid', 'read']);
  });

  it('are the same by the vendor’s other names', async () => {
    fake.misbehave({ tokens: (body) => ({ ...body, scope: 'openid https://vendor.test/auth/mail' }) });
    const row = { scopeAliases: { mail: 'https://vendor.test/auth/mail' } };
    const { own, connection } = await connect(processOf({}, row), { scopes: ['mail'] });
    await own.token(connection.id, { scopes: ['mail'] });
    expect(connection.scopes).toEqual(['openid', 'https://vendor.test/auth/mail']);
  });
});

describe('accounts', () => {
  it('of one user are told apart, and the same one is not connected twice', async () => {
    const connections = processOf();
    const first = await connect(connections, { subject: 'ada-private' });
    await connect(connections, { subject: 'ada-work' });
    const again = await connect(connections, { subject: 'ada-private' });
    expect(again.connection.id).toBe(first.connection.id);
    expect((await first.own.list({ user: 'ada' })).map(({ account }) => account?.id).sort()).toEqual([
      'ada-private',
      'ada-work',
    ]);
  });

  it('are not exchanged when one is connected again', async () => {
    const connections = processOf();
    const { connection } = await connect(connections, { subject: 'ada-private' });
    await expect(connect(connections, { subject: 'eve', connectionId: connection.id })).rejects.toMatchObject(
      {
        code: 'failed_precondition',
        reason: 'account_mismatch',
      },
    );
    await expect(
      connect(connections, { user: 'eve', subject: 'ada-private', connectionId: connection.id }),
    ).rejects.toMatchObject({
      reason: 'foreign_connection',
    });
  });
});

describe('disconnecting', () => {
  it('ends it here and at the vendor, for every process, and lists it no more', async () => {
    const { own, connection, tokens } = await connect(processOf());
    const other = processOf().tenant('acme');
    await other.token(connection.id);
    await own.disconnect(connection.id);
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'connection_revoked',
    });
    await clock.advance(10_000);
    await expect(other.token(connection.id)).rejects.toMatchObject({ reason: 'connection_revoked' });
    expect(await own.get(connection.id)).toMatchObject({ state: 'revoked' });
    expect(await own.list()).toEqual([]);
    const api = await fetch(`${fake.issuer}/api`, {
      headers: { authorization: `Bearer ${tokens.accessToken.reveal()}` },
    });
    expect(api.status).toBe(401);
    expect(events.at(-1)).toMatchObject({ type: 'connection.disconnected', facts: { atVendor: true } });
    await own.disconnect(connection.id);
    expect(types().filter((type) => type === 'connection.disconnected')).toHaveLength(1);
  });

  it('does not wait for a vendor that is down', async () => {
    const { own, connection } = await connect(processOf());
    fake.server.inject({ path: '/revoke', fault: { kind: 'status', status: 503 } });
    await own.disconnect(connection.id);
    expect(events.at(-1)).toMatchObject({ facts: { atVendor: false } });
  });

  it('in the middle of a renewal ends what the renewal brings', async () => {
    const { own, connection } = await connect(processOf());
    await clock.advance(hour);
    const released = Promise.withResolvers<void>();
    fake.misbehave({ afterTokens: () => released.promise });
    const waiting = own.token(connection.id).catch((error: unknown) => error);
    await clock.advance(10);
    await processOf().tenant('acme').disconnect(connection.id);
    released.resolve();
    expect(await waiting).toMatchObject({ reason: 'connection_revoked' });
    expect(fake.server.exchanges.filter(({ target }) => target === '/revoke')).toHaveLength(2);
  });

  it('of what is not there is not_found', async () => {
    await expect(processOf().tenant('acme').disconnect('nothing')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('tenants', () => {
  it('do not see each other’s connections, whatever they are called (tenant crossing)', async () => {
    const connections = processOf();
    const { connection, own } = await connect(connections, { tenant: 'a:b' });
    for (const tenant of ['a', 'a:b/', '../a:b', 'a%3Ab', 'A:B', 'a:b\u0000', 'a：b', '']) {
      const other = connections.tenant(tenant);
      expect(await other.list()).toEqual([]);
      await expect(other.get(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.token(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.disconnect(connection.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(other.token(`../a:b/record/${connection.id}`)).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    await own.token(connection.id);
  });

  it('cannot use a record that was copied from another: it does not open there', async () => {
    const connections = processOf();
    const { connection } = await connect(connections);
    const record = (await state.get(`auth/connections/acme/record/${connection.id}`))?.value ?? '';
    const elsewhere = `auth/connections/globex/record/${connection.id}`;
    await state.set(elsewhere, record);
    await expect(connections.tenant('globex').token(connection.id)).rejects.toMatchObject({
      reason: 'foreign_record',
    });
    await state.set(elsewhere, record.replace('"tenant":"acme"', '"tenant":"globex"'));
    await expect(connections.tenant('globex').token(connection.id)).rejects.toMatchObject({
      reason: 'not_authentic',
    });
  });

  it('may have clients of their own', async () => {
    const asked: string[] = [];
    const connections = processOf({
      clients: {
        fake: (tenant) => {
          asked.push(tenant);
          return {
            provider: fake.provider,
            clientId: 'app',
            credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
            redirectUri: 'https://app.test/cb',
            allowPrivate: true,
          };
        },
      },
    });
    await connect(connections, { tenant: 'acme' });
    await connect(connections, { tenant: 'globex' });
    await connect(connections, { tenant: 'globex', user: 'eve' });
    expect(asked).toEqual(['acme', 'globex']);
    await expect(connections.tenant('acme').client('constructor')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('keys of the envelope', () => {
  it('are changed without anybody noticing, and old ones can go once everything is sealed anew', async () => {
    const { connection } = await connect(processOf());
    const [next] = [envelopeKey('k2')];
    const own = processOf({ envelope: createEnvelope({ keys: [next, ...keys] as EnvelopeKey[] }) }).tenant(
      'acme',
    );
    await own.token(connection.id);
    expect([await own.reseal(), await own.reseal()]).toEqual([1, 0]);
    const later = processOf({ envelope: createEnvelope({ keys: [next as EnvelopeKey] }) }).tenant('acme');
    await later.token(connection.id);
  });
});

describe('listeners', () => {
  it('hear of everything, until they go; one that fails keeps nobody else from hearing', async () => {
    const connections = processOf({
      onEvent: () => {
        throw new Error('no');
      },
    });
    const heard: string[] = [];
    const stop = connections.subscribe(({ type }) => heard.push(type));
    const { own, connection } = await connect(connections);
    stop();
    await own.disconnect(connection.id);
    expect(heard).toEqual(['connection.connected']);
  });
});

describe('a lease', () => {
  it('is held by one, renewed while its holder lives, and gone soon after it died', async () => {
    const lease = await tryLease(state, 'x', 3_000, clock);
    expect(await tryLease(state, 'x', 3_000, clock)).toBeUndefined();
    await clock.advance(60_000);
    expect(await lease?.isHeld()).toBe(true);
    const dead = await tryLease(state, 'y', 3_000, { now: () => clock.now(), schedule: () => () => {} });
    await clock.advance(2_999);
    expect(await tryLease(state, 'y', 3_000, clock)).toBeUndefined();
    await clock.advance(1);
    const next = await tryLease(state, 'y', 3_000, clock);
    expect(await dead?.isHeld()).toBe(false);
    expect(next?.fence).toBeGreaterThan(dead?.fence ?? 0);
    await dead?.release();
    expect(await next?.isHeld()).toBe(true);
    await next?.release();
    await lease?.release();
    expect(clock.pending).toBe(0);
  });
});

it('settings that cannot be right are refused with what is wrong', async () => {
  const connections = processOf({
    clients: {
      fake: {
        provider: { ...fake.provider, authentication: ['none'] },
        clientId: '',
        credential: { method: 'client_secret_basic', secret: new Secret('') },
        redirectUri: 'http://app.test/cb',
      },
    },
  });
  const making = connections.tenant('acme').client('fake');
  await expect(making).rejects.toBeInstanceOf(ConfigurationError);
  await expect(making).rejects.toThrow(
    /credential\.method[\s\S]*clientId is empty[\s\S]*not https[\s\S]*redirectUri/,
  );
});
