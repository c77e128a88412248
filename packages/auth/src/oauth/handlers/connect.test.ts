/** The connect routes, by a browser. */
import { describe, expect, it } from 'vitest';
import { app, useSite } from './__tests__/site.ts';

const site = useSite();
const { browserOf, reasons, expectNothingLeaked } = site;
const ada = () => browserOf('acme.ada');
const start = `${app}/connect/fake/start?return_to=/settings`;
const callback = `${app}/connect/fake/callback`;

describe('connecting an account', () => {
  it('goes to the provider and comes back to where it began, connected', async () => {
    const browser = ada();
    const back = await browser.visit(start, `${app}/settings`);
    const [connection] = await site.connections.tenant('acme').list({ user: 'ada' });
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
    expect(site.events.map(({ type }) => type)).toEqual(['connection.connected', 'connection.disconnected']);
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
    const [first] = await site.connections.tenant('acme').list();
    expect(first?.scopes).toEqual(['openid', 'read']);
    const more = await browser.request(`${start}&scope=write&connection=${first?.id}`);
    expect(new URL(more.headers.get('location') ?? '').searchParams.get('scope')).toBe('openid read write');
    expect((await browser.request(`${start}&scope=admin`)).status).toBe(400);
    expect(reasons()).toEqual(['scope_not_allowed']);
  });

  it('tells the application when the user did not agree', async () => {
    site.fake.misbehave({ decision: 'deny' });
    const back = await ada().visit(start, `${app}/settings`);
    expect(back.search).toBe('?connect_error=access_denied');
    expect(await site.connections.tenant('acme').list()).toEqual([]);
  });

  it('takes a browser that comes back by POST, as from Apple', async () => {
    const browser = ada();
    const away = new URL((await browser.request(start)).headers.get('location') ?? '');
    const returned = await site.fake.agree(away);
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
