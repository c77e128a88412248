import { globSync, readFileSync } from 'node:fs';
import { ConfigurationError, memoryState, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { keyOf } from './__tests__/keys.ts';
import { baseUrl, formOf, openRig } from './__tests__/rig.ts';
import { parseMetadata } from './metadata/parse.ts';
import { createServiceProvider } from './service-provider.ts';
import { nameIdFormats } from './xml/names.ts';

describe('a sign-in', () => {
  it('by redirect and POST gives who it is, and takes the browser where it wanted to go', async () => {
    const rig = openRig();
    const response = await rig.signIn({}, { returnTo: '/projects?tab=1' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/projects?tab=1');
    expect(rig.signIns).toEqual([
      {
        identity: {
          issuer: 'https://okta.example.net/metadata',
          subject: 'ada-persistent-id',
          tenant: 'acme',
          email: 'ada@example.org',
          emailVerified: undefined,
          name: 'Ada Lovelace',
          groups: ['staff', 'administrators'],
          claims: expect.objectContaining({
            uid: ['ada'],
            nameId: expect.objectContaining({ value: 'ada-persistent-id' }),
          }),
          authenticatedAt: rig.clock.now(),
          method: 'saml',
          acr: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
        },
        session: {
          tenant: 'acme',
          provider: 'okta',
          nameId: expect.objectContaining({ format: nameIdFormats.persistent }),
          sessionIndex: expect.stringMatching(/^_[0-9a-f]{32}$/),
          endsAt: undefined,
        },
        returnTo: '/projects?tab=1',
        isUnsolicited: false,
      },
    ]);
    expect(rig.events).toContainEqual(
      expect.objectContaining({
        type: 'saml.sign_in',
        outcome: 'ok',
        tenant: 'acme',
        subject: 'ada-persistent-id',
      }),
    );
  });

  it('ends the cookie that tied it to the browser, and keeps what the application sets', async () => {
    const rig = openRig();
    const form = await rig.visit();
    expect([...rig.browser.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-im-saml-/)]);
    const response = await rig.browser.send(form);
    expect(response.headers.getSetCookie()).toEqual([
      'session=1',
      expect.stringMatching(
        /^__Host-im-saml-[0-9a-f]{16}=; Path=\/; Max-Age=0; Secure; HttpOnly; SameSite=None$/,
      ),
    ]);
    expect([...rig.browser.cookies.keys()]).toEqual(['session']);
  });

  it.each(['redirect', 'post'] as const)('by %s is signed, and says what is wanted', async (binding) => {
    const context = { classes: ['urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'] };
    const rig = openRig({
      provider: {
        binding,
        forceAuthn: true,
        nameIdFormat: nameIdFormats.persistent,
        requestedContext: context,
      },
    });
    await rig.signIn({ context: context.classes[0] });
    expect(rig.signIns).toHaveLength(1);
    expect(rig.idps.okta.requests).toEqual([
      {
        id: expect.stringMatching(/^_[0-9a-f]{40}$/),
        issuer: `${baseUrl}/acme/okta/metadata`,
        acs: `${baseUrl}/acme/okta/acs`,
        relayState: expect.stringMatching(/^[\w-]{43}$/),
        isSigned: true,
        forceAuthn: true,
        isPassive: false,
        contexts: context.classes,
        nameIdFormat: nameIdFormats.persistent,
      },
    ]);
  });

  it('is sent to the provider and nowhere else by the page that posts', async () => {
    const rig = openRig({ provider: { binding: 'post' } });
    const page = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; form-action https:\/\/okta\.example\.net; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect((await formOf(page)).action).toBe('https://okta.example.net/sso');
  });

  it('without a key is not signed', async () => {
    const rig = openRig({ service: { keys: [] } });
    await rig.signIn();
    expect(rig.idps.okta.requests[0]?.isSigned).toBe(false);
    expect(rig.signIns).toHaveLength(1);
  });

  it.each(['assertion', 'response', 'both'] as const)(
    'is taken with %s signed, where that is enough',
    async (sign) => {
      for (const signed of ['either', 'assertion', 'response', 'both'] as const) {
        const rig = openRig({ provider: { signed } });
        await rig.signIn({ sign });
        const isEnough = signed === 'either' || sign === 'both' || sign === signed;
        expect(rig.signIns, signed).toHaveLength(isEnough ? 1 : 0);
        if (!isEnough) expect(rig.reasons()).toEqual(['unsigned']);
      }
    },
  );

  it.each(['aes256-gcm', 'aes128-gcm', 'aes256-cbc', 'aes128-cbc'] as const)(
    'is taken encrypted with %s, by an older key too',
    async (content) => {
      const rig = openRig({
        provider: { encrypted: true },
        service: { keys: [keyOf('service-new'), keyOf('service')] },
      });
      for (const provider of ['okta', 'entra'] as const)
        rig.idps[provider].addClient({
          ...rig.service.urls('acme', provider),
          certificates: [keyOf('service-new').certificate],
        });
      const encrypt = { certificate: keyOf('service').certificate, content };
      await rig.signIn({ sign: 'both', encrypt });
      expect(rig.signIns[0]?.identity.subject).toBe('ada-persistent-id');
      await rig.signIn({ sign: 'response', encrypt });
      expect(rig.signIns).toHaveLength(2);
    },
  );

  it('begun at the provider is taken only where that is allowed, and leads to the front page', async () => {
    const request = { issuer: `${baseUrl}/acme/okta/metadata`, acs: `${baseUrl}/acme/okta/acs` };
    for (const allowUnsolicited of [false, true]) {
      const rig = openRig({ provider: { allowUnsolicited } });
      const fields = new URLSearchParams({
        SAMLResponse: Buffer.from(rig.idps.okta.answerText(request, {})).toString('base64'),
        RelayState: 'https://evil.example.com/',
      });
      const response = await rig.browser.send({ action: request.acs, fields });
      expect(response.headers.get('location')).toBe(allowUnsolicited ? '/' : null);
      expect(rig.signIns.map(({ isUnsolicited }) => isUnsolicited)).toEqual(allowUnsolicited ? [true] : []);
      if (!allowUnsolicited) expect(rig.reasons()).toEqual(['not_asked']);
    }
  });

  it('may be begun by the application itself, passively, and say that it did not come about', async () => {
    const rig = openRig();
    rig.idps.okta.signedIn = undefined;
    const begun = await rig.service.beginSignIn('acme', 'okta', {
      returnTo: '/x',
      isPassive: true,
      forceAuthn: true,
    });
    for (const header of begun.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(header) ?? [];
      rig.browser.cookies.set(name, value);
    }
    const answer = await rig.idps.okta.fetch(new Request(begun.headers.get('location') ?? ''));
    expect(rig.idps.okta.requests[0]).toMatchObject({ isPassive: true, forceAuthn: true });
    const refused = await rig.browser.send(await formOf(answer));
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain('would have to ask for your sign-in');
    expect(rig.log.at(-1)).toMatchObject([
      'auth: saml.sign_in',
      { reason: 'status_no_passive', detail: 'Responder, NoPassive' },
    ]);
    await expect(rig.service.beginSignIn('acme', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of several tabs at once comes true in each', async () => {
    const rig = openRig();
    const forms = [await rig.visit({}, { returnTo: '/one' }), await rig.visit({}, { returnTo: '/two' })];
    const responses = [];
    for (const form of forms.reverse())
      responses.push((await rig.browser.send(form)).headers.get('location'));
    expect(responses).toEqual(['/two', '/one']);
  });

  it('works with providers of one tenant side by side, and with one provider at two tenants', async () => {
    const rig = openRig();
    await rig.signIn();
    await rig.signIn({}, { provider: 'entra' });
    await rig.signIn({}, { tenant: 'zest' });
    expect(rig.signIns.map(({ identity }) => [identity.tenant, identity.issuer, identity.subject])).toEqual([
      ['acme', 'https://okta.example.net/metadata', 'ada-persistent-id'],
      ['acme', 'https://entra.example.net/metadata', 'grace-persistent-id'],
      ['zest', 'https://okta.example.net/metadata', 'ada-persistent-id'],
    ]);
  });
});

describe('an identity', () => {
  it('is made of what attributes are usually called, or of what the settings say', async () => {
    const oids = {
      'urn:oid:0.9.2342.19200300.100.1.3': 'ada@oid.example.org',
      'urn:oid:2.16.840.1.113730.3.1.241': 'Ada by number',
    };
    const rig = openRig({ provider: { trustEmail: true } });
    await rig.signIn({ attributes: oids });
    expect(rig.signIns[0]?.identity).toMatchObject({
      email: 'ada@oid.example.org',
      emailVerified: true,
      name: 'Ada by number',
      groups: [],
    });
    const mapped = openRig({
      provider: {
        attributes: { subject: 'employee', email: ['none', 'work'], name: 'nick', groups: 'roles' },
      },
    });
    await mapped.signIn({
      nameId: { value: 'changes-each-time', format: nameIdFormats.transient },
      attributes: { employee: '4711', work: 'a@example.org', nick: 'Countess', roles: ['x', 'y'] },
    });
    expect(mapped.signIns[0]?.identity).toMatchObject({
      subject: '4711',
      email: 'a@example.org',
      name: 'Countess',
      groups: ['x', 'y'],
    });
  });

  it('takes an address for a name where the name is one', async () => {
    const rig = openRig();
    await rig.signIn({
      nameId: { value: 'ada@example.org', format: nameIdFormats.emailAddress },
      attributes: {},
    });
    expect(rig.signIns[0]?.identity).toMatchObject({ subject: 'ada@example.org', email: 'ada@example.org' });
    expect(rig.signIns[0]?.identity.emailVerified).toBeUndefined();
  });

  it('tells people of two sources behind one provider apart', async () => {
    const rig = openRig();
    await rig.signIn({ nameId: { nameQualifier: 'https://okta.example.net/metadata' } });
    await rig.signIn({ nameId: { nameQualifier: 'https://upstream.example.net' } });
    expect(rig.signIns.map(({ identity }) => identity.subject)).toEqual([
      'ada-persistent-id',
      'https://upstream.example.net!ada-persistent-id',
    ]);
  });

  it.each([
    ['a name that changes each time', { format: nameIdFormats.transient }, {}, 'unstable_subject'],
    ['an attribute that is not there', {}, { attributes: { subject: 'employee' } }, 'subject_missing'],
  ])('is not made of %s, and the administrator is told', async (_what, nameId, provider, reason) => {
    const rig = openRig({ provider });
    const response = await rig.signIn({ nameId });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('not set up right; tell the administrator');
    expect(rig.reasons()).toEqual([reason]);
  });

  it('keeps attributes with names of the language apart from the language', async () => {
    const rig = openRig();
    await rig.signIn({ attributes: { __proto__x: 'a', constructor: 'b', toString: 'c' } });
    expect(rig.signIns[0]?.identity.claims).toMatchObject({ constructor: ['b'], toString: ['c'] });
    expect({}.toString()).toBe('[object Object]');
  });
});

describe('signing out', () => {
  it('begun here ends the session at the provider, and comes back', async () => {
    const rig = openRig();
    await rig.signIn();
    const session = rig.signIns[0]?.session;
    if (session === undefined) throw new Error('nobody is signed in');
    expect(rig.idps.okta.sessions.size).toBe(1);
    const begun = await rig.service.beginSignOut(session, '/bye');
    const answer = await rig.idps.okta.fetch(new Request(begun.headers.get('location') ?? ''));
    expect(rig.idps.okta.sessions.size).toBe(0);
    const url = answer.headers.get('location') ?? '';
    const back = await rig.browser.ask(url);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/bye']);
    // A second time it means nothing.
    expect((await rig.browser.ask(url)).status).toBe(401);
    expect(rig.reasons()).toEqual(['in_response_to']);
  });

  it('begun at the provider ends sessions here, and is answered', async () => {
    const rig = openRig();
    await rig.signIn();
    const sessionIndex = rig.signIns[0]?.session.sessionIndex ?? '';
    const begun = rig.idps.okta.beginLogout(`${baseUrl}/acme/okta/metadata`, sessionIndex);
    const url = begun.headers.get('location') ?? '';
    const answer = await rig.browser.ask(url);
    expect(rig.signOuts).toEqual([
      {
        tenant: 'acme',
        provider: 'okta',
        issuer: 'https://okta.example.net/metadata',
        nameId: expect.objectContaining({ value: 'ada-persistent-id' }),
        sessionIndexes: [sessionIndex],
      },
    ]);
    const done = await rig.idps.okta.fetch(new Request(answer.headers.get('location') ?? ''));
    expect(await done.text()).toBe('signed out everywhere');
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('RelayState')).toBe(
      'fake-relay-state',
    );
    expect((await rig.browser.ask(url)).status).toBe(401);
    expect(rig.reasons()).toEqual(['replayed']);
  });

  it('that the application cannot do is not answered as done', async () => {
    const fail = () => {
      throw new Error('the store of sessions is down');
    };
    for (const onSignOut of [undefined, fail]) {
      const rig = openRig({ service: { onSignOut } });
      await rig.signIn();
      const begun = rig.idps.okta.beginLogout(
        `${baseUrl}/acme/okta/metadata`,
        rig.signIns[0]?.session.sessionIndex ?? '',
      );
      const answer = await rig.browser.ask(begun.headers.get('location') ?? '');
      await expect(
        rig.idps.okta.fetch(new Request(answer.headers.get('location') ?? '')),
      ).rejects.toMatchObject({
        reason: 'status_failed',
      });
    }
  });

  it('goes on at once where the provider has no address for it, or there is no key', async () => {
    const metadata = {
      entityId: 'https://okta.example.net/metadata',
      signOnUrl: 'https://okta.example.net/sso',
      certificates: [keyOf('provider').certificate],
    };
    for (const how of [{ provider: { metadata } }, { service: { keys: [] } }]) {
      const rig = openRig(how);
      await rig.signIn();
      const session = rig.signIns[0]?.session;
      if (session === undefined) throw new Error('nobody is signed in');
      expect((await rig.service.beginSignOut(session, '/bye')).headers.get('location')).toBe('/bye');
    }
  });
});

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

describe('a fleet', () => {
  it('takes in one process the answer to a request of another, once among all', async () => {
    const state = memoryState();
    const processes = [openRig({ state }), openRig({ state }), openRig({ state })] as const;
    const [first] = processes;
    const form = await first.visit({}, { returnTo: '/shared' });
    for (const { browser } of processes)
      for (const [name, value] of first.browser.cookies) browser.cookies.set(name, value);
    const responses = await Promise.all(processes.map(({ browser }) => browser.send(form)));
    expect(responses.map(({ status }) => status).sort()).toEqual([303, 401, 401]);
    expect(processes.flatMap(({ signIns }) => signIns).map(({ returnTo }) => returnTo)).toEqual(['/shared']);
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
