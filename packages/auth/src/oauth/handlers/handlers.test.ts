/** The connect and sign-in routes, by a browser, against a server that tells the truth and one that lies. Each attack has a test of its own. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type LogFields, memoryState, Secret, type StateStore } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthEvent } from '../../common/audit.ts';
import { createEnvelope } from '../../common/envelope.ts';
import type { ExternalIdentity } from '../../common/principal.ts';
import {
  type AuthorizationServerFake,
  startAuthorizationServer,
} from '../../testing/authorization-server.ts';
import { type Browser, createBrowser } from '../__tests__/browser.ts';
import { createOAuthClient } from '../client.ts';
import { type Connections, createConnections } from '../connections/connections.ts';
import { type ConnectHandlers, createConnectHandlers } from './connect.ts';
import { createSignInHandlers, type SignInHandlers } from './sign-in.ts';

const app = 'https://app.test';
const envelope = createEnvelope({ keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }] });

let fake: AuthorizationServerFake;
let other: AuthorizationServerFake;
let clock: VirtualClock;
let state: StateStore;
let connections: Connections;
let connect: ConnectHandlers;
let signIn: SignInHandlers;
let events: AuthEvent[];
let lines: string[];
let signedIn: ExternalIdentity[];

beforeAll(() => Promise.all([import('@im/http'), import('oauth4webapi'), import('jose'), import('undici')]));
beforeEach(async () => {
  clock = createVirtualClock();
  [fake, other] = [await startAuthorizationServer({ clock }), await startAuthorizationServer({ clock })];
  state = memoryState(clock);
  [events, lines, signedIn] = [[], [], []];
  const onEvent = (event: AuthEvent) => void events.push(event);
  const log = (message: string, fields?: LogFields) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log };
  const clientAt = (server: AuthorizationServerFake, path: string) => ({
    provider: server.provider,
    clientId: 'app',
    credential: { method: 'client_secret_basic' as const, secret: new Secret('secret-of-app') },
    redirectUri: `${app}${path}`,
    allowPrivate: true,
    clock,
    logger,
  });
  connections = createConnections({
    state,
    envelope,
    clock,
    logger,
    onEvent,
    clients: {
      fake: clientAt(fake, '/connect/fake/callback'),
      other: clientAt(other, '/connect/other/callback'),
    },
  });
  connect = createConnectHandlers({
    connections,
    state,
    envelope,
    clock,
    logger,
    onEvent,
    // Stands for the application's session.
    authenticate: (request) => {
      const [, tenant, user] =
        /(?:^|; )__Host-session=([\w]+)\.([\w]+)/.exec(request.headers.get('cookie') ?? '') ?? [];
      return tenant !== undefined && user !== undefined ? { tenant, user } : undefined;
    },
    scopes: { fake: ['openid', 'read', 'write'], other: ['openid'] },
    allowedOrigins: ['https://spa.test'],
  });
  const clients = {
    fake: createOAuthClient(clientAt(fake, '/sign-in/fake/callback')),
    other: createOAuthClient(clientAt(other, '/sign-in/other/callback')),
  };
  signIn = createSignInHandlers({
    state,
    envelope,
    clock,
    logger,
    onEvent,
    tenant: (request) => request.headers.get('x-tenant') ?? 'acme',
    client: (_tenant, provider) =>
      Object.hasOwn(clients, provider) ? clients[provider as keyof typeof clients] : undefined,
    onSignedIn: (identity, { returnTo }) => {
      signedIn.push(identity);
      return new Response(null, {
        status: 303,
        headers: { location: returnTo, 'set-cookie': '__Host-session=x.y; Path=/; Secure' },
      });
    },
  });
});
afterEach(async () => {
  await connections[Symbol.asyncDispose]();
  for (const server of [fake, other]) await server[Symbol.asyncDispose]();
});

/** A browser in which somebody is signed in, or nobody. */
function browserOf(session?: string): Browser {
  const browser = createBrowser((input, init) => {
    const url = new URL(String(input));
    if (url.origin !== app) return fetch(url, init);
    const request = new Request(url, init);
    return url.pathname.startsWith('/sign-in') ? signIn.handle(request) : connect.handle(request);
  });
  if (session !== undefined) browser.cookies.set('app.test', new Map([['__Host-session', session]]));
  return browser;
}
const ada = () => browserOf('acme.ada');
const start = `${app}/connect/fake/start?return_to=/settings`;
const callback = `${app}/connect/fake/callback`;
const reasons = () => events.map(({ reason }) => reason).filter((reason) => reason !== undefined);

