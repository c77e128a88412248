import { inspect } from 'node:util';
import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import { createApiKeys } from './api-keys.ts';

function open() {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const events: AuthEvent[] = [];
  const written: string[] = [];
  const spied = {
    ...state,
    set: (...args: Parameters<typeof state.set>) => {
      written.push(args[1]);
      return state.set(...args);
    },
  };
  const keys = createApiKeys({
    state: spied,
    prefix: 'acme_live',
    clock,
    onEvent: (event) => events.push(event),
  });
  return { clock, state, keys, events, written };
}

const reader = { name: 'nightly export', scopes: ['invoice:read', 'report/*:*'] };
const acme = { tenant: 'acme' };
const day = 86_400_000;

describe('API keys', () => {
  it('are shown once, and kept as a digest', async () => {
    const { keys, written } = open();
    const { key, record } = await keys.create('acme', reader);
    const text = key.reveal();
    expect(text).toMatch(/^acme_live_[0-9A-Za-z]{65}$/);
    expect(inspect({ key, record })).not.toContain(text.slice(26));
    expect(written).toHaveLength(1);
    expect(written.join()).not.toContain(text.slice(26, 60));
    expect(JSON.stringify(await keys.list('acme'))).not.toMatch(/digest/);
    expect(await keys.verify(text, acme)).toMatchObject({
      ...reader,
      tenant: 'acme',
      id: text.slice(10, 26),
    });
  });

  it('differ', async () => {
    const { keys } = open();
    const made = await Promise.all(Array.from({ length: 50 }, () => keys.create('acme', reader)));
    expect(new Set(made.map(({ key }) => key.reveal())).size).toBe(50);
    expect(await keys.list('acme')).toHaveLength(50);
  });

  it('are refused alike whatever is wrong; the log knows the reason', async () => {
    const { keys, clock, events } = open();
    const good = (await keys.create('acme', reader)).key.reveal();
    const revoked = await keys.create('acme', reader);
    await keys.revoke('acme', revoked.record.id);
    const brief = await keys.create('acme', { ...reader, expiresAt: clock.now() + 1_000 });
    const foreign = await keys.create('globex', reader);
    await clock.advance(1_000);
    // The same id, another secret: the form is right, checksum and all.
    const twin = await open().keys.create('acme', reader);
    const cases = [
      ['', 'malformed'],
      ['acme_live_x', 'malformed'],
      [good.slice(0, -1), 'malformed'],
      [good.replace('acme_live', 'acme_test'), 'malformed'],
      [`${good.slice(0, 40)}${good[40] === 'a' ? 'b' : 'a'}${good.slice(41)}`, 'malformed'],
      [twin.key.reveal(), 'unknown'],
      [revoked.key.reveal(), 'revoked'],
      [brief.key.reveal(), 'expired'],
      [foreign.key.reveal(), 'unknown'],
    ] as const;
    for (const [text, reason] of cases) {
      const error: unknown = await keys.verify(text, acme).catch((refused: unknown) => refused);
      expect(error).toMatchObject({
        code: 'unauthenticated',
        reason,
        message: expect.stringMatching(/this API key is not valid/),
      });
      if (text.length > 30) expect(inspect(error)).not.toContain(text.slice(26));
    }
    expect(events.filter(({ outcome }) => outcome === 'refused').map(({ reason }) => reason)).toEqual(
      cases.map(([, reason]) => reason),
    );
  });

  it('with the id of one and the secret of another are refused', async () => {
    const { keys, state } = open();
    const [one, other] = [await keys.create('acme', reader), await keys.create('acme', reader)];
    const record = (await state.get(`api-keys/acme/key/${other.record.id}`))?.value ?? '';
    await state.set(`api-keys/acme/key/${one.record.id}`, record);
    await expect(keys.verify(one.key, acme)).rejects.toMatchObject({ reason: 'wrong_secret' });
  });

  it('hold scopes, by name and by pattern', async () => {
    const { keys } = open();
    const { key } = await keys.create('acme', reader);
    for (const scope of ['invoice:read', 'report/2030:write'])
      expect(await keys.verify(key, { tenant: 'acme', scope })).toMatchObject({ name: reader.name });
    for (const scope of ['invoice:write', 'reports:read', 'invoice:*', '*:*', 'invoice'])
      await expect(keys.verify(key, { tenant: 'acme', scope })).rejects.toMatchObject({
        code: 'permission_denied',
        reason: 'missing_scope',
      });
  });

  it('are taken from a request', async () => {
    const { keys } = open();
    const text = (await keys.create('acme', reader)).key.reveal();
    const request = (headers: Record<string, string>) => new Request('https://api.test/', { headers });
    expect(await keys.authenticate(request({ authorization: `Bearer ${text}` }), acme)).toMatchObject(reader);
    expect(await keys.authenticate(request({ 'x-api-key': text }), acme)).toMatchObject(reader);
    for (const headers of [{}, { authorization: `Basic ${text}` }, { authorization: `Bearer ${text} x` }])
      await expect(keys.authenticate(request(headers as never), acme)).rejects.toMatchObject({
        code: 'unauthenticated',
      });
  });

  it('note about when they were used, and no oftener', async () => {
    const { keys, clock } = open();
    const { key, record } = await keys.create('acme', reader);
    const from = clock.now();
    await keys.verify(key, acme);
    await clock.advance(3_599_999);
    await keys.verify(key, acme);
    expect((await keys.list('acme'))[0]).toMatchObject({ id: record.id, lastUsedAt: from });
    await clock.advance(1);
    await keys.verify(key, acme);
    expect((await keys.list('acme'))[0]?.lastUsedAt).toBe(from + 3_600_000);
  });

  it('are changed over with an overlap', async () => {
    const { keys, clock } = open();
    const old = await keys.create('acme', reader);
    const next = await keys.rotate('acme', old.record.id, { overlapMs: 1_000 });
    expect(next.record).toMatchObject(reader);
    await Promise.all([keys.verify(old.key, acme), keys.verify(next.key, acme)]);
    await clock.advance(1_000);
    await expect(keys.verify(old.key, acme)).rejects.toMatchObject({ reason: 'expired' });
    await keys.verify(next.key, acme);
    await expect(keys.rotate('acme', old.record.id)).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('cannot be revoked or changed over by another tenant', async () => {
    const { keys } = open();
    const { key, record } = await keys.create('acme', reader);
    await expect(keys.revoke('globex', record.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(keys.rotate('globex', record.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await keys.list('globex')).toEqual([]);
    await keys.verify(key, acme);
  });

  it('are refused with all faults when they cannot be', async () => {
    const { keys, state } = open();
    await expect(keys.create('acme', { name: '', scopes: ['all'], expiresAt: -1 })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/name: .*scopes\.0: must be like invoice:read.*expiresAt: /),
    });
    await expect(keys.create('acme', { ...reader, expiresAt: 1_000 })).rejects.toThrow(/in the past/);
    for (const prefix of ['', 'Acme', 'acme_', 'acme-live'])
      expect(() => createApiKeys({ state, prefix })).toThrow(/prefix/);
    await expect(keys.verify(new Secret('x'), acme)).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('are not changed over twice, or with an overlap that is none', async () => {
    const { keys } = open();
    const { record, key } = await keys.create('acme', reader);
    for (const overlapMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1.5])
      await expect(keys.rotate('acme', record.id, { overlapMs })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    await keys.verify(key, acme);
    await keys.rotate('acme', record.id);
    await expect(keys.rotate('acme', record.id)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'rotated',
    });
    expect(await keys.list('acme')).toHaveLength(2);
  });

  it('that have ended are deleted when they have been kept long enough', async () => {
    const { keys, clock, state, events } = open();
    const from = clock.now();
    const living = await keys.create('acme', reader);
    const later = await keys.create('acme', { ...reader, expiresAt: from + 2 * day });
    const ended = await keys.create('acme', { ...reader, expiresAt: from + 1_000 });
    const revoked = await keys.create('acme', { ...reader, expiresAt: from + 300 * day });
    await keys.revoke('acme', revoked.record.id);
    const foreign = await keys.create('globex', { ...reader, expiresAt: from + 1_000 });

    await clock.advance(90 * day - 1);
    expect(await keys.purge('acme')).toBe(0);
    await clock.advance(1_001);
    expect(await keys.purge('acme')).toBe(2);
    const left = (await keys.list('acme')).map(({ id }) => id);
    expect(left.sort()).toEqual([living.record.id, later.record.id].sort());
    expect(await state.get(`api-keys/acme/key/${ended.record.id}`)).toBeUndefined();
    for (const gone of [ended, revoked])
      await expect(keys.verify(gone.key, acme)).rejects.toMatchObject({
        code: 'unauthenticated',
        reason: 'unknown',
      });
    await keys.verify(living.key, acme);
    expect(await keys.list('globex')).toMatchObject([{ id: foreign.record.id }]);

    expect([await keys.purge('acme', { retentionMs: 0 }), await keys.purge('acme')]).toEqual([1, 0]);
    const purges = events.filter(({ type }) => type === 'api_key.purged');
    expect(purges.map(({ facts }) => facts)).toEqual([{ purged: 2 }, { purged: 1 }]);
  });

  it('are not deleted by a time that is none, nor after the caller gave up', async () => {
    const { keys, clock } = open();
    const { record } = await keys.create('acme', reader);
    await keys.revoke('acme', record.id);
    await clock.advance(day);
    for (const retentionMs of [-1, Number.NaN, 1.5])
      await expect(keys.purge('acme', { retentionMs })).rejects.toMatchObject({ code: 'invalid_argument' });
    const signal = AbortSignal.abort('gone');
    await expect(keys.purge('acme', { retentionMs: 0, signal })).rejects.toBe('gone');
    expect(await keys.list('acme')).toHaveLength(1);
  });
});
