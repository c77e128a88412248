/** What the connect routes refuse of requests of pages, and where they never send a browser. */
import { describe, expect, it } from 'vitest';
import { app, useSite } from './__tests__/site.ts';

const site = useSite();
const { browserOf, reasons } = site;
const ada = () => browserOf('acme.ada');
const start = `${app}/connect/fake/start?return_to=/settings`;

describe('the connect routes refuse of what pages ask', () => {
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
    const [connection] = await site.connections.tenant('acme').list();
    for (const [path, method] of [
      ['', 'DELETE'],
      ['/disconnect', 'POST'],
    ] as const) {
      const answer = await browser.request(`${app}/connect/${connection?.id}${path}`, { method, headers });
      expect(answer.status).toBe(403);
    }
    expect(await site.connections.tenant('acme').get(connection?.id ?? '')).toMatchObject({
      state: 'active',
    });
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
    const [connection] = await site.connections.tenant('acme').list();
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

  it('to send a browser to another host, by an address with two slashes in front (open redirect)', async () => {
    const form = new URLSearchParams({ state: 's', code: 'c' });
    const request = new Request(`${app}//evil.test/callback`, { method: 'POST', body: form });
    const answer = await site.connect.callback(request, 'fake');
    expect(new URL(answer.headers.get('location') ?? '', app).origin).toBe(app);
  });
});
