import { globSync, readFileSync } from 'node:fs';
import { ConfigurationError, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { keyOf } from './__tests__/keys.ts';
import { baseUrl, openRig } from './__tests__/rig.ts';
import { parseMetadata } from './metadata/parse.ts';
import { createServiceProvider } from './service-provider.ts';
import { nameIdFormats } from './xml/names.ts';

describe('our metadata', () => {
  it('holds every key, the addresses, and is signed', async () => {
    const keys = [keyOf('service-new'), keyOf('service')];
    const rig = openRig({
      service: { keys },
      provider: { signed: 'assertion', nameIdFormat: nameIdFormats.persistent },
    });
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/metadata`);
    expect(response.headers.get('content-type')).toBe('application/samlmetadata+xml; charset=utf-8');
    const text = await response.text();
    for (const { certificate } of keys)
      expect(text.split(certificate.replace(/-----[A-Z ]+-----|\s/g, '')).length - 1).toBe(
        certificate === keys[0]?.certificate ? 3 : 2,
      );
    expect(text).toContain(`entityID="${baseUrl}/acme/okta/metadata"`);
    expect(text).toContain(`Location="${baseUrl}/acme/okta/acs"`);
    expect(text).toContain(`Location="${baseUrl}/acme/okta/logout"`);
    expect(text).toContain('AuthnRequestsSigned="true" WantAssertionsSigned="true"');
    expect(text).toContain(`<md:NameIDFormat>${nameIdFormats.persistent}</md:NameIDFormat>`);
    // Its signature holds: what is wrong with it is only that a service is no identity provider.
    const signedBy = [keyOf('service-new').certificate];
    expect(() => parseMetadata(text, { now: rig.clock.now(), signedBy })).toThrow(
      'metadata_without_provider',
    );
    expect(() =>
      parseMetadata(text, { now: rig.clock.now(), signedBy: [keyOf('attacker').certificate] }),
    ).toThrow('signature_invalid');
  });
});

describe('the handlers', () => {
  it.each([
    ['GET', 'acs', 405],
    ['POST', 'login', 405],
    ['POST', 'metadata', 405],
    ['PUT', 'logout', 405],
    ['GET', 'nothing', 404],
  ])('%s of %s is answered with %i', async (method, action, status) => {
    const rig = openRig();
    const response = await rig.service.fetch(new Request(`${baseUrl}/acme/okta/${action}`, { method }));
    expect(response.status).toBe(status);
  });

  it.each([
    'nobody/okta',
    'acme/nobody',
    '__proto__/okta',
    'constructor/okta',
    '%2e%2e/okta',
    'a%00b/okta',
    '%ff/okta',
    ' /okta',
  ])('%s is not found, whatever is asked of it', async (path) => {
    const rig = openRig();
    for (const [action, method] of [
      ['login', 'GET'],
      ['acs', 'POST'],
      ['metadata', 'GET'],
    ] as const)
      expect((await rig.service.fetch(new Request(`https://x/${path}/${action}`, { method }))).status).toBe(
        404,
      );
  });

  it('say nothing of what failed in the application, but log it', async () => {
    const fail = () => {
      throw new Error('password of the database is hunter2');
    };
    for (const service of [{ providers: fail }, { onSignIn: fail }]) {
      const rig = openRig({ service });
      const response =
        'providers' in service ? await rig.browser.ask(`${baseUrl}/acme/okta/login`) : await rig.signIn();
      expect(response.status).toBe(500);
      expect(await response.text()).toBe('something went wrong here; try again later\n');
      expect(rig.reasons()).toEqual(['fault']);
      expect(JSON.stringify(rig.log)).not.toContain('hunter2');
    }
  });

  it('let the application make its own page of a refusal', async () => {
    const rig = openRig({
      service: {
        onRefusal: ({ code, message }) =>
          new Response(`<h1>${message}</h1>`, { status: code === 'unauthenticated' ? 401 : 400 }),
      },
    });
    const response = await rig.signIn({ audience: 'https://other.example.com' });
    expect(await response.text()).toBe(
      '<h1>the answer of the identity provider cannot be verified; begin the sign-in again</h1>',
    );
  });
});

describe('settings', () => {
  it('that are wrong are told all at once, and no key is shown', () => {
    const make = () =>
      createServiceProvider({
        baseUrl: 'app.example.com/saml?x',
        returnOrigins: ['https://app.example.com/'],
        keys: [{ certificate: 'nonsense', privateKey: new Secret('not-a-key-but-secret') }],
        providers: () => [],
        onSignIn: () => new Response(),
      });
    const error = (() => {
      try {
        return make();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const path of ['baseUrl', 'returnOrigins[0]', 'keys[0].certificate', 'keys[0].privateKey'])
      expect(String(error)).toContain(path);
    expect(String(error)).not.toContain('not-a-key-but-secret');
  });
});

it('what must be secret or was given back is compared by the one function that takes the same time for all', () => {
  const folder = new URL('.', import.meta.url);
  const sources = globSync('**/*.ts', {
    cwd: folder,
    exclude: ['**/*.test.ts', '**/__tests__/**', '**/fake/**'],
  });
  expect(sources.length).toBeGreaterThan(25);
  const compared =
    /\b(relayState|browser|cookie|token|secret|password|signature|digest\w*)\s*(===|!==)(?!\s*(undefined\b|''))/i;
  for (const file of sources) expect(readFileSync(new URL(file, folder), 'utf8'), file).not.toMatch(compared);
});