/** Nothing secret of the exchange stands in what was told. */
function expectNothingLeaked(...answers: readonly (Response | string)[]): void {
  const shown = `${lines.join('\n')}${inspect(events, { depth: 9 })}${answers.map((answer) => (typeof answer === 'string' ? answer : inspect([...answer.headers]))).join('')}`;
  for (const { requestBody } of [...fake.server.exchanges, ...other.server.exchanges]) {
    const form = new URLSearchParams(Buffer.from(requestBody).toString());
    for (const name of ['code', 'code_verifier', 'refresh_token']) {
      const value = form.get(name);
      if (value !== null) expect(shown).not.toContain(value);
    }
  }
  expect(shown).not.toContain('secret-of-app');
}

describe('connecting an account', () => {
  it('goes to the provider and comes back to where it began, connected', async () => {
    const browser = ada();
    const back = await browser.visit(start, `${app}/settings`);
    const [connection] = await connections.tenant('acme').list({ user: 'ada' });
    expect(back.href).toBe(`${app}/settings?connected=${connection?.id}`);
    expect(connection).toMatchObject({
      provider: 'fake',
      state: 'active',
      scopes: ['openid', 'read', 'write'],
    });
    expect([...(browser.cookies.get('app.test')?.keys() ?? [])]).toEqual(['__Host-session']);
    const [listed] = ((await (await browser.request(`${app}/connect`)).json()) as { connections: object[] })
      .connections;
    expect(listed).toMatchObject({ id: connection?.id });
    expect(await (await browser.request(`${app}/connect/${connection?.id}`)).json()).toMatchObject({
      state: 'active',
    });
    const ended = await browser.request(`${app}/connect/${connection?.id}`, {
      method: 'DELETE',
      headers: { origin: app },
    });
    expect(await ended.json()).toEqual({ state: 'revoked' });
    expect(events.map(({ type }) => type)).toEqual(['connection.connected', 'connection.disconnected']);
    expectNothingLeaked(back.href);
  });

  it('sends pages away that are not kept, not framed, and name nothing to the next site', async () => {
    const answer = await ada().request(start);
    expect(answer.status).toBe(303);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-im-connect-[\w-]{12}=[\w-]{43}; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
    );
  });

  it('asks for no more than is allowed, and for what is missing beside what there is', async () => {
    const browser = ada();
    await browser.visit(`${start}&scope=openid+read`, `${app}/settings`);
    const [first] = await connections.tenant('acme').list();
    expect(first?.scopes).toEqual(['openid', 'read']);
    const more = await browser.request(`${start}&scope=write&connection=${first?.id}`);
    expect(new URL(more.headers.get('location') ?? '').searchParams.get('scope')).toBe('openid read write');
    expect((await browser.request(`${start}&scope=admin`)).status).toBe(400);
    expect(reasons()).toEqual(['scope_not_allowed']);
  });

  it('tells the application when the user did not agree', async () => {
    fake.misbehave({ decision: 'deny' });
    const back = await ada().visit(start, `${app}/settings`);
    expect(back.search).toBe('?connect_error=access_denied');
    expect(await connections.tenant('acme').list()).toEqual([]);
  });

  it('takes a browser that comes back by POST, as from Apple', async () => {
    const browser = ada();
    const away = new URL((await browser.request(start)).headers.get('location') ?? '');
    const returned = await fake.agree(away);
    const posted = await browser.request(callback, {
      method: 'POST',
      body: new URLSearchParams([...returned.searchParams, ['user', '{"name":"x"}']]),
    });
    expect([posted.status, posted.headers.get('location')?.includes('user=')]).toEqual([303, false]);
    const back = await browser.visit(new URL(posted.headers.get('location') ?? '', app), `${app}/settings`);
    expect(back.searchParams.has('connected')).toBe(true);
  });

  it('has 404 for everything else, and 401 where nobody is signed in', async () => {
    for (const path of ['/connect/x/y/z', '/connect/', '/connectx', '/connect/%E0%A4%A/start'])
      expect([401, 404, 400]).toContain((await ada().request(`${app}${path}`)).status);
    for (const path of ['/connect', '/connect/x', '/connect/fake/start'])
      expect((await browserOf().request(`${app}${path}`)).status).toBe(401);
  });
});

