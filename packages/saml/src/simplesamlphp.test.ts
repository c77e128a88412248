/** Against SimpleSAMLphp. It starts at once, and is skipped with a plain line where it is not installed. */
import { memoryState } from '@im/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf } from './__tests__/keys.ts';
import {
  phpKey,
  type SimpleSamlPhp,
  somebody,
  startSimpleSamlPhp,
  whyNoSimpleSamlPhp,
} from './__tests__/simplesamlphp.ts';
import { Surfer } from './__tests__/surfer.ts';
import { FakeIdentityProvider } from './fake/identity-provider.ts';
import type { SamlSignIn } from './model.ts';
import type { IdentityProvider, SamlSignOut } from './options.ts';
import { createServiceProvider } from './service-provider.ts';

const missing = whyNoSimpleSamlPhp();
if (missing !== undefined && process.env.CI === 'true')
  it('SimpleSAMLphp must be installed in CI', () => Promise.reject(new Error(missing)));
const describePhp = missing === undefined ? describe : describe.skip;
const title = missing === undefined ? 'SimpleSAMLphp' : `SimpleSAMLphp: skipped, ${missing}`;

const baseUrl = 'http://127.0.0.1:9/saml';

describePhp(title, { timeout: 60_000 }, () => {
  let idp: SimpleSamlPhp;
  beforeAll(async () => {
    idp = await startSimpleSamlPhp(keyOf('provider'));
  }, 60_000);
  afterAll(() => idp[Symbol.asyncDispose]());

  /** A service that it knows, with a provider of this id, and settings on both sides. */
  const open = async (id: string, settings: Partial<IdentityProvider> = {}, theirs = '[]') => {
    const signIns: SamlSignIn[] = [];
    const signOuts: SamlSignOut[] = [];
    const log: unknown[] = [];
    const note = (...line: unknown[]) => void log.push(line);
    const service = createServiceProvider({
      baseUrl,
      state: memoryState(),
      keys: [keyOf('service')],
      logger: { debug: note, info: note, warn: note, error: note },
      providers: () => [{ id, metadata: { url: idp.entityId, allowInternal: true }, ...settings }],
      onSignIn: (signIn) => {
        signIns.push(signIn);
        return new Response(`signed in, going to ${signIn.returnTo}`);
      },
      onSignOut: (signOut) => void signOuts.push(signOut),
    });
    const surfer = new Surfer((url) => {
      if (url.origin !== new URL(baseUrl).origin) return undefined;
      return url.pathname.startsWith('/saml/')
        ? service.fetch
        : async () => new Response(`at ${url.pathname}`);
    });
    const metadata = await (await service.metadata(new Request(service.urls('acme', id).metadata))).text();
    await idp.addService(metadata, theirs);
    const login = async (password = somebody.password) => {
      const page = await surfer.go(`${service.urls('acme', id).login}?returnTo=/start`);
      const there = page.url.origin === idp.url ? page : await surfer.submit(page);
      return surfer.submit(there, { username: somebody.login, password });
    };
    return { service, surfer, signIns, signOuts, log, login, metadata };
  };

  it.each<[string, Partial<IdentityProvider>, string]>([
    ['redirect', {}, `['validate.authnrequest' => true]`],
    ['post', { binding: 'post' }, `['validate.authnrequest' => true]`],
    ['response', { signed: 'response' }, `['saml20.sign.assertion' => false]`],
    ['assertion', { signed: 'assertion' }, `['saml20.sign.response' => false]`],
    ['both', { signed: 'both' }, '[]'],
    ['sha512', {}, `['signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512']`],
    ['encrypted', { encrypted: true }, `['assertion.encryption' => true]`],
    ['encrypted-both', { encrypted: true, signed: 'both' }, `['assertion.encryption' => true]`],
    ['name-encrypted', { signed: 'both' }, `['nameid.encryption' => true]`],
    [
      'forced',
      {
        forceAuthn: true,
        requestedContext: { classes: ['urn:oasis:names:tc:SAML:2.0:ac:classes:Password'] },
      },
      '[]',
    ],
  ])('signs somebody in: %s', async (id, settings, theirs) => {
    const { surfer, login, signIns, log } = await open(id, settings, theirs);
    const arrived = await surfer.submit(await login());
    expect(await arrived.response.text(), JSON.stringify(log)).toBe('signed in, going to /start');
    expect(signIns[0]?.identity).toMatchObject({
      issuer: idp.entityId,
      subject: 'ada',
      email: 'ada@example.org',
      name: 'Ada Lovelace',
      groups: ['staff', 'administrators'],
      method: 'saml',
    });
  });

  it('refuses what SimpleSAMLphp signs weakly, or encrypts without a signature around it', async () => {
    const weak = await open(
      'sha1',
      {},
      `['signature.algorithm' => 'http://www.w3.org/2000/09/xmldsig#rsa-sha1']`,
    );
    expect((await weak.surfer.submit(await weak.login())).response.status).toBe(401);
    expect(JSON.stringify(weak.log)).toContain('signature_algorithm');
    const cbc = await open('cbc', {}, `['assertion.encryption' => true, 'saml20.sign.response' => false]`);
    expect((await cbc.surfer.submit(await cbc.login())).response.status).toBe(401);
    expect(JSON.stringify(cbc.log)).toContain('encryption_unsigned');
  });

  it('a wrong password leads nowhere, and an answer cannot be sent twice', async () => {
    const { surfer, login, signIns } = await open('twice');
    const again = await login('wrong');
    expect(await again.response.clone().text()).toContain('Incorrect username or password');
    const answer = await surfer.submit(again, { username: somebody.login, password: somebody.password });
    const replay = { url: answer.url, response: answer.response.clone() };
    await surfer.submit(answer);
    expect((await surfer.submit(replay)).response.status).toBe(401);
    expect(signIns).toHaveLength(1);
  });

  it('is told that nobody is there when nothing may be shown', async () => {
    const { service, surfer, log } = await open('passive');
    const begun = await service.beginSignIn('acme', 'passive', { isPassive: true });
    const jar = begun.headers.getSetCookie();
    const page = await surfer.go(begun.headers.get('location') ?? '');
    expect(jar).toHaveLength(1);
    await surfer.submit(page);
    // The cookie went to no surfer, so the answer is another browser's.
    expect(JSON.stringify(log)).toContain('other_browser');
  });

  it('begins a sign-in itself, where that is allowed', async () => {
    const { service, surfer, signIns } = await open('unasked', { allowUnsolicited: true });
    const { entityId } = service.urls('acme', 'unasked');
    const page = await surfer.go(
      `${idp.url}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(entityId)}`,
    );
    const answer = await surfer.submit(page, { username: somebody.login, password: somebody.password });
    await surfer.submit(answer);
    expect(signIns).toEqual([expect.objectContaining({ isUnsolicited: true, returnTo: '/' })]);
  });

  it('ends its session when we end ours', async () => {
    const { service, surfer, login, signIns } = await open(
      'out',
      {},
      `['validate.logout' => true, 'sign.logout' => true]`,
    );
    await surfer.submit(await login());
    const session = signIns[0]?.session;
    if (session === undefined) throw new Error('nobody is signed in');
    const begun = await service.beginSignOut(session, '/bye');
    const back = await surfer.go(begun.headers.get('location') ?? '');
    expect(await back.response.text()).toBe('at /bye');
    // It asks again who is there.
    const page = await surfer.go(service.urls('acme', 'out').login);
    expect(await page.response.text()).toContain('name="password"');
  });

  it('ends our session when it ends its own, and believes our answer', async () => {
    const { surfer, login, signIns, signOuts, service } = await open(
      'in',
      {},
      `['validate.logout' => true, 'sign.logout' => true]`,
    );
    await surfer.submit(await login());
    const end = `${idp.url}/saml2/idp/initSLO.php?RelayState=${encodeURIComponent(`${idp.url}/`)}`;
    await surfer.go(end);
    expect(signOuts).toEqual([
      expect.objectContaining({
        issuer: idp.entityId,
        nameId: expect.objectContaining({ value: 'ada' }),
        sessionIndexes: [signIns[0]?.session.sessionIndex],
      }),
    ]);
    expect(surfer.visited.slice(surfer.visited.indexOf(end.replace(/\?.*/, '')))).toEqual(
      expect.arrayContaining([
        service.urls('acme', 'in').logout,
        `${idp.url}/saml2/idp/SingleLogoutService.php`,
      ]),
    );
  });

  it('finds our metadata signed, with both keys of ours for itself', async () => {
    const { metadata } = await open('metadata');
    const certificate = keyOf('service').certificate;
    const code = `
      $parsed = SimpleSAML\\Metadata\\SAMLParser::parseString($input);
      $xml = SAML2\\DOMDocumentFactory::fromString($input)->documentElement;
      $entity = new SAML2\\XML\\md\\EntityDescriptor($xml);
      $key = new RobRichards\\XMLSecLibs\\XMLSecurityKey(RobRichards\\XMLSecLibs\\XMLSecurityKey::RSA_SHA256, ['type' => 'public']);
      $key->loadKey(${JSON.stringify(certificate)});
      $keys = $parsed->getMetadata20SP()['keys'];
      echo json_encode([$entity->validate($key), array_map(fn($k) => [$k['signing'], $k['encryption']], $keys)]);`;
    expect(JSON.parse(await idp.php(code, metadata))).toEqual([
      true,
      [
        [true, false],
        [false, true],
      ],
    ]);
  });

  describe('finds the fake', () => {
    const fake = new FakeIdentityProvider({ baseUrl: 'https://fake.example.net', key: keyOf('provider') });
    const request = { issuer: 'https://app.example.com', acs: 'https://app.example.com/acs', id: '_asked' };

    it.each(['assertion', 'response', 'both'] as const)('signing the %s as it should', async (sign) => {
      const code = `
        $response = SAML2\\Message::fromXML(SAML2\\DOMDocumentFactory::fromString($input)->documentElement);
        $assertion = $response->getAssertions()[0];
        $key = ${phpKey('certificate', keyOf('provider'))};
        echo json_encode([$response->validate($key), $assertion->validate($key), $assertion->getNameId()->getValue(), $assertion->getAttributes()['mail'], $assertion->getValidAudiences(), $response->getInResponseTo()]);`;
      expect(JSON.parse(await idp.php(code, fake.answerText(request, { sign })))).toEqual([
        sign !== 'assertion',
        sign !== 'response',
        'ada-persistent-id',
        ['ada@example.org'],
        [request.issuer],
        '_asked',
      ]);
    });

    it.each(['aes256-gcm', 'aes128-gcm', 'aes256-cbc', 'aes128-cbc'] as const)(
      'encrypting with %s as it should',
      async (content) => {
        const { certificate } = keyOf('service');
        const code = `
        $response = SAML2\\Message::fromXML(SAML2\\DOMDocumentFactory::fromString($input)->documentElement);
        $assertion = $response->getAssertions()[0]->getAssertion(${phpKey('privateKey', keyOf('service'))});
        echo json_encode([$assertion->validate(${phpKey('certificate', keyOf('provider'))}), $assertion->getNameId()->getValue()]);`;
        const text = fake.answerText(request, { encrypt: { certificate, content } });
        expect(JSON.parse(await idp.php(code, text))).toEqual([true, 'ada-persistent-id']);
      },
    );

    it('describing itself as it should', async () => {
      const code = `
        $parsed = SimpleSAML\\Metadata\\SAMLParser::parseString($input)->getMetadata20IdP();
        echo json_encode([$parsed['entityid'], count($parsed['keys']), count($parsed['SingleSignOnService'])]);`;
      expect(JSON.parse(await idp.php(code, fake.metadata()))).toEqual([fake.entityId, 1, 2]);
    });
  });
});
