/** What the connect routes refuse of callbacks: each attack has a test of its own. */
import { describe, expect, it } from 'vitest';
import type { Browser } from '../__tests__/browser.ts';
import { app, useSite } from './__tests__/site.ts';

const site = useSite();
const { browserOf, reasons, expectNothingLeaked } = site;
const ada = () => browserOf('acme.ada');
const start = `${app}/connect/fake/start?return_to=/settings`;
const callback = `${app}/connect/fake/callback`;

describe('the connect routes refuse of what comes back', () => {
  /** What a browser brings back from the provider, not yet presented. */
  async function begun(browser = ada()) {
    const away = new URL((await browser.request(start)).headers.get('location') ?? '');
    return { browser, returned: await site.fake.agree(away) };
  }
  const present = (browser: Browser, url: URL) => browser.request(url);
  const nothingConnected = async () => {
    for (const tenant of ['acme', 'globex']) expect(await site.connections.tenant(tenant).list()).toEqual([]);
  };

  it('code injection: a code of another authorization, in one’s own callback', async () => {
    const victim = await begun();
    const attacker = await begun(browserOf('acme.eve'));
    const forged = new URL(attacker.returned);
    forged.searchParams.set('code', victim.returned.searchParams.get('code') ?? '');
    const answer = await present(attacker.browser, forged);
    expect(answer.headers.get('location')).toBe('/settings?connect_error=invalid_grant');
    expect(reasons()).toEqual(['invalid_grant']);
    await nothingConnected();
    expectNothingLeaked(answer);
  });

  it('state fixation and login CSRF: a stranger’s callback in another browser', async () => {
    const attacker = await begun(browserOf('acme.eve'));
    const answer = await present(ada(), attacker.returned);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'the account was not connected; begin again from the application\n',
    ]);
    expect(reasons()).toEqual(['wrong_browser']);
    await nothingConnected();
  });

  it('a planted cookie: two of one name are none', async () => {
    const attacker = await begun(browserOf('acme.eve'));
    const victim = ada();
    const [name = '', value = ''] =
      [...(attacker.browser.cookies.get('app.test') ?? [])].find(([key]) => key.includes('im-connect')) ?? [];
    const answer = await site.connect.handle(
      new Request(attacker.returned, {
        headers: { cookie: `__Host-session=acme.ada; ${name}=${value}; ${name}=mine` },
      }),
    );
    expect(answer.status).toBe(400);
    expect((await present(victim, attacker.returned)).status).toBe(400);
    expect(reasons()).toEqual(['wrong_browser', 'wrong_browser']);
  });

  it('another user of the same browser: signed out and in again in between', async () => {
    const { browser, returned } = await begun();
    browser.cookies.get('app.test')?.set('__Host-session', 'acme.eve');
    expect((await present(browser, returned)).headers.get('location')).toBe(
      '/settings?connect_error=wrong_user',
    );
    await nothingConnected();
  });

  it('tenant crossing: the same user in another tenant', async () => {
    const { browser, returned } = await begun();
    browser.cookies.get('app.test')?.set('__Host-session', 'globex.ada');
    expect((await present(browser, returned)).headers.get('location')).toBe(
      '/settings?connect_error=wrong_user',
    );
    await nothingConnected();
  });

  it.each(['', '?code=x', '?state=', '?state=x&code=y', '?state=x&state=x&code=y'])(
    'a callback that nobody began: %j',
    async (query) => {
      const answer = await ada().request(`${callback}${query}`);
      expect(answer.status).toBe(400);
      expect(reasons()).toEqual([
        query === '' || query === '?code=x' || query === '?state=' ? 'state_missing' : 'state_unknown',
      ]);
    },
  );

  it('a callback that is presented twice', async () => {
    const { browser, returned } = await begun();
    const cookies = new Map(browser.cookies.get('app.test'));
    expect((await present(browser, returned)).headers.get('location')).toContain('connected=');
    browser.cookies.set('app.test', cookies);
    expect((await present(browser, returned)).status).toBe(400);
    expect(reasons()).toEqual(['state_unknown']);
  });

  it('a callback that is presented twice at once: one of them is', async () => {
    const { browser, returned } = await begun();
    const cookie = [...(browser.cookies.get('app.test') ?? [])]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const answers = await Promise.all(
      [1, 2, 3].map(() => site.connect.handle(new Request(returned, { headers: { cookie } }))),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await site.connections.tenant('acme').list()).toHaveLength(1);
  });

  it('a callback that comes too late', async () => {
    const { browser, returned } = await begun();
    await site.clock.advance(600_000);
    expect((await present(browser, returned)).status).toBe(400);
    expect(reasons()).toEqual(['state_unknown']);
  });

  it('mix-up: the answer of one provider at the address of another', async () => {
    const { browser, returned } = await begun();
    const elsewhere = new URL(returned);
    elsewhere.pathname = '/connect/other/callback';
    expect((await present(browser, elsewhere)).headers.get('location')).toBe(
      '/settings?connect_error=wrong_provider',
    );
    expect(site.other.server.exchanges.filter(({ target }) => target === '/token')).toEqual([]);
    await nothingConnected();
  });

  it.each([
    [
      'another issuer',
      (parameters: URLSearchParams) => parameters.set('iss', 'https://evil.test'),
      'issuer_mismatch',
    ],
    [
      'two issuers',
      (parameters: URLSearchParams) => parameters.append('iss', 'https://evil.test'),
      'issuer_mismatch',
    ],
    [
      'no issuer, although the server says that it sends it (RFC 9207)',
      (parameters: URLSearchParams) => parameters.delete('iss'),
      'issuer_missing',
    ],
  ])('mix-up: an answer with %s', async (_, change, reason) => {
    // The metadata is known only once an ID token is wanted, as here.
    site.fake.misbehave({ callback: change });
    const back = await ada().visit(start, `${app}/settings`);
    expect(back.search).toBe(`?connect_error=${reason}`);
    expect(site.fake.server.exchanges.filter(({ target }) => target === '/token')).toEqual([]);
    await nothingConnected();
  });

  it('PKCE downgrade: a server that offers plain alone', async () => {
    site.fake.misbehave({
      discovery: (document) => ({ ...document, code_challenge_methods_supported: ['plain'] }),
    });
    expect((await ada().request(start)).status).toBe(409);
    await nothingConnected();
  });

  it('PKCE downgrade: every authorization has a challenge by S256, and its verifier comes along', async () => {
    await ada().visit(start, `${app}/settings`);
    const authorize = new URL(
      site.fake.server.exchanges.find(({ target }) => target.startsWith('/authorize'))?.target ?? '',
      app,
    );
    expect(authorize.searchParams.get('code_challenge_method')).toBe('S256');
    const token = site.fake.server.exchanges.find(({ target }) => target === '/token');
    expect(
      new URLSearchParams(Buffer.from(token?.requestBody ?? []).toString()).get('code_verifier'),
    ).toMatch(/^[\w-]{43}$/);
    expect(authorize.searchParams.has('client_secret')).toBe(false);
  });

  it('a callback of great size, or with a code that stands twice', async () => {
    const huge = await ada().request(callback, {
      method: 'POST',
      body: new URLSearchParams({ state: 'x'.repeat(20_000) }),
    });
    expect(huge.status).toBe(400);
    const { browser, returned } = await begun();
    returned.searchParams.append('code', 'second');
    expect((await present(browser, returned)).headers.get('location')).toBe(
      '/settings?connect_error=bad_callback',
    );
    await nothingConnected();
  });
});
