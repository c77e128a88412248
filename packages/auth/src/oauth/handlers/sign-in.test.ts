/** The sign-in routes, by a browser. */
import { describe, expect, it } from 'vitest';
import type { Browser } from '../__tests__/browser.ts';
import { app, useSite } from './__tests__/site.ts';

const site = useSite();
const { browserOf, reasons, expectNothingLeaked } = site;

describe('signing in', () => {
  const begin = `${app}/sign-in/fake/start?return_to=/home`;

  it('says who it is, of which tenant, and by which issuer', async () => {
    const browser = browserOf();
    const back = await browser.visit(begin, `${app}/home`);
    expect(back.href).toBe(`${app}/home`);
    expect(site.signedIn).toMatchObject([
      {
        issuer: site.fake.issuer,
        subject: 'ada',
        tenant: 'acme',
        method: 'oidc',
        authenticatedAt: site.clock.now(),
      },
    ]);
    expect(Object.keys(site.signedIn[0]?.claims ?? {})).not.toContain('nonce');
    expect([...(browser.cookies.get('app.test')?.keys() ?? [])]).toEqual(['__Host-session']);
    expect(site.events).toMatchObject([{ type: 'sign_in.accepted', outcome: 'ok', subject: 'ada' }]);
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
    const answer = await present(await site.fake.agree(away), browser);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'the sign-in was not accepted; begin again from the application\n',
    ]);
    expect(reasons()).toEqual([reason]);
    expect(site.signedIn).toEqual([]);
  });

  it('is refused when the person did not agree, or the provider is not there', async () => {
    site.fake.misbehave({ decision: 'deny' });
    await expect(browserOf().visit(begin, `${app}/home`)).rejects.toThrow(
      /ends with 403: the sign-in was not accepted/,
    );
    expect((await browserOf().request(`${app}/sign-in/constructor/start`)).status).toBe(404);
    expect((await browserOf().request(`${begin}&return_to=x`)).status).toBe(303);
    expect((await browserOf().request(`${app}/sign-in/fake/start?return_to=//evil.test`)).status).toBe(400);
    expect((await browserOf().request(`${app}/sign-in/fake/other`)).status).toBe(404);
  });
});
