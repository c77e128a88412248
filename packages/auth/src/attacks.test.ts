/**
 * The list of attacks on sessions, API keys, roles, second factors and people, one named test for each. Attacks on tokens and flows are in
 * `jwt/attacks.test.ts` and beside the OAuth and SAML parts.
 *
 * What holds for all of them is asserted in one place, {@link expectRefused}: it is refused with the code and the reason that the table says, log and
 * listener have the reason, and nothing that was planted comes out: not in the error with all its causes, not in a log line, an event, or the state.
 */
import { memoryState, Secret } from '@im/core';
import { generate } from 'otplib';
import { describe, expect, it } from 'vitest';
import { type All, type Expected, expectNoLeak, expectRefused, openAll } from './__tests__/attack-scene.ts';
import { createApiKeys } from './api-keys/index.ts';
import type { ExternalIdentity } from './common/principal.ts';
import { createAuthenticator } from './mfa/__tests__/authenticator.ts';

interface Attack extends Expected {
  /** Sets the scene, plants what must not come out, and gives the attempt. */
  readonly run: (all: All) => Promise<() => Promise<unknown>>;
}

const url = 'https://app.test/settings';
const ada = { subject: 'ada', methods: ['pwd'] };
const cookieOf = ({ cookie }: { readonly cookie: string }) => cookie.split(';')[0] ?? '';
const withCookie = (cookie: string, init: RequestInit = {}) =>
  new Request(url, { ...init, headers: { cookie, ...init.headers } });
const identity = (change: Partial<ExternalIdentity>): ExternalIdentity => ({
  issuer: 'https://login.acme.test',
  subject: 'eve',
  tenant: 'acme',
  claims: { secretClaim: 'canary-of-the-claims-0123456789' },
  authenticatedAt: 0,
  method: 'oidc',
  ...change,
});

async function signedIn({ sessions, plant }: All) {
  const begun = await sessions.tenant('acme').begin(new Request(url), ada);
  plant('session token', cookieOf(begun).split('=')[1] ?? '');
  return begun;
}
async function withTotp(all: All) {
  const { totp } = all.mfa.tenant('acme');
  const { secret } = await totp.enrol('ada', 'ada');
  all.plant('TOTP secret', secret);
  const code = () => generate({ secret: secret.reveal(), epoch: Math.floor(all.clock.now() / 1_000) });
  await totp.confirm('ada', await code());
  await all.clock.advance(30_000);
  return { totp, code };
}
async function withPasskey(all: All, options = {}) {
  const { passkeys } = all.mfa.tenant('acme');
  const site = { origin: 'https://app.test', rpId: 'app.test' };
  const key = createAuthenticator({ ...site, ...options });
  const { challenge } = await passkeys.registrationOptions('ada', { name: 'ada' });
  return { passkeys, key, challenge, answer: key.create(challenge) };
}
const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const noSession = { code: 'unauthenticated', reason: 'no_session', type: 'session.refused' };
const badKey = { code: 'unauthenticated', type: 'api_key.refused' };
const badFactor = { code: 'unauthenticated', type: 'mfa.refused' };
const noEntry = { code: 'permission_denied', type: 'person.refused' };

