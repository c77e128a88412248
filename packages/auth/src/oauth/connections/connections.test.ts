/** A connection and its token, as long as all goes the usual way. */
import { inspect } from 'node:util';
import { Secret, type StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { hour, useBench } from './__tests__/bench.ts';

const bench = useBench();
const { processOf, connect, refreshes, types } = bench;

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
      connectedAt: bench.clock.now(),
      expiresAt: bench.clock.now() + hour,
      refreshExpiresAt: undefined,
      facts: {},
    });
    expect(await own.list()).toEqual([await own.get(connection.id)]);
    expect(types()).toEqual(['connection.connected']);
  });

  it('keeps its tokens sealed: whoever reads the store has none, nor any event, nor any message', async () => {
    const written: string[] = [];
    const watched: StateStore = {
      ...bench.state,
      compareAndSet: (key, version, value, expiry) => {
        written.push(key, value);
        return bench.state.compareAndSet(key, version, value, expiry);
      },
    };
    const { own, connection, tokens } = await connect(processOf({ state: watched }));
    const token = await own.token(connection.id);
    expect(token.value.reveal()).toBe(tokens.accessToken.reveal());
    const shown = `${written.join('\n')}${inspect([token, bench.events, connection], { depth: 9 })}`;
    for (const secret of [tokens.accessToken, tokens.refreshToken, tokens.idToken])
      expect(shown).not.toContain(secret?.reveal());
    expect(shown).toContain('im1.k1.');
  });

  it('gives one token to all calls, and asks nobody while it is good', async () => {
    const { own, connection } = await connect(processOf());
    const asked = bench.fake.server.exchanges.length;
    await Promise.all(Array.from({ length: 100 }, () => own.token(connection.id)));
    expect(bench.fake.server.exchanges.length).toBe(asked);
  });

  it.each([
    ['from each renewal', undefined, 2 * hour],
    ['from the consent, where the vendor counts from it', true, hour],
  ] as const)('knows when its refresh token ends: %s', async (_, endsWithConsent, later) => {
    const refresh = { rotation: 'always', lifetimeDays: 182, endsWithConsent } as const;
    const begun = bench.clock.now() - hour;
    const { own, connection } = await connect(processOf({}, { refresh }));
    await bench.clock.advance(hour);
    await own.token(connection.id);
    expect((await own.get(connection.id)).refreshExpiresAt).toBe(begun + later + 182 * 24 * hour);
  });

  it('renews an ended token once for all calls of all processes, and stores it first', async () => {
    const { connection } = await connect(processOf());
    await bench.clock.advance(hour);
    const fleet = Array.from({ length: 3 }, () => processOf().tenant('acme'));
    const tokens = await bench.clock.until(
      Promise.all(fleet.flatMap((own) => Array.from({ length: 50 }, () => own.token(connection.id)))),
      { limitMs: 10_000 },
    );
    expect(new Set(tokens.map(({ value }) => value.reveal())).size).toBe(1);
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 0 });
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
    await bench.clock.advance(hour - 375_000);
    expect((await late.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    await bench.clock.advance(1_000);
    expect(refreshes()).toBe(1);
    await bench.clock.advance(30_000);
    expect((await own.token(connection.id)).value.reveal()).not.toBe(first.value.reveal());
    expect((await late.token(connection.id)).value.reveal()).not.toBe(first.value.reveal());
    expect(refreshes()).toBe(1);
  });

  it('is not renewed when nobody uses it', async () => {
    const { connection } = await connect(processOf());
    await processOf().tenant('acme').get(connection.id);
    await bench.clock.advance(10 * hour);
    expect(refreshes()).toBe(0);
  });

  it('gives the good token while the vendor cannot renew it, and the vendor is let alone as long as it asks', async () => {
    const { own, connection } = await connect(processOf());
    const first = await own.token(connection.id);
    bench.fake.server.inject({
      path: '/token',
      fault: { kind: 'status', status: 503, retryAfter: { seconds: 120 } },
    });
    await bench.clock.advance(hour - 300_000);
    expect((await own.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    await bench.clock.advance(60_000);
    expect(types()).toContain('connection.refresh_failed');
    expect((await own.token(connection.id)).value.reveal()).toBe(first.value.reveal());
    expect(refreshes()).toBe(0);
    await bench.clock.advance(61_000);
    await own.token(connection.id);
    await bench.clock.advance(30_000);
    expect(refreshes()).toBe(1);
  });

  it('says when the vendor can be asked again, once the token has ended', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    bench.fake.server.inject({
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
    await bench.clock.advance(30_000);
    await own.token(connection.id);
    expect(refreshes()).toBe(1);
  });

  it('asks a vendor that could not be reached again a second later, and not for every call', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    bench.fake.server.inject({ path: '/token', fault: { kind: 'cut', when: 'before' } });
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    const asked = bench.fake.server.exchanges.length;
    for (let calls = 0; calls < 20; calls += 1)
      await expect(own.token(connection.id)).rejects.toMatchObject({
        reason: 'not_yet',
        retryAfterMs: 1_000,
      });
    expect(bench.fake.server.exchanges.length).toBe(asked);
    await bench.clock.advance(1_000);
    await own.token(connection.id);
  });

  it('must be connected again once the vendor takes its refresh token no more, and says so to all', async () => {
    const { own, connection } = await connect(processOf());
    const other = processOf().tenant('acme');
    await bench.clock.advance(hour);
    bench.fake.revokeSubject('ada');
    await expect(own.token(connection.id)).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'reauth_required',
    });
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    await expect(other.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(bench.fake.server.exchanges.filter(({ target }) => target === '/token')).toHaveLength(2);
    expect(await own.get(connection.id)).toMatchObject({ state: 'reauth_required', reason: 'invalid_grant' });
    expect(bench.events.at(-1)).toMatchObject({
      type: 'connection.reauth_required',
      subject: 'ada',
      reason: 'invalid_grant',
      outcome: 'refused',
    });
    const again = await connect(processOf(), { connectionId: connection.id });
    expect(again.connection).toMatchObject({ id: connection.id, state: 'active' });
    await bench.clock.advance(10_000);
    await other.token(connection.id);
    expect(await own.list()).toHaveLength(1);
  });

  it('is not lost by a fault of the application’s own: a client that is refused leaves it as it is', async () => {
    const { connection } = await connect(processOf());
    await bench.clock.advance(hour);
    const wrong = processOf({
      clients: {
        fake: {
          provider: bench.fake.provider,
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
    await bench.clock.advance(30_000);
    await processOf().tenant('acme').token(connection.id);
  });

  it('gets another token for one that was refused, once for all', async () => {
    const { own, connection } = await connect(processOf());
    const { value } = await own.token(connection.id);
    bench.fake.expireAccessTokens();
    const renewed = await Promise.all(
      Array.from({ length: 20 }, () => own.replaceToken(connection.id, value)),
    );
    expect(new Set(renewed.map((token) => token.value.reveal())).size).toBe(1);
    expect(await own.replaceToken(connection.id, value)).toMatchObject({ isOlder: true });
    expect(refreshes()).toBe(1);
  });

  it('without a refresh token serves until its end, and then asks to be connected again', async () => {
    bench.fake.misbehave({ tokens: ({ refresh_token: _, ...body }) => body });
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour - 60_000);
    await own.token(connection.id);
    await bench.clock.advance(60_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'no_refresh_token' });
  });

  it('lets one caller go at once, and finishes the renewal for the others', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
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
