/** Settings of sessions, and changes that another site's page sends. */
import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import type { BegunSession } from './session.ts';
import { createSessions } from './sessions.ts';
import type { SessionsOptions } from './sessions.types.ts';

const url = 'https://app.test/settings';

const ada = { subject: 'ada', methods: ['pwd'] };

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

const post = (headers: Record<string, string>): RequestInit => ({ method: 'POST', headers });

describe('settings of sessions', () => {
  it.each([
    [{ idleMs: 0, mostPerSubject: 0 }, /idleMs .*; mostPerSubject /],
    [{ idleMs: Number.NaN }, /idleMs/],
    [{ absoluteMs: -1 }, /absoluteMs/],
    [{ mostPerSubject: 1.5 }, /mostPerSubject/],
  ])('%o are refused, all faults at once', (options, message) => {
    expect(() => open(options)).toThrow(message);
  });

  it.each(['a; Domain=evil.test', 'a\r\nset-cookie: b', 'a=b', 'a b', 'ä', ''])(
    'never let the name of a tenant into a header: %o',
    (tenant) => {
      const { sessions } = open({ cookie: (id) => id });
      expect(() => sessions.tenant(tenant)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    },
  );

  it('need a subject, of a length that a key can have', async () => {
    const { acme } = open();
    for (const subject of ['', 'x'.repeat(513), 'a\ud800'])
      await expect(acme.begin(browser(), { ...ada, subject })).rejects.toMatchObject({ reason: 'subject' });
  });

  it('a limit of age that is no number lets nobody in', async () => {
    const { acme } = open();
    const begun = await acme.begin(browser(), ada);
    await expect(acme.require(browser(begun), { maxAgeMs: Number.NaN })).rejects.toMatchObject({
      reason: 'step_up_required',
    });
  });
});

describe('a change', () => {
  it('of the session itself is not made for another site’s page either', async () => {
    const { acme } = open();
    const begun = await acme.begin(browser(), ada);
    const forged = browser(begun, post({ 'sec-fetch-site': 'cross-site' }));
    for (const asked of [
      acme.update(forged, { theme: 'dark' }),
      acme.elevate(forged, { subject: 'ada', level: 2, method: 'otp' }),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'permission_denied', reason: 'forged' });
    expect(await acme.read(browser(begun))).toMatchObject({ level: 1, data: {} });
  });

  it.each([
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }, true],
    ['the user alone', { 'sec-fetch-site': 'none' }, true],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, false],
    ['a neighbouring subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://other.app.test' }, false],
    ['a neighbour that is allowed', { 'sec-fetch-site': 'same-site', origin: 'https://www.app.test' }, true],
    ['an old browser, from us', { origin: 'https://app.test' }, true],
    ['an old browser, from elsewhere', { origin: 'https://evil.test' }, false],
    ['a page without an origin', { origin: 'null' }, false],
    ['nobody says where', {}, false],
    ['nobody says where, with another token', { 'x-csrf-token': 'x' }, false],
  ] as const)('from %s', async (_what, headers, isTaken) => {
    const { acme } = open({ allowedOrigins: ['https://www.app.test'] });
    const begun = await acme.begin(browser(), ada);
    const asked = acme.require(browser(begun, post(headers)));
    if (isTaken) expect(await asked).toMatchObject({ subject: 'ada' });
    else await expect(asked).rejects.toMatchObject({ code: 'permission_denied', reason: 'forged' });
    expect(await acme.require(browser(begun, { headers }))).toMatchObject({ subject: 'ada' });
  });

  it('is taken with the token that the page was given, of this session alone', async () => {
    const { acme } = open();
    const [mine, other] = [await acme.begin(browser(), ada), await acme.begin(browser(), ada)];
    const token = acme.csrfToken(browser(mine)) ?? '';
    expect(mine.cookie).not.toContain(token);
    await acme.require(browser(mine, post({ 'x-csrf-token': token })));
    await expect(acme.require(browser(other, post({ 'x-csrf-token': token })))).rejects.toMatchObject({
      reason: 'forged',
    });
  });
});