const attacks: Readonly<Record<string, Attack>> = {
  'session fixation: a token that the browser brings': {
    ...noSession,
    run: async ({ sessions, plant }) => {
      const planted = plant('planted token', 'a1'.repeat(21).concat('b'));
      await sessions.tenant('acme').begin(withCookie(`__Host-session=${planted}`), ada);
      return () => sessions.tenant('acme').require(withCookie(`__Host-session=${planted}`));
    },
  },
  'session fixation: the token from before the step up': {
    ...noSession,
    run: async (all) => {
      const low = await signedIn(all);
      const high = await all.sessions
        .tenant('acme')
        .elevate(withCookie(cookieOf(low)), { level: 2, method: 'otp' });
      all.plant('higher token', cookieOf(high).split('=')[1] ?? '');
      return () => all.sessions.tenant('acme').require(withCookie(cookieOf(low)));
    },
  },
  'session of another tenant': {
    ...noSession,
    run: async (all) => {
      const begun = await signedIn(all);
      return () => all.sessions.tenant('globex').require(withCookie(cookieOf(begun)));
    },
  },
  'session read from the state: its id as token': {
    ...noSession,
    run: async (all) => {
      const { session } = await signedIn(all);
      return () => all.sessions.tenant('acme').require(withCookie(`__Host-session=${session.id}`));
    },
  },
  'cookie planted by a neighbour, beside the real one': {
    ...noSession,
    run: async (all) => {
      const real = cookieOf(await signedIn(all));
      return () =>
        all.sessions.tenant('acme').require(withCookie(`__Host-session=${'x'.repeat(43)}; ${real}`));
    },
  },
  'forged request (CSRF)': {
    code: 'permission_denied',
    reason: 'forged',
    type: 'session.refused',
    run: async (all) => {
      const begun = await signedIn(all);
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
      return () =>
        all.sessions.tenant('acme').require(withCookie(cookieOf(begun), { method: 'POST', headers }));
    },
  },
  'privilege escalation by a session that is too weak': {
    code: 'permission_denied',
    reason: 'step_up_required',
    type: 'session.refused',
    run: async (all) => {
      const begun = await signedIn(all);
      return () => all.sessions.tenant('acme').require(withCookie(cookieOf(begun)), { level: 2 });
    },
  },
  'key guessing: the id of a key, another secret': {
    ...badKey,
    reason: 'wrong_secret',
    run: async (all) => {
      const { key } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      const guess = all.plant('guess', await forged(all.plant('API key', key)));
      return () => all.keys.verify(guess, { tenant: 'acme' });
    },
  },
  'key guessing: of the right form, of nobody': {
    ...badKey,
    reason: 'unknown',
    run: async (all) => {
      const { key } = await openAll().keys.create('acme', { name: 'x', scopes: ['report:read'] });
      const guess = all.plant('guess', key);
      return () => all.keys.verify(guess, { tenant: 'acme' });
    },
  },
  'key of another tenant': {
    ...badKey,
    reason: 'unknown',
    run: async (all) => {
      const { key } = await all.keys.create('globex', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      return () => all.keys.verify(key, { tenant: 'acme' });
    },
  },
  'key that was revoked': {
    ...badKey,
    reason: 'revoked',
    run: async (all) => {
      const { key, record } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      await all.keys.revoke('acme', record.id);
      return () => all.keys.verify(key, { tenant: 'acme' });
    },
  },
  'privilege escalation by a key without the scope': {
    code: 'permission_denied',
    reason: 'missing_scope',
    type: 'api_key.refused',
    run: async (all) => {
      const { key } = await all.keys.create('acme', { name: 'x', scopes: ['report:read'] });
      all.plant('API key', key);
      return () => all.keys.verify(key, { tenant: 'acme', scope: 'report:delete' });
    },
  },
  'privilege escalation by a role of another tenant': {
    code: 'permission_denied',
    reason: 'no_role',
    type: 'access.refused',
    run: async ({ access }) => {
      await access.tenant('globex').assign('ada', 'admin');
      return () => access.tenant('acme').require('ada', 'report:delete');
    },
  },
  'privilege escalation by replacing a role of the application': {
    code: 'invalid_argument',
    reason: 'role_of_application',
    type: 'role.refused',
    run: async ({ access }) => {
      await access.tenant('acme').assign('ada', 'viewer');
      return () => access.tenant('acme').putRole('viewer', { allow: ['*:*'] }, { by: 'ada' });
    },
  },
  'privilege escalation by a path out of what is allowed': {
    code: 'permission_denied',
    reason: 'malformed',
    type: 'access.refused',
    run: async ({ access }) => {
      await access.tenant('acme').putRole('reader', { allow: ['/reports/*:read'] });
      await access.tenant('acme').assign('ada', 'reader');
      return () => access.tenant('acme').require('ada', '/reports/../keys:read');
    },
  },
  'TOTP replay': {
    ...badFactor,
    reason: 'replayed',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const right = all.plant('code', await code());
      await totp.verify('ada', right);
      return () => totp.verify('ada', right);
    },
  },
  'TOTP brute force': {
    code: 'resource_exhausted',
    reason: 'locked',
    type: 'mfa.refused',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const wrong = all.plant('guess', wrongOf(await code()));
      for (let at = 0; at < 5; at += 1) await totp.verify('ada', wrong).catch(() => undefined);
      return () => totp.verify('ada', all.plant('code', wrong));
    },
  },
  'TOTP guess': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { totp, code } = await withTotp(all);
      const wrong = all.plant('guess', wrongOf(await code()));
      return () => totp.verify('ada', wrong);
    },
  },
  'code by e-mail: guess': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      await codes.send('ada', { channel: 'email', to: 'ada@acme.test' });
      const wrong = all.plant('guess', wrongOf(all.plant('code', all.sent[0] ?? '')));
      return () => codes.verify('ada', wrong);
    },
  },
  'code by e-mail: of somebody else': {
    ...badFactor,
    reason: 'no_code',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      await codes.send('ada', { channel: 'email', to: 'ada@acme.test' });
      const code = all.plant('code', all.sent[0] ?? '');
      return () => codes.verify('eve', code);
    },
  },
  'code by SMS: pumping': {
    code: 'resource_exhausted',
    reason: 'too_many_codes',
    type: 'mfa.refused',
    run: async (all) => {
      const { codes } = all.mfa.tenant('acme');
      const target = { channel: 'sms', to: '+46701740605' } as const;
      await codes.send('ada', target);
      all.plant('code', all.sent[0] ?? '');
      return () => codes.send('ada', target);
    },
  },
  'recovery code reuse': {
    ...badFactor,
    reason: 'wrong_code',
    run: async (all) => {
      const { recovery } = all.mfa.tenant('acme');
      const codes = await recovery.create('ada');
      codes.forEach((code, at) => {
        all.plant(`code ${at}`, code);
        all.plant(`code ${at} as it is kept`, code.reveal().replaceAll('-', ''));
      });
      const first = codes[0]?.reveal() ?? '';
      await recovery.verify('ada', first);
      return () => recovery.verify('ada', first);
    },
  },
  'passkey phishing: the page of another site': {
    ...badFactor,
    reason: 'other_origin',
    run: async (all) => {
      const { passkeys, answer } = await withPasskey(all, { origin: 'https://app.test.evil.test' });
      return () => passkeys.register('ada', answer, 'phone');
    },
  },
  'passkey cloned: the counter of the copy': {
    ...badFactor,
    reason: 'copied_key',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const [first, second] = [
        await passkeys.authenticationOptions(),
        await passkeys.authenticationOptions(),
      ];
      const early = key.get(first.challenge);
      await passkeys.authenticate(key.get(second.challenge));
      return () => passkeys.authenticate(early);
    },
  },
  'passkey replay: a challenge twice': {
    ...badFactor,
    reason: 'challenge',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const { challenge } = await passkeys.authenticationOptions();
      all.plant('challenge', challenge);
      const shown = key.get(challenge);
      await passkeys.authenticate(shown);
      return () => passkeys.authenticate(shown);
    },
  },
  'passkey of another tenant': {
    ...badFactor,
    reason: 'unknown_key',
    run: async (all) => {
      const { passkeys, key, answer } = await withPasskey(all);
      await passkeys.register('ada', answer, 'phone');
      const other = all.mfa.tenant('globex').passkeys;
      const { challenge } = await other.authenticationOptions();
      return () => other.authenticate(key.get(challenge));
    },
  },
  'password guess': {
    code: 'unauthenticated',
    reason: 'wrong_password',
    type: 'password.refused',
    run: async (all) => {
      const passwords = all.passwords.tenant('acme');
      await passwords.set('ada', new Secret(all.plant('password', 'correct horse battery')));
      const guess = new Secret(all.plant('guess', 'wrong horse battery'));
      return () => passwords.verify('ada', guess);
    },
  },
  'enumeration: a name that nobody has': {
    code: 'unauthenticated',
    reason: 'unknown_name',
    type: 'password.refused',
    run: async (all) => {
      const guess = new Secret(all.plant('guess', 'wrong horse battery'));
      return () => all.passwords.tenant('acme').verify('nobody', guess);
    },
  },
  'password brute force': {
    code: 'resource_exhausted',
    reason: 'locked',
    type: 'password.refused',
    run: async (all) => {
      const passwords = all.passwords.tenant('acme');
      const guess = new Secret(all.plant('guess', 'wrong horse battery'));
      for (let at = 0; at < 5; at += 1) await passwords.verify('ada', guess).catch(() => undefined);
      return () => passwords.verify('ada', guess);
    },
  },
  'account takeover by an address that nobody verified': {
    ...noEntry,
    reason: 'not_provisioned',
    run: async ({ people, plant }) => {
      plant('claims', 'canary-of-the-claims-0123456789');
      await people.tenant('acme').create({ userName: 'ada', email: 'ada@acme.test', emailVerified: true });
      const attack = identity({ email: 'ada@acme.test' });
      return () => people.tenant('acme').signIn(attack, { matchVerifiedEmail: true });
    },
  },
  'account takeover by an address that an issuer without a say verified': {
    ...noEntry,
    reason: 'not_provisioned',
    run: async ({ people }) => {
      await people.tenant('acme').create({ userName: 'ada', email: 'ada@acme.test', emailVerified: true });
      const attack = identity({ email: 'ada@acme.test', emailVerified: true });
      return () => people.tenant('acme').signIn(attack);
    },
  },
  'account takeover by an address that reads alike': {
    ...noEntry,
    reason: 'look_alike_address',
    run: async ({ people }) => {
      await people.tenant('acme').create({ userName: 'ada', email: 'mark@acme.test', emailVerified: true });
      const attack = identity({ email: 'mar\u212a@acme.test', emailVerified: true });
      return () => people.tenant('acme').signIn(attack, { matchVerifiedEmail: true, create: true });
    },
  },
  'sign-in of another tenant': {
    ...noEntry,
    reason: 'other_tenant',
    run:
      async ({ people }) =>
      () =>
        people.tenant('acme').signIn(identity({ tenant: 'globex' }), { create: true }),
  },
  'somebody who was deactivated': {
    ...noEntry,
    reason: 'deactivated',
    run: async ({ people }) => {
      const { person } = await people.tenant('acme').signIn(identity({}), { create: true });
      await people.tenant('acme').update(person.id, { active: false });
      return () => people.tenant('acme').signIn(identity({}));
    },
  },
};

