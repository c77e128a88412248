/** What must come true, and what must be refused. Each scene says why by what it asserts. */
import assert from 'node:assert/strict';
import { generate } from 'otplib';
import type { App } from './app.ts';
import { formsOf, type Reached, Walker } from './walker.ts';

/** One scene, and how it ended. */
export interface Played {
  readonly title: string;
  readonly problem?: string | undefined;
}

/** People and what they have, from scene to scene. */
class Stage {
  readonly ada = new Walker();
  readonly bob = new Walker();
  readonly grace = new Walker();
  secret = '';
  lastCode = '';
  readonly app: App;
  constructor(app: App) {
    this.app = app;
  }
  at(path: string): string {
    return this.app.url + path;
  }
  /** The half minute that is used next: each code is taken once. */
  async code(): Promise<string> {
    this.#steps += 1;
    return generate({ secret: this.secret, epoch: Math.floor(Date.now() / 1_000) + 30 * (this.#steps - 1) });
  }
  #steps = 0;

  async openId(person: Walker, login: string): Promise<Reached> {
    let page = await person.get(this.at('/sign-in/directory/start?return_to=/acme'));
    page = await person.submit(page, '/interaction/', { login, password: 'x' });
    return person.submit(page, '/interaction/');
  }
  async saml(person: Walker, login: string): Promise<Reached> {
    const choice = await person.get(this.at('/saml/globex/directory/login?returnTo=/globex'));
    const [form] = formsOf({ ...choice, url: choice.url });
    const url = new URL(choice.url);
    for (const [name, value] of form?.fields ?? []) url.searchParams.set(name, value);
    url.searchParams.set('login', login);
    return person.submit(await person.get(url), '/acs');
  }
}

type Scene = (stage: Stage) => Promise<void>;

const refused = (page: Reached, status: number) => {
  assert.equal(page.status, status, `${page.status}: ${page.text.slice(0, 200)}`);
  assert.doesNotMatch(page.text, /eyJ[\w-]{20}|SAMLResponse|Bearer/);
};

const scenes: Readonly<Record<string, Scene>> = {
  'Ada signs in to Acme by OpenID Connect, and is an administrator': async (stage) => {
    const page = await stage.openId(stage.ada, 'ada');
    assert.match(page.text, /<h1>Ada<\/h1>/);
    assert.match(page.text, /data-roles>admin</);
    assert.match(page.text, /data-level="1"/);
  },
  'one factor is not enough to delete a report': async ({ ada, app }) => {
    refused(await ada.post(`${app.url}/acme/reports/delete`), 403);
  },
  'she sets an authenticator app up; a wrong code is refused': async (stage) => {
    const page = await stage.ada.post(stage.at('/acme/totp/enrol'));
    const [, secret = ''] = /id="secret">([A-Z2-7]+)</.exec(page.text) ?? [];
    stage.secret = secret;
    refused(await stage.ada.post(stage.at('/acme/totp/confirm'), { code: '000000' }), 401);
    stage.lastCode = await stage.code();
    const home = await stage.ada.submit(page, '/totp/confirm', { code: stage.lastCode });
    assert.match(home.text, /data-level="2"/);
  },
  'now she may delete the report': async ({ ada, app }) => {
    assert.match((await ada.post(`${app.url}/acme/reports/delete`)).text, /The report is gone/);
  },
  'the code that was used is refused (replay)': async ({ ada, lastCode, app }) => {
    refused(await ada.post(`${app.url}/acme/totp/verify`, { code: lastCode }), 401);
    assert.ok(app.told.some(({ type, reason }) => type === 'mfa.refused' && reason === 'replayed'));
  },
  'whoever has her password alone sets no authenticator app up over hers': async (stage) => {
    const thief = new Walker();
    await stage.openId(thief, 'ada');
    const page = await thief.post(stage.at('/acme/totp/enrol'));
    const [, secret = ''] = /id="secret">([A-Z2-7]+)</.exec(page.text) ?? [];
    refused(await thief.post(stage.at('/acme/totp/confirm'), { code: await generate({ secret }) }), 403);
    refused(await thief.post(stage.at('/acme/reports/delete')), 403);
  },
  'Bob signs in too, reads, and may not delete, with a second factor or without': async (stage) => {
    const page = await stage.openId(stage.bob, 'bob');
    assert.match(page.text, /data-roles>viewer</);
    assert.doesNotMatch(page.text, /<h2>People/);
    refused(await stage.bob.post(stage.at('/acme/reports/delete')), 403);
    const enrol = await stage.bob.post(stage.at('/acme/totp/enrol'));
    const [, secret = ''] = /id="secret">([A-Z2-7]+)</.exec(enrol.text) ?? [];
    await stage.bob.submit(enrol, '/totp/confirm', { code: await generate({ secret }) });
    refused(await stage.bob.post(stage.at('/acme/reports/delete')), 403);
    assert.match((await stage.bob.get(stage.at('/acme'))).text, /no_permission/);
  },
  'Grace signs in to Globex by SAML': async (stage) => {
    const page = await stage.saml(stage.grace, 'grace');
    assert.match(page.text, /<h1>Grace Hopper<\/h1>/);
    assert.match(page.text, /data-roles>viewer</);
  },
  'her session is nobody’s at Acme': async ({ grace, app }) => {
    assert.match((await grace.get(`${app.url}/acme`)).text, /Sign in to Acme/);
    const jar = grace.cookies.get('localhost');
    jar?.set('__Host-session-acme', jar.get('__Host-session-globex') ?? '');
    assert.match((await grace.get(`${app.url}/acme`)).text, /Sign in to Acme/);
    jar?.delete('__Host-session-acme');
    assert.equal(
      (await app.people.tenant('acme').list()).some(({ name }) => name === 'Grace Hopper'),
      false,
    );
  },
  'the SAML answer is refused when it is sent again, by her or by anybody': async ({ grace, app }) => {
    const answer = grace.sent.findLast(({ action }) => action.pathname.endsWith('/acs'));
    assert.ok(answer);
    for (const somebody of [grace, new Walker()]) {
      const page = await somebody.post(answer.action, answer.fields, app.peers.saml.baseUrl);
      assert.ok(page.status >= 400, `taken with ${page.status}`);
      assert.doesNotMatch(page.text, /Grace Hopper/);
    }
  },
  'a sign-in that another browser began is refused (state fixation)': async (stage) => {
    const eve = new Walker();
    const begun = await eve.request(new URL(stage.at('/sign-in/directory/start?return_to=/acme')), {});
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const page = await new Walker().get(stage.at(`/sign-in/directory/callback?code=stolen&state=${state}`));
    refused(page, 400);
    assert.ok(
      stage.app.told.some(({ type, reason }) => type === 'sign_in.refused' && reason === 'wrong_browser'),
    );
  },
  'nobody is sent to another site (open redirect)': async ({ app }) => {
    for (const to of ['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)']) {
      const begun = await new Walker().request(
        new URL(`${app.url}/sign-in/directory/start?return_to=${encodeURIComponent(to)}`),
        {},
      );
      assert.equal(begun.status, 400, to);
    }
  },
  'a form of another site does nothing (CSRF)': async ({ ada, app }) => {
    refused(await ada.post(`${app.url}/acme/reports/delete`, {}, 'https://evil.test'), 403);
    refused(await ada.post(`${app.url}/acme/sign-out`, {}, 'https://evil.test'), 403);
    assert.match((await ada.get(`${app.url}/acme`)).text, /<h1>Ada/);
  },
  'Ada connects a Spotify account, and the application calls as her': async ({ ada, app }) => {
    const page = await ada.get(`${app.url}/connect/spotify/start?return_to=/acme`);
    assert.match(page.text, /data-connection="active">Connected as /);
    assert.ok(app.peers.spotify.exchanges.some(({ target }) => target === '/v1/me'));
  },
  'Bob neither sees nor ends her connection': async ({ bob, app }) => {
    const [connection] = await app.connections.tenant('acme').list();
    assert.ok(connection);
    assert.doesNotMatch((await bob.get(`${app.url}/acme`)).text, /Connected as/);
    await bob.post(`${app.url}/acme/connections/${connection.id}/disconnect`);
    assert.equal((await app.connections.tenant('acme').get(connection.id)).state, 'active');
  },
  'she disconnects it, and nothing can be called with it any more': async ({ ada, app }) => {
    const home = await ada.get(`${app.url}/acme`);
    const page = await ada.submit(home, '/disconnect');
    assert.doesNotMatch(page.text, /Connected as/);
    const [connection] = await app.connections.tenant('acme').list();
    assert.equal(connection?.state ?? 'revoked', 'revoked');
  },
  'she signs out, and the cookie of before opens nothing': async ({ ada, app }) => {
    const before = new Map(ada.cookies.get('localhost'));
    await ada.post(`${app.url}/acme/sign-out`);
    assert.match((await ada.get(`${app.url}/acme`)).text, /Sign in to Acme/);
    ada.cookies.set('localhost', before);
    assert.match((await ada.get(`${app.url}/acme`)).text, /Sign in to Acme/);
  },
};

/** Plays them in order. */
export async function* playScenes(app: App): AsyncGenerator<Played> {
  const stage = new Stage(app);
  for (const [title, play] of Object.entries(scenes)) {
    const problem = await play(stage).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message.split('\n')[0] : String(error)),
    );
    yield { title, problem };
  }
}
