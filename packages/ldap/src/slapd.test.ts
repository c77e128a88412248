/** Against OpenLDAP's server. It starts in a fraction of a second, and is skipped with a plain line where it is not installed. */
import { createIntegration, type OptionsOf, Secret } from '@im/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, localhost, otherHost } from './__fixtures__/certificates.ts';
import { describeDirectory } from './__tests__/describe-directory.ts';
import {
  personLdif,
  type Slapd,
  serviceDn,
  servicePassword,
  startSlapd,
  whyNoSlapd,
} from './__tests__/slapd.ts';
import { filter, ldap } from './index.ts';
import { fakeBaseDn, fakePeople } from './testing.ts';

const missing = whyNoSlapd();
if (missing !== undefined && process.env.CI === 'true')
  it('slapd must be installed in CI', () => Promise.reject(new Error(missing)));
const describeSlapd = missing === undefined ? describe : describe.skip;
const title = missing === undefined ? 'OpenLDAP' : `OpenLDAP: skipped, ${missing}`;

type Options = OptionsOf<typeof ldap>;
const ada = fakePeople[0]?.password ?? '';
const personDn = (login: string) => `uid=${login},ou=people,${fakeBaseDn}`;

describeSlapd(title, { timeout: 60_000 }, () => {
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startSlapd();
  }, 60_000);
  afterAll(() => slapd[Symbol.asyncDispose]());

  const options = (more: Partial<Options> = {}): Options =>
    ({
      urls: [slapd.ldapUrl],
      baseDn: fakeBaseDn,
      bindDn: serviceDn,
      bindPassword: servicePassword,
      ca: localhost.cert,
      ...more,
    }) as Options;
  const connect = (more: Partial<Options> = {}) => createIntegration(ldap, { options: options(more) });
  const addPerson = (login: string, password: string) =>
    slapd.modify(personLdif(login, login, password, personDn(login)));

  describe('over StartTLS', () => {
    describeDirectory(() => ({ options, addPerson }));
  });

  describe('over LDAPS', () => {
    it('is a directory like any other', async () => {
      await using client = connect({ urls: [slapd.ldapsUrl] });
      expect((await client.authenticate('ada', ada)).subject).toHaveLength(36);
    });

    it.each([
      ['a certificate of another authority', { ca: otherHost.cert }],
      ['a certificate of another host', { serverName: 'other.example' }],
      ['no authority at all', { ca: undefined }],
    ])('refuses %s, by StartTLS too, and sends no password', async (_what, wrong) => {
      for (const url of [slapd.ldapsUrl, slapd.ldapUrl]) {
        await using client = connect({ urls: [url], ...wrong });
        await expect(client.authenticate('ada', ada)).rejects.toMatchObject({
          code: 'failed_precondition',
          reason: 'certificate_refused',
          retryable: false,
        });
      }
    });

    it('a plain connection and a secured port do not understand each other', async () => {
      const secured = slapd.ldapsUrl.replace('ldaps', 'ldap');
      await using client = connect({
        urls: [secured],
        startTls: false,
        bindDn: undefined,
        bindPassword: undefined,
      });
      await expect(client.findUser('ada')).rejects.toMatchObject({ code: /^(unavailable|internal)$/ });
      await using other = connect({ urls: [slapd.ldapUrl.replace('ldap', 'ldaps')] });
      await expect(other.findUser('ada')).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'tls_failed',
      });
    });
  });

  describe('is searched by SASL', () => {
    const nobody = { bindDn: undefined, bindPassword: undefined };
    const shown = { clientCertificate: client.cert, clientKey: new Secret(client.key) };

    it.each([
      ['EXTERNAL: as whom the certificate names', { ...nobody, ...shown }],
      ['PLAIN: by a login', { ...nobody, bindName: 'service', bindPassword: servicePassword }],
      ['neither, where a name is given beside a certificate', shown],
    ])('by %s', async (_, how) => {
      for (const url of [slapd.ldapUrl, slapd.ldapsUrl]) {
        await using directory = connect({ urls: [url], ...how } as Partial<Options>);
        expect((await directory.authenticate('ada', ada)).name).toBe('Ada Lovelace');
        const { dn } = await directory.findUser('ada');
        // Only the service account may, so that is who it is.
        await directory.setPassword(dn, new Secret('another-password-of-ada'));
        await directory.setPassword(dn, new Secret(ada));
      }
    });

    it('and refuses a wrong password, which is not the fault of whoever signs in', async () => {
      await using directory = connect({ ...nobody, bindName: 'service', bindPassword: new Secret('wrong') });
      await expect(directory.authenticate('ada', ada)).rejects.toMatchObject({
        code: 'unauthenticated',
        reason: 'service_credentials',
      });
    });

    it.each([
      ['a certificate of another authority', { clientCertificate: otherHost.cert, clientKey: otherHost.key }],
      ['a login that nobody has', { bindName: 'eve', bindPassword: servicePassword }],
      ['a login with a name in it', { bindName: 'x,ou=people', bindPassword: servicePassword }],
    ])('and refuses %s', async (_, how) => {
      await using directory = connect({ ...nobody, ...how } as Partial<Options>);
      await expect(directory.findUser('ada')).rejects.toMatchObject({
        code: expect.not.stringMatching(/^not_found$/),
      });
    });
  });

  it('searches through hundreds of people in pages', async () => {
    const crowd = Array.from({ length: 300 }, (_, index) => `crowd-${String(index).padStart(3, '0')}`);
    await slapd.modify(
      crowd.map((login) => personLdif(login, login, `password-of-${login}`, personDn(login))).join(''),
    );
    await using client = connect();
    const sizes: number[] = [];
    const logins: string[] = [];
    const search = { filter: filter`(uid=${'crowd-'}*)` };
    for await (const page of client.searchUsers(search, { pageSize: 100 }).pages()) {
      sizes.push(page.items.length);
      logins.push(...page.items.map(({ login }) => login));
    }
    expect(sizes).toEqual([100, 100, 100]);
    expect(logins.sort()).toEqual(crowd);
  });

  it('says that a search was changed under a cursor, rather than leave somebody out', async () => {
    await using one = connect();
    await using other = connect();
    const search = { filter: filter`(uid=${'crowd-'}*)` };
    let cursor: string | undefined;
    for await (const page of one.searchUsers(search, { pageSize: 50 }).pages()) {
      cursor = page.next;
      break;
    }
    await slapd.modify(`dn: ${personDn('crowd-010')}\nchangetype: delete\n\n`);
    await expect(other.searchUsers(search, { pageSize: 50, cursor }).toArray()).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'cursor_gone',
    });
  });

  it('reads what the overlay for memberOf keeps, and does without it', async () => {
    await using client = connect({ attributes: { memberOf: '' }, nestedGroups: false });
    const { dn } = await client.findUser('ada');
    const names = (await client.groupsOf(dn)).map(({ name }) => name).sort();
    expect(names).toEqual(['administrators', 'developers']);
    const [entry] = await client
      .search({ filter: filter`(uid=${'ada'})`, attributes: ['memberOf'] })
      .toArray();
    expect(entry?.attributes.memberof).toHaveLength(2);
  });

  describe('a password policy', () => {
    const policed = async (login: string, change: string) => {
      await addPerson(login, `password-of-${login}`);
      await slapd.modify(`dn: ${personDn(login)}\nchangetype: modify\n${change}\n\n`);
    };

    it('that wants a new password after a reset is told to whoever has the right one', async () => {
      await policed('reset', 'replace: pwdReset\npwdReset: TRUE');
      await using client = connect();
      await expect(client.authenticate('reset', 'password-of-reset')).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'policy_password_must_change',
      });
      await expect(client.authenticate('reset', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    it('that locks an account says so to the log alone', async () => {
      await addPerson('locked', 'password-of-locked');
      const log: unknown[] = [];
      await using client = createIntegration(ldap, {
        options: options(),
        logger: {
          debug() {},
          info() {},
          error() {},
          warn: (_message, fields) => void log.push(fields?.reason),
        },
      });
      const said = new Set<string>();
      for (const password of ['wrong', 'wrong', 'wrong', 'wrong', 'password-of-locked'])
        await client.authenticate('locked', password).catch((error: unknown) => said.add(String(error)));
      expect([...said]).toEqual(['IntegrationError: ldap.authenticate: name or password is wrong']);
      expect(log).toEqual([
        ...Array(3).fill('invalidCredentials'),
        ...Array(2).fill('policy_account_locked'),
      ]);
    });

    it('by which a password has expired is told to whoever has it', async () => {
      await policed(
        'expired',
        `replace: pwdPolicySubentry\npwdPolicySubentry: cn=expiring,${fakeBaseDn}\n-\nreplace: pwdChangedTime\npwdChangedTime: 20200101000000Z`,
      );
      await using client = connect();
      await expect(client.authenticate('expired', 'password-of-expired')).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'policy_password_expired',
      });
    });
  });

  describe('of two servers', () => {
    it('the other is asked when one dies, and the first again when it is back', async () => {
      await using second = await startSlapd();
      await using client = connect({ urls: [slapd.ldapUrl, second.ldapUrl] });
      const whoHas = async (login: string) => (await client.findUser(login).catch(() => undefined))?.login;
      await addPerson('only-first', 'password-of-only-first');
      expect(await whoHas('only-first')).toBe('only-first');
      await slapd.kill();
      expect((await client.authenticate('ada', ada)).name).toBe('Ada Lovelace');
      expect(await whoHas('only-first')).toBeUndefined();
      await slapd.restart();
      await second.kill();
      expect(await whoHas('only-first')).toBe('only-first');
      await slapd.kill();
      await expect(client.authenticate('ada', ada)).rejects.toMatchObject({
        code: 'unavailable',
        reason: 'connection_refused',
        message: expect.stringMatching(/ldap:\/\/127.*no server listens.*; ldap:\/\/127.*no server listens/),
      });
      await slapd.restart();
    });
  });
});