describe('the connect routes refuse', () => {
  /** What a browser brings back from the provider, not yet presented. */
  async function begun(browser = ada()) {
    const away = new URL((await browser.request(start)).headers.get('location') ?? '');
    return { browser, returned: await fake.agree(away) };
  }
  const present = (browser: Browser, url: URL) => browser.request(url);
  const nothingConnected = async () => {
    for (const tenant of ['acme', 'globex']) expect(await connections.tenant(tenant).list()).toEqual([]);
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
    const answer = await connect.handle(
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
      [1, 2, 3].map(() => connect.handle(new Request(returned, { headers: { cookie } }))),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await connections.tenant('acme').list()).toHaveLength(1);
  });

  it('a callback that comes too late', async () => {
    const { browser, returned } = await begun();
    await clock.advance(600_000);
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
    expect(other.server.exchanges.filter(({ target }) => target === '/token')).toEqual([]);
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
    fake.misbehave({ callback: change });
    const back = await ada().visit(start, `${app}/settings`);
    expect(back.search).toBe(`?connect_error=${reason}`);
    expect(fake.server.exchanges.filter(({ target }) => target === '/token')).toEqual([]);
    await nothingConnected();
  });

  it('PKCE downgrade: a server that offers plain alone', async () => {
    fake.misbehave({
      discovery: (document) => ({ ...document, code_challenge_methods_supported: ['plain'] }),
    });
    expect((await ada().request(start)).status).toBe(409);
    await nothingConnected();
  });

  it('PKCE downgrade: every authorization has a challenge by S256, and its verifier comes along', async () => {
    await ada().visit(start, `${app}/settings`);
    const authorize = new URL(
      fake.server.exchanges.find(({ target }) => target.startsWith('/authorize'))?.target ?? '',
      app,
    );
    expect(authorize.searchParams.get('code_challenge_method')).toBe('S256');
    const token = fake.server.exchanges.find(({ target }) => target === '/token');
    expect(
      new URLSearchParams(Buffer.from(token?.requestBody ?? []).toString()).get('code_verifier'),
    ).toMatch(/^[\w-]{43}$/);
    expect(authorize.searchParams.has('client_secret')).toBe(false);
  });

  it.each([
    '//evil.test',
    'https://evil.test/',
    '/\\evil.test',
    'javascript:alert(1)',
    'https://spa.test.evil.test/',
    'https://app.test@evil.test/',
  ])('open redirect: return_to=%s', async (target) => {
    const answer = await ada().request(`${app}/connect/fake/start?return_to=${encodeURIComponent(target)}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await answer.text()).not.toContain('evil');
    expect(reasons()).toEqual(['return_not_allowed']);
  });

  it('but take an origin that is allowed', async () => {
    const back = await ada().visit(
      `${app}/connect/fake/start?return_to=https://spa.test/x`,
      'https://spa.test/',
    );
    expect(back.pathname).toBe('/x');
  });

  it.each([
    ['no header of a browser', {}],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['a neighbouring subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.app.test' }],
    ['an origin that hides itself', { origin: 'null' }],
  ])('a forged disconnect: from %s (CSRF)', async (_, headers) => {
    const browser = ada();
    await browser.visit(start, `${app}/settings`);
    const [connection] = await connections.tenant('acme').list();
    for (const [path, method] of [
      ['', 'DELETE'],
      ['/disconnect', 'POST'],
    ] as const) {
      const answer = await browser.request(`${app}/connect/${connection?.id}${path}`, { method, headers });
      expect(answer.status).toBe(403);
    }
    expect(await connections.tenant('acme').get(connection?.id ?? '')).toMatchObject({ state: 'active' });
  });

  it('a start that is an image or a frame of another page', async () => {
    for (const dest of ['image', 'iframe', 'empty'])
      expect((await ada().request(start, { headers: { 'sec-fetch-dest': dest } })).status).toBe(400);
    expect(await (await ada().request(start, { headers: { 'sec-fetch-dest': 'document' } })).status).toBe(
      303,
    );
  });

  it('another user’s or tenant’s connection, as if there were none', async () => {
    await ada().visit(start, `${app}/settings`);
    const [connection] = await connections.tenant('acme').list();
    for (const session of ['acme.eve', 'globex.ada']) {
      const browser = browserOf(session);
      expect((await browser.request(`${app}/connect/${connection?.id}`)).status).toBe(404);
      expect(
        (
          await browser.request(`${app}/connect/${connection?.id}`, {
            method: 'DELETE',
            headers: { origin: app },
          })
        ).status,
      ).toBe(404);
      expect((await browser.request(`${start}&connection=${connection?.id}`)).status).toBe(404);
      expect(await (await browser.request(`${app}/connect`)).json()).toEqual({ connections: [] });
    }
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

describe('signing in', () => {
  const begin = `${app}/sign-in/fake/start?return_to=/home`;

  it('says who it is, of which tenant, and by which issuer', async () => {
    const browser = browserOf();
    const back = await browser.visit(begin, `${app}/home`);
    expect(back.href).toBe(`${app}/home`);
    expect(signedIn).toMatchObject([
      { issuer: fake.issuer, subject: 'ada', tenant: 'acme', method: 'oidc', authenticatedAt: clock.now() },
    ]);
    expect(Object.keys(signedIn[0]?.claims ?? {})).not.toContain('nonce');
    expect([...(browser.cookies.get('app.test')?.keys() ?? [])]).toEqual(['__Host-session']);
    expect(events).toMatchObject([{ type: 'sign_in.accepted', outcome: 'ok', subject: 'ada' }]);
    expectNothingLeaked();
  });

  it.each([
    ['wrong_browser', 'in another browser', async (returned: URL) => browserOf().request(returned)],
    [
      'wrong_provider',
      'at the address of another provider',
      async (returned: URL, browser: Browser) =>
        browser.request(String(returned).replace('/fake/', '/other/')),
    ],
    [
      'wrong_tenant',
      'for another tenant',
      async (returned: URL, browser: Browser) =>
        browser.request(returned, { headers: { 'x-tenant': 'globex' } }),
    ],
  ])('is refused (%s): a callback %s', async (reason, _, present) => {
    const browser = browserOf();
    const away = new URL((await browser.request(begin)).headers.get('location') ?? '');
    const answer = await present(await fake.agree(away), browser);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'the sign-in was not accepted; begin again from the application\n',
    ]);
    expect(reasons()).toEqual([reason]);
    expect(signedIn).toEqual([]);
  });

  it('is refused when the person did not agree, or the provider is not there', async () => {
    fake.misbehave({ decision: 'deny' });
    await expect(browserOf().visit(begin, `${app}/home`)).rejects.toThrow(
      /ends with 403: the sign-in was not accepted/,
    );
    expect((await browserOf().request(`${app}/sign-in/constructor/start`)).status).toBe(404);
    expect((await browserOf().request(`${begin}&return_to=x`)).status).toBe(303);
    expect((await browserOf().request(`${app}/sign-in/fake/start?return_to=//evil.test`)).status).toBe(400);
    expect((await browserOf().request(`${app}/sign-in/fake/other`)).status).toBe(404);
  });
});
