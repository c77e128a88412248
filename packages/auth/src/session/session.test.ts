import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import type { BegunSession } from './session.ts';
import { createSessions } from './sessions.ts';
import type { SessionsOptions } from './sessions.types.ts';

const url = 'https://app.test/settings';

const ada = { subject: 'ada', methods: ['pwd'] };

const minute = 60_000;

function open(options: Partial<SessionsOptions> = {}) {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const events: AuthEvent[] = [];
  const sessions = createSessions({ state, clock, onEvent: (event) => events.push(event), ...options });
  return { clock, state, events, sessions, acme: sessions.tenant('acme'), globex: sessions.tenant('globex') };
}

/** A request of a browser that has what it was given. */
function browser(begun?: BegunSession | string, init: RequestInit = {}) {
  const cookie = typeof begun === 'string' ? begun : begun?.cookie.split(';')[0];
  return new Request(url, { ...init, headers: { ...(cookie && { cookie }), ...init.headers } });
}

describe('a session', () => {
  it('is a cookie that no script, no neighbour and no plain connection sees', async () => {
    const { acme } = open();
    const { cookie } = await acme.begin(browser(), ada);
    expect(cookie).toMatch(
      /^__Host-session=[\w-]{43}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$/,
    );
  });

  it('is found by its cookie, and the state does not hold the token', async () => {
    const { acme, state } = open();
    const begun = await acme.begin(browser(undefined, { headers: { 'user-agent': 'Firefox' } }), ada);
    const session = await acme.read(browser(begun));
    expect(session).toEqual(begun.session);
    expect(session).toMatchObject({
      tenant: 'acme',
      subject: 'ada',
      level: 1,
      methods: ['pwd'],
      userAgent: 'Firefox',
    });
    const token = /=([\w-]{43})/.exec(begun.cookie)?.[1] ?? '';
    expect(await state.get(`sessions/acme/session/${token}`)).toBeUndefined();
    expect(await state.get(`sessions/acme/session/${session?.id}`)).toBeDefined();
    expect(await acme.read(browser(`__Host-session=${session?.id}`))).toBeUndefined();
  });

  it.each([
    ['no cookie', ''],
    ['a malformed one', '__Host-session=x'],
    ['one of another name', `session=${'a'.repeat(43)}`],
    ['a token that nobody gave', `__Host-session=${'a'.repeat(43)}`],
  ])('is not there with %s', async (_what, cookie) => {
    const { acme } = open();
    expect(await acme.read(browser(cookie))).toBeUndefined();
    await expect(acme.require(browser(cookie))).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'no_session',
    });
  });

  it('is not there when two cookies say so: one of them is planted', async () => {
    const { acme } = open();
    const cookie = (await acme.begin(browser(), ada)).cookie.split(';')[0] ?? '';
    expect(await acme.read(browser(`${cookie}; ${cookie}`))).toBeUndefined();
  });

  it('never takes on a token that the browser brings (session fixation)', async () => {
    const { acme } = open();
    const planted = `__Host-session=${'a'.repeat(43)}`;
    const begun = await acme.begin(browser(planted), ada);
    expect(begun.cookie).not.toContain(planted);
    expect(await acme.read(browser(planted))).toBeUndefined();
    // Nor does one who signed in before stay signed in beside.
    const again = await acme.begin(browser(begun), { subject: 'bob', methods: ['pwd'] });
    expect(await acme.read(browser(begun))).toBeUndefined();
    expect(await acme.read(browser(again))).toMatchObject({ subject: 'bob' });
  });

  it('is nobody’s at another tenant’s door', async () => {
    const { acme, globex } = open();
    const begun = await acme.begin(browser(), ada);
    expect(await globex.read(browser(begun))).toBeUndefined();
    expect([await globex.list('ada'), await globex.endAll('ada')]).toEqual([[], 0]);
    expect(await acme.read(browser(begun))).toBeDefined();
  });

  it('ends when nothing is heard of it, and at the latest at its end', async () => {
    const { acme, clock } = open();
    const begun = await acme.begin(browser(), ada);
    for (let at = 0; at < 24; at += 1) {
      await clock.advance(29 * minute);
      expect(await acme.read(browser(begun))).toBeDefined();
    }
    await clock.advance(24 * minute - 1);
    expect(await acme.read(browser(begun))).toBeDefined();
    await clock.advance(1);
    expect(await acme.read(browser(begun))).toBeUndefined();

    const idle = await acme.begin(browser(), ada);
    await clock.advance(30 * minute);
    expect(await acme.read(browser(idle))).toBeUndefined();
  });

  it('that was ended while it was read does not come back', async () => {
    const { acme, clock, state } = open();
    const begun = await acme.begin(browser(), ada);
    await clock.advance(20 * minute);
    const slow = {
      ...state,
      get: async (key: string) => {
        const found = await state.get(key);
        await acme.end(browser(begun));
        return found;
      },
    };
    await createSessions({ state: slow, clock }).tenant('acme').read(browser(begun));
    expect(await acme.read(browser(begun))).toBeUndefined();
  });

  it('goes up a level with a new token, and never down', async () => {
    const { acme, clock } = open();
    const low = await acme.begin(browser(), ada);
    await expect(acme.require(browser(low), { level: 2 })).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'step_up_required',
    });
    await clock.advance(minute);
    const high = await acme.elevate(browser(low), { subject: 'ada', level: 2, method: 'otp' });
    expect(high.session).toMatchObject({ level: 2, methods: ['pwd', 'otp'], endsAt: low.session.endsAt });
    expect(await acme.read(browser(low))).toBeUndefined();
    await acme.require(browser(high), { level: 2, maxAgeMs: minute });
    const again = await acme.elevate(browser(high), { subject: 'ada', level: 1, method: 'pwd' });
    expect(again.session).toMatchObject({ level: 2, methods: ['pwd', 'otp'] });
    await clock.advance(minute + 1);
    await expect(acme.require(browser(again), { maxAgeMs: minute })).rejects.toMatchObject({
      reason: 'step_up_required',
    });
  });

  it('goes up once, when two try at the same time', async () => {
    const { acme } = open();
    const low = await acme.begin(browser(), ada);
    const both = [1, 2].map(() => acme.elevate(browser(low), { subject: 'ada', level: 2, method: 'otp' }));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await acme.list('ada')).toHaveLength(1);
  });

  it('keeps what the application puts into it, within bounds', async () => {
    const { acme } = open();
    const begun = await acme.begin(browser(), { ...ada, data: { theme: 'dark', cart: '7' } });
    await acme.update(browser(begun), { theme: 'light', cart: undefined });
    expect((await acme.read(browser(begun)))?.data).toEqual({ theme: 'light' });
    await expect(acme.update(browser(begun), { big: 'x'.repeat(5_000) })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(acme.update(browser(), {})).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is listed with the others of its owner, newest first, and can be ended from there', async () => {
    const { acme, clock } = open();
    const phone = await acme.begin(browser(), ada);
    await clock.advance(minute);
    const desk = await acme.begin(browser(), ada);
    await acme.begin(browser(), { subject: 'bob', methods: ['pwd'] });
    expect((await acme.list('ada')).map(({ id }) => id)).toEqual([desk.session.id, phone.session.id]);
    expect(await acme.endOne('bob', phone.session.id)).toBe(false);
    expect(await acme.endOne('ada', phone.session.id)).toBe(true);
    expect(await acme.read(browser(phone))).toBeUndefined();
    const third = await acme.begin(browser(), ada);
    expect(await acme.endAll('ada', { except: third.session.id })).toBe(1);
    expect((await acme.list('ada')).map(({ id }) => id)).toEqual([third.session.id]);
  });

  it('gives way when there are too many', async () => {
    const { acme, clock } = open({ mostPerSubject: 2 });
    const begun: BegunSession[] = [];
    for (let at = 0; at < 3; at += 1) {
      begun.push(await acme.begin(browser(), ada));
      await clock.advance(1);
    }
    const there = await Promise.all(begun.map((one) => acme.read(browser(one))));
    expect(there.map((one) => one !== undefined)).toEqual([false, true, true]);
  });

  it('ends with the cookie taken away', async () => {
    const { acme, events } = open();
    const begun = await acme.begin(browser(), ada);
    expect(await acme.end(browser(begun))).toBe(
      '__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax',
    );
    expect(await acme.read(browser(begun))).toBeUndefined();
    expect(events.map(({ type, facts }) => [type, facts?.reason])).toEqual([
      ['session.begun', undefined],
      ['session.ended', 'signed_out'],
    ]);
  });
});