/** A key of the id of `right` and another secret, whole in its form. */
async function forged(right: string): Promise<string> {
  const id = [...right.slice('app_'.length, 'app_'.length + 16)];
  const number = id.reduce((sum, digit) => sum * 62n + BigInt(digits.indexOf(digit)), 0n);
  const idBytes = Buffer.from(number.toString(16).padStart(24, '0'), 'hex');
  const twins = createApiKeys({
    state: memoryState(),
    prefix: 'app',
    randomBytes: (size) => (size === 12 ? idBytes : Buffer.alloc(size, 7)),
  });
  const { key } = await twins.create('acme', { name: 'x', scopes: ['report:read'] });
  expect(key.reveal().slice(0, 20)).toBe(right.slice(0, 20));
  return key.reveal();
}
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('is refused, with the reason logged and nothing leaked', () => {
  it.each(Object.entries(attacks))('%s', async (_name, { run, ...expected }) => {
    const all = openAll();
    await expectRefused(all, await run(all), expected);
  });
});

describe('the directory of another tenant', () => {
  const open = async () => {
    const all = openAll();
    const { key } = await all.keys.create('globex', { name: 'directory', scopes: ['scim:write'] });
    all.plant('key of globex', key);
    const { id } = await all.people
      .tenant('acme')
      .create({ userName: 'ada', name: all.plant('name', 'Ada of Acme, Countess') });
    // People's names stand in the state; what is looked for is that they do not come out.
    all.written.length = 0;
    const send = async (tenant: string, method: string, path: string, body?: string) => {
      all.lines.length = 0;
      all.events.length = 0;
      const response = await all.scim(
        new Request(`https://app.test/scim/v2${path}`, {
          method,
          headers: {
            authorization: `Bearer ${key.reveal()}`,
            'content-type': 'application/scim+json',
            'x-tenant': tenant,
          },
          ...(body !== undefined && { body }),
        }),
      );
      const text = await response.text();
      expectNoLeak(all, text);
      return { status: response.status, text };
    };
    return { ...all, id, send };
  };

  it('is refused at the door, with the reason logged', async () => {
    const { send, events, lines } = await open();
    expect((await send('acme', 'GET', '/Users')).status).toBe(401);
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([
      ['api_key.refused', 'unknown'],
      ['scim.refused', 'unauthenticated'],
    ]);
    expect(lines).toHaveLength(2);
  });

  it('finds, changes and takes away nobody through its own', async () => {
    const { send, id, people } = await open();
    const before = await people.tenant('acme').get(id);
    const user = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve"}';
    const group = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"x","members":[{"value":"${id}"}]}`;
    const statuses = [
      await send('globex', 'GET', `/Users/${id}`),
      await send('globex', 'PUT', `/Users/${id}`, user),
      await send('globex', 'PATCH', `/Users/${id}`, user),
      await send('globex', 'DELETE', `/Users/${id}`),
      await send('globex', 'POST', '/Groups', group),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404, 400]);
    expect(JSON.parse((await send('globex', 'GET', '/Users')).text)).toMatchObject({ totalResults: 0 });
    expect(await people.tenant('acme').get(id)).toEqual(before);
  });
});

it('what is planted is found where it comes out: the assertion can fail', async () => {
  const all = openAll();
  const secret = all.plant('secret', 'a secret that is long enough');
  const code = all.plant('code', '424242');
  expect(() => expectNoLeak(all, new Error('x', { cause: new Error(secret) }))).toThrow();
  expect(() => expectNoLeak(all, new Error(`the code was ${code}`))).toThrow();
  all.lines.push({ message: 'x', fields: { token: Buffer.from(secret).toString('base64') } });
  expect(() => expectNoLeak(all, undefined)).toThrow();
});
