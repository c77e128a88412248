/** Renewals whose outcome nobody knows, and the lease that lets one process renew at a time. */
import type { StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { tryLease } from '../../common/lease.ts';
import { startAuthorizationServer } from '../../testing/authorization-server.ts';
import { hour, useBench } from './__tests__/bench.ts';

const bench = useBench();
const { processOf, connect, refreshes } = bench;

describe('a renewal whose outcome is unknown', () => {
  const cutAfter = { path: '/token', fault: { kind: 'cut', when: 'after' } } as const;
  const cutBefore = { path: '/token', fault: { kind: 'cut', when: 'before' } } as const;
  const withoutIntrospection = () =>
    bench.fake.misbehave({ discovery: ({ introspection_endpoint: _, ...document }) => document });

  it('is done again where the vendor had not handled it', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    bench.fake.server.inject(cutBefore);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(1_000);
    await own.token(connection.id);
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is not done again where the vendor’s introspection says that the refresh token is used up', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    bench.fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'refresh_outcome_unknown' });
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is tried once more where nobody can say, and the account connects again when the vendor refuses', async () => {
    withoutIntrospection();
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    bench.fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(await own.get(connection.id)).toMatchObject({ reason: 'refresh_outcome_unknown' });
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 1 });
  });

  it('is never tried with the same refresh token where that is asked for', async () => {
    withoutIntrospection();
    const { own, connection } = await connect(processOf({ onLostRefresh: 'reauthorize' }));
    await bench.clock.advance(hour);
    bench.fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(1_000);
    await expect(own.token(connection.id)).rejects.toMatchObject({ reason: 'reauth_required' });
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is done again without a question where the vendor does not replace refresh tokens', async () => {
    await bench.fake[Symbol.asyncDispose]();
    bench.fake = await startAuthorizationServer({ clock: bench.clock, rotation: 'never' });
    const { own, connection } = await connect(processOf({ onLostRefresh: 'reauthorize' }));
    await bench.clock.advance(hour);
    bench.fake.server.inject(cutAfter);
    await expect(own.token(connection.id)).rejects.toMatchObject({ code: 'unavailable' });
    await bench.clock.advance(1_000);
    await own.token(connection.id);
    expect(bench.fake.server.exchanges.some(({ target }) => target === '/introspect')).toBe(false);
  });

  it('that nobody answers ends by its own time, and not by its lease', async () => {
    const { own, connection } = await connect(processOf({ refreshTimeoutMs: 9_000 }));
    await bench.clock.advance(hour);
    bench.fake.server.inject({
      path: '/token',
      fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY },
    });
    const waiting = own.token(connection.id).catch((error: unknown) => error);
    await bench.clock.advance(8_000);
    expect((await own.get(connection.id)).state).toBe('refreshing');
    await bench.clock.advance(1_000);
    expect(await waiting).toMatchObject({ code: 'unavailable', reason: 'token_timeout' });
  });

  it('by a holder that was stopped for longer than its lease is kept, when nobody got another pair', async () => {
    const { own, connection } = await connect(processOf());
    await bench.clock.advance(hour);
    const released = Promise.withResolvers<void>();
    let first = true;
    bench.fake.misbehave({
      afterTokens: async () => {
        if (!first) return;
        first = false;
        await released.promise;
      },
    });
    const waiting = own.token(connection.id);
    await bench.clock.advance(10);
    // Somebody else gives up on it, as after a pause of the machine.
    const store = 'auth/connections/acme/';
    await bench.state.delete(`${store}lease/${encodeURIComponent(`refresh/${connection.id}`)}`);
    released.resolve();
    expect((await waiting).value.reveal()).not.toBe('');
    expect(await own.get(connection.id)).toMatchObject({ state: 'active' });
    expect(bench.fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is stored although the store is away for a moment', async () => {
    let failures = 0;
    const flaky: StateStore = {
      ...bench.state,
      compareAndSet: (key, version, value, expiry) => {
        if (key.includes('record/') && value.includes('"generation":2') && failures < 3) {
          failures += 1;
          return Promise.reject(new Error('away'));
        }
        return bench.state.compareAndSet(key, version, value, expiry);
      },
    };
    const { own, connection } = await connect(processOf({ state: flaky }));
    await bench.clock.advance(hour);
    await bench.clock.until(own.token(connection.id), { limitMs: 10_000 });
    expect([failures, refreshes()]).toEqual([3, 1]);
    expect(await own.get(connection.id)).toMatchObject({ state: 'active' });
  });
});

describe('a lease', () => {
  it('is held by one, renewed while its holder lives, and gone soon after it died', async () => {
    const lease = await tryLease(bench.state, 'x', 3_000, bench.clock);
    expect(await tryLease(bench.state, 'x', 3_000, bench.clock)).toBeUndefined();
    await bench.clock.advance(60_000);
    expect(await lease?.isHeld()).toBe(true);
    const dead = await tryLease(bench.state, 'y', 3_000, {
      now: () => bench.clock.now(),
      schedule: () => () => {},
    });
    await bench.clock.advance(2_999);
    expect(await tryLease(bench.state, 'y', 3_000, bench.clock)).toBeUndefined();
    await bench.clock.advance(1);
    const next = await tryLease(bench.state, 'y', 3_000, bench.clock);
    expect(await dead?.isHeld()).toBe(false);
    expect(next?.fence).toBeGreaterThan(dead?.fence ?? 0);
    await dead?.release();
    expect(await next?.isHeld()).toBe(true);
    await next?.release();
    await lease?.release();
    expect(bench.clock.pending).toBe(0);
  });
});
