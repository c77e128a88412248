import { expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { Surfer } from '../__tests__/surfer.ts';
import type { SamlSignIn } from '../model.ts';
import { createServiceProvider } from '../service-provider.ts';
import { startFakeIdentityProvider } from '../testing.ts';

it.each(['redirect', 'post'] as const)('the fake asks in a browser who it is, by %s', async (binding) => {
  await using idp = await startFakeIdentityProvider({ key: keyOf('provider') });
  const signIns: SamlSignIn[] = [];
  const service = createServiceProvider({
    baseUrl: 'http://127.0.0.1:9/saml',
    keys: [keyOf('service')],
    providers: () => [{ id: 'fake', binding, metadata: { url: idp.entityId, allowInternal: true } }],
    onSignIn: (signIn) => {
      signIns.push(signIn);
      return new Response('in');
    },
  });
  const { acs, logout, login, entityId } = service.urls('acme', 'fake');
  idp.addClient({ entityId, acs, logout, certificates: [keyOf('service').certificate] });
  const surfer = new Surfer((url) => (url.origin === 'http://127.0.0.1:9' ? service.fetch : undefined));
  const begun = await surfer.go(login);
  const asked = begun.url.origin === idp.baseUrl ? begun : await surfer.submit(begun);
  const page = await asked.response.clone().text();
  expect(page).toContain('Who are you?');
  const choice = new URLSearchParams({ login: 'grace' });
  for (const [, name = '', value = ''] of page.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
  ))
    choice.set(name, value);
  const answered =
    binding === 'redirect'
      ? await surfer.go(`${idp.baseUrl}/sso?${choice}`)
      : await surfer.go(`${idp.baseUrl}/sso`, choice);
  expect(await (await surfer.submit(answered)).response.text()).toBe('in');
  expect(signIns[0]?.identity.name).toBe('Grace Hopper');

  const stranger = await surfer.go(`${idp.baseUrl}/sso?SAMLRequest=nonsense`);
  expect(stranger.response.status).toBe(400);
  expect((await surfer.go(`${idp.baseUrl}/nothing`)).response.status).toBe(404);
});
