import { inspect } from 'node:util';
import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import { createPasswords, type PasswordsOptions } from './passwords.ts';

const good = new Secret('correct horse battery');
const bad = new Secret('wrong horse battery');

function open(options: Partial<PasswordsOptions> = {}) {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = options.state ?? memoryState(clock);
  const events: AuthEvent[] = [];
  // The least cost: what is tested here does not depend on it.
  const passwords = createPasswords({
    costLog2: 14,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
    state,
  });
  return { clock, state, events, acme: passwords.tenant('acme'), globex: passwords.tenant('globex') };
}

describe('a password', () => {
  it('is who it was set for, and kept as scrypt with its cost and a salt of its own', async () => {
    const { acme, state, clock } = open();
    await acme.set('ada', good);
    await acme.set('bob', good);
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map(async (name) => (await state.get(`passwords/acme/password/${name}`))?.value),
    );
    expect(ada).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(ada).not.toBe(bob);
    expect(await acme.verify('ada', good)).toEqual({
      issuer: 'password',
      subject: 'ada',
      tenant: 'acme',
      claims: {},
      authenticatedAt: clock.now(),
      method: 'password',
      amr: ['pwd'],
    });
  });

  it('is the same from another keyboard', async () => {
    const { acme } = open();
    await acme.set('ada', new Secret('pa\u0308ssword of ada'));
    await acme.verify('ada', new Secret('p\u00e4ssword of ada'));
  });

  it('is refused alike, whether the name is wrong or the password', async () => {
    const { acme, globex, events } = open();
    await acme.set('ada', good);
    const errors = await Promise.all(
      [acme.verify('ada', bad), acme.verify('eve', bad), globex.verify('ada', good)].map((asked) =>
        asked.catch((error: unknown) => error),
      ),
    );
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'unauthenticated',
        message: expect.stringContaining('name or password is not right'),
      });
      expect(inspect(error)).not.toMatch(/horse/);
    }
    expect(
      events
        .slice(1)
        .map(({ reason }) => reason)
        .toSorted(),
    ).toEqual(['unknown_name', 'unknown_name', 'wrong_password']);
  });

  it('cannot be guessed: after five wrong ones it takes a minute, for a name that nobody has as well', async () => {
    const { acme } = open();
    await acme.set('ada', good);
    for (const name of ['ada', 'nobody']) {
      for (let at = 0; at < 5; at += 1) await acme.verify(name, bad).catch(() => undefined);
      await expect(acme.verify(name, good)).rejects.toMatchObject({
        code: 'resource_exhausted',
        retryAfterMs: 60_000,
      });
    }
  });

  it('is kept anew, and dearer, when it is next shown', async () => {
    const { acme, state } = open();
    await acme.set('ada', good);
    await open({ state, costLog2: 15 }).acme.verify('ada', good);
    expect((await state.get('passwords/acme/password/ada'))?.value).toContain('$ln=15,');
    await acme.verify('ada', good);
    expect((await state.get('passwords/acme/password/ada'))?.value).toContain('$ln=15,');
  });

  it('must be long, not too long, and not everybody’s', async () => {
    const { acme, state } = open({ isKnown: (password) => password.reveal() === 'password1234' });
    await expect(acme.set('ada', new Secret('short'))).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'too_short',
    });
    // Twelve units of UTF-16, six characters.
    await expect(acme.set('ada', new Secret('😀😀😀😀😀😀'))).rejects.toMatchObject({ reason: 'too_short' });
    await expect(acme.set('ada', new Secret('x'.repeat(1_025)))).rejects.toMatchObject({
      reason: 'too_long',
    });
    await expect(acme.set('ada', new Secret('password1234'))).rejects.toMatchObject({ reason: 'known' });
    await expect(acme.verify('ada', new Secret('x'.repeat(10_000_000)))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(await acme.has('ada')).toBe(false);
    expect(() => createPasswords({ state, leastCharacters: 6 })).toThrow(/at least 8/);
    expect(() => createPasswords({ state, costLog2: 10 })).toThrow(/between 14 and 24/);
  });

  it('can be replaced and taken away', async () => {
    const { acme } = open();
    await acme.set('ada', good);
    await acme.set('ada', bad);
    await expect(acme.verify('ada', good)).rejects.toMatchObject({ reason: 'wrong_password' });
    await acme.verify('ada', bad);
    expect([await acme.remove('ada'), await acme.remove('ada')]).toEqual([true, false]);
    await expect(acme.verify('ada', bad)).rejects.toMatchObject({ reason: 'unknown_name' });
  });

  it('that was replaced or taken away while the old one was kept anew does not come back', async () => {
    for (const replace of [true, false]) {
      const { acme, state } = open();
      await acme.set('ada', good);
      const stored = await state.get('passwords/acme/password/ada');
      let isFirst = true;
      const slow = {
        ...state,
        get: async (key: string) => {
          const found = await state.get(key);
          if (found?.version === stored?.version && isFirst) {
            isFirst = false;
            await (replace ? acme.set('ada', bad) : acme.remove('ada'));
          }
          return found;
        },
      };
      await open({ state: slow, costLog2: 15 }).acme.verify('ada', good);
      await expect(acme.verify('ada', good)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await acme.has('ada')).toBe(replace);
    }
  });

  it('is shown to the list of leaked ones in the form in which it is kept', async () => {
    const { acme } = open({ isKnown: (password) => password.reveal() === 'p\u00e4ssword1234' });
    await expect(acme.set('ada', new Secret('pa\u0308ssword1234'))).rejects.toMatchObject({
      reason: 'known',
    });
  });

  it('that would become too long to be normalized is refused before', async () => {
    const { acme } = open();
    // One character becomes 18: more than a text can have.
    const long = new Secret('\ufdfa'.repeat(30_000_000));
    await expect(acme.set('ada', long)).rejects.toMatchObject({ reason: 'too_long' });
    await expect(acme.verify('ada', long)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('of a name that nobody can have is refused, and leaves nothing behind', async () => {
    const { acme, state, events } = open();
    const keys: string[] = [];
    const spied = { ...state, compareAndSet: (key: string) => Promise.reject(keys.push(key)) };
    const name = 'x'.repeat(100_000);
    for (const subject of [name, '', 'a\ud800', 5 as never])
      await expect(open({ state: spied }).acme.verify(subject, good)).rejects.toMatchObject({
        code: 'unauthenticated',
        reason: 'unknown_name',
      });
    await expect(acme.set(name, good)).rejects.toMatchObject({ code: 'invalid_argument', reason: 'subject' });
    expect([keys, events]).toEqual([[], []]);
  });

  it('that was kept more cheaply is answered no sooner than a name that nobody has', async () => {
    // Where memory comes from changes between 16 MiB and 32 MiB, and its cost with it; these two are on one side.
    const { acme: cheap, state } = open({ costLog2: 15 });
    await cheap.set('ada', good);
    const { acme } = open({ state, costLog2: 16, mostFailures: 100 });
    // The time of the processor, the least of three by turns: what else the machine does only adds to it. Without what is made up for it is a half.
    const least = { ada: Number.POSITIVE_INFINITY, nobody: Number.POSITIVE_INFINITY };
    for (let turn = 0; turn < 3; turn += 1)
      for (const name of ['ada', 'nobody'] as const) {
        const before = process.cpuUsage();
        await acme.verify(name, bad).catch(() => undefined);
        const { user, system } = process.cpuUsage(before);
        least[name] = Math.min(least[name], user + system);
      }
    expect(least.ada).toBeGreaterThan(least.nobody * 0.75);
  });

  it('is given up on when the caller gives up: nothing is written, and the attempt stays counted', async () => {
    const { acme, state, events } = open({ isKnown: () => new Promise(() => {}) });
    const gone = AbortSignal.abort('gone');
    await expect(acme.set('ada', good, { signal: gone })).rejects.toBe('gone');
    await expect(acme.verify('ada', good, { signal: gone })).rejects.toBe('gone');
    expect(await state.get('passwords/acme/attempts/ada')).toBeUndefined();

    const setting = new AbortController();
    const isSet = acme.set('ada', good, { signal: setting.signal });
    setting.abort('closed');
    await expect(isSet).rejects.toBe('closed');
    expect([await acme.has('ada'), events]).toEqual([false, []]);

    await open({ state }).acme.set('ada', good);
    for (let at = 0; at < 5; at += 1) {
      const page = new AbortController();
      const isVerified = acme.verify('ada', bad, { signal: page.signal });
      setImmediate(() => page.abort('closed'));
      await expect(isVerified).rejects.toBe('closed');
    }
    await expect(acme.verify('ada', good)).rejects.toMatchObject({ reason: 'locked' });
  });

  it('is not counted as wrong when the state was away and nobody looked at it', async () => {
    const { state } = open();
    let isAway = false;
    const shaky = {
      ...state,
      get: async (key: string) => {
        if (isAway && key.includes('/password/')) throw new Error('the store is away');
        return state.get(key);
      },
    };
    const { acme } = open({ state: shaky });
    await acme.set('ada', good);
    await acme.verify('ada', bad).catch(() => undefined);
    isAway = true;
    for (let at = 0; at < 10; at += 1) await expect(acme.verify('ada', good)).rejects.toThrow('away');
    isAway = false;
    for (let at = 0; at < 3; at += 1)
      await expect(acme.verify('ada', bad)).rejects.toMatchObject({ reason: 'wrong_password' });
    await acme.verify('ada', good);
  });
});
