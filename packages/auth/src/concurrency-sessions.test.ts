/** Two processes over one state, their operations in any order: nothing is lost, and what has ended stays ended. */
import type { StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { type Interleaved, inEveryOrder } from './__tests__/interleaved.ts';
import { createApiKeys } from './api-keys/index.ts';
import { type BegunSession, createSessions, type SessionsOptions } from './session/index.ts';

const ada = { subject: 'ada', methods: ['pwd'] };

const otp = { subject: 'ada', level: 2, method: 'otp' } as const;

const browser = (begun?: BegunSession) =>
  new Request('https://app.test/', { headers: { cookie: begun?.cookie.split(';')[0] ?? '' } });

const isDone = <Value>(one: PromiseSettledResult<Value> | undefined) => one?.status === 'fulfilled';

const resultOf = <Value>(one: PromiseSettledResult<Value> | undefined): Value | undefined =>
  one?.status === 'fulfilled' ? one.value : undefined;

/** The part as two processes have it, and as nobody disturbs it. */
function three<Part>({ plain, process }: Interleaved, make: (state: StateStore) => Part) {
  return { here: make(process()), there: make(process()), calm: make(plain) };
}

describe('sessions', () => {
  const open = (interleaved: Interleaved, options: Partial<SessionsOptions> = {}) =>
    three(interleaved, (state) => createSessions({ ...options, state }).tenant('acme'));

  it('that begin at once are all in the list, and all ended from there', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const begun = await interleaved.settle([
        here.begin(browser(), ada),
        there.begin(browser(), ada),
        here.begin(browser(), ada),
      ]);
      expect(await calm.list('ada')).toHaveLength(3);
      expect(await calm.endAll('ada')).toBe(3);
      for (const one of begun) expect(await calm.read(browser(resultOf(one)))).toBeUndefined();
    }));

  it('that go up a level while all are ended do not live on', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const [high] = await interleaved.settle<unknown>([
        here.elevate(browser(low), otp),
        there.endAll('ada'),
      ]);
      expect(await calm.list('ada')).toEqual([]);
      expect(await calm.read(browser(low))).toBeUndefined();
      expect(await calm.read(browser(resultOf(high) as BegunSession))).toBeUndefined();
    }));

  it('that go up a level keep what was written into them meanwhile', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const [up, first, second] = await interleaved.settle<unknown>([
        here.elevate(browser(low), otp),
        there.update(browser(low), { theme: 'dark' }),
        there.update(browser(low), { language: 'sv' }),
      ]);
      expect(isDone(up)).toBe(true);
      const { data } = (await calm.read(browser(resultOf(up) as BegunSession))) ?? { data: {} };
      expect(data).toEqual({
        ...(isDone(first) && { theme: 'dark' }),
        ...(isDone(second) && { language: 'sv' }),
      });
    }));

  it('go up once, of two that try; and one that begins beside harms neither', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const settled = await interleaved.settle([
        here.elevate(browser(low), otp),
        there.elevate(browser(low), otp),
        there.begin(browser(), ada),
      ]);
      expect(settled.slice(0, 2).filter(isDone)).toHaveLength(1);
      expect(await calm.list('ada')).toHaveLength(2);
    }));

  it('go up also where a person may have one only', () =>
    inEveryOrder(async (interleaved) => {
      const { here, calm } = open(interleaved, { mostPerSubject: 1 });
      const [high] = await interleaved.settle([here.elevate(browser(await calm.begin(browser(), ada)), otp)]);
      expect(await calm.read(browser(resultOf(high)))).toMatchObject({ level: 2 });
    }, 20));

  it('that can be used are in the list, whatever ends and begins at once', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved, { mostPerSubject: 2 });
      const first = await calm.begin(browser(), ada);
      const settled = await interleaved.settle<unknown>([
        here.begin(browser(), ada),
        there.endAll('ada', { except: first.session.id }),
        there.begin(browser(), ada),
        here.begin(browser(first), ada),
      ]);
      const listed = (await calm.list('ada')).map(({ id }) => id);
      for (const one of settled.map(resultOf) as BegunSession[]) {
        if (typeof one === 'number') continue;
        expect((await calm.read(browser(one))) !== undefined).toBe(listed.includes(one.session.id));
      }
      expect(listed.length).toBeLessThanOrEqual(2);
    }));
});

describe('API keys', () => {
  const open = (interleaved: Interleaved) =>
    three(interleaved, (state) => createApiKeys({ state, prefix: 'acme', lastUsedEveryMs: 0 }));
  const reader = { name: 'x', scopes: ['invoice:read'] };

  it('have one successor, of two that are asked for at once', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { record, key } = await calm.create('acme', reader);
      const settled = await interleaved.settle([
        here.rotate('acme', record.id),
        there.rotate('acme', record.id),
      ]);
      expect(settled.filter(isDone)).toHaveLength(1);
      const next = settled.map(resultOf).find((one) => one !== undefined);
      const all = await calm.list('acme');
      expect(all.map(({ id }) => id).toSorted()).toEqual([record.id, next?.record.id].toSorted());
      expect(all.find(({ id }) => id === record.id)?.successor).toBe(next?.record.id);
      await calm.verify(key, { tenant: 'acme' });
    }));

  it('that are revoked stay revoked, and have no successor from then on', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { record, key } = await calm.create('acme', reader);
      const [rotated] = await interleaved.settle<unknown>([
        here.rotate('acme', record.id),
        there.revoke('acme', record.id),
        here.verify(key, { tenant: 'acme' }),
        there.verify(key, { tenant: 'acme' }),
      ]);
      const all = await calm.list('acme');
      expect(all).toHaveLength(isDone(rotated) ? 2 : 1);
      expect(all.find(({ id }) => id === record.id)).toHaveProperty('revokedAt');
      await expect(calm.verify(key, { tenant: 'acme' })).rejects.toMatchObject({ reason: 'revoked' });
    }));
});
