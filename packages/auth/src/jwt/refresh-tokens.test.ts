import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { memoryState, type Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import type { RefreshTokensOptions } from './refresh-tokens.types.ts';

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

  it('made up for a family that somebody read in a log is refused, and ends nothing', async () => {
    const { tokens, events } = open();
    const { value, familyId } = await tokens.issue(ada);
    for (const secret of ['x'.repeat(43), randomBytes(32).toString('base64url')])
      await expect(tokens.rotate(`${familyId}.${secret}`, call)).rejects.toMatchObject({
        reason: 'unknown_refresh_token',
      });
    expect(events.map(({ type }) => type)).not.toContain('refresh_family.revoked');
    const next = await tokens.rotate(value, call);
    // One of another family is made up here.
    const other = await tokens.issue(ada);
    const [, secret] = other.value.reveal().split('.');
    await expect(tokens.rotate(`${familyId}.${secret}`, call)).rejects.toMatchObject({
      reason: 'unknown_refresh_token',
    });
    await tokens.rotate(next.value, call);
  });

  it('stays good when what is made with it fails', async () => {
    const { tokens } = open();
    const { value } = await tokens.issue(ada);
    const seen: unknown[] = [];
    const prepare = async (grant: unknown) => {
      seen.push(grant);
      if (seen.length === 1) throw new Error('the store of keys is away');
    };
    await expect(tokens.rotate(value, call, prepare)).rejects.toThrow('away');
    await tokens.rotate(value, call, prepare);
    expect(seen).toEqual([ada, ada]);
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
