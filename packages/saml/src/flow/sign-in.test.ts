import { memoryState } from '@im/core';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { baseUrl, formOf, openRig } from '../__tests__/rig.ts';
import { nameIdFormats } from '../xml/names.ts';

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

  it('is sent to the provider by a page that runs nothing but this', async () => {
    const rig = openRig({ provider: { binding: 'post' } });
    const page = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; form-action https: http:; base-uri 'none'; frame-ancestors 'none'$/,
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
