/** What every directory does, the fake and a real one alike. */
import {
  type ClientOf,
  createIntegration,
  type Logger,
  type OptionsOf,
  Secret,
  silentLogger,
} from '@im/core';
import { beforeAll, expect, it } from 'vitest';
import { dn, filter, ldap, rawDn } from '../index.ts';
import { fakeBaseDn, fakeGroupDn, fakeGroups, fakePeople } from '../testing.ts';
import { describePaging } from './describe-paging.ts';

type Options = OptionsOf<typeof ldap>;

/** A directory with the people and groups of the fake in it. */
export interface DirectoryRig {
  readonly options: () => Options;
  /** Puts a person in, of this login and password. */
  readonly addPerson: (login: string, password: string) => Promise<void>;
}

/** Opens a client of the directory. */
export type Connect = (more?: Partial<Options>, logger?: Logger) => ClientOf<typeof ldap> & AsyncDisposable;

const [ada, grace] = fakePeople;
const _people = [...fakePeople.map(({ login }) => login)].sort();
const dnOf = (login: string) => rawDn(fakePeople.find((one) => one.login === login)?.dn ?? '');
const group = (name: string) => rawDn(fakeGroupDn(name));
const wrong = { code: 'unauthenticated', message: 'ldap.authenticate: name or password is wrong' };

/** Registers the cases. */
export function describeDirectory(open: () => DirectoryRig): void {
  let rig: DirectoryRig;
  beforeAll(() => {
    rig = open();
  });
  const connect: Connect = (more = {}, logger = silentLogger) =>
    createIntegration(ldap, { options: { ...rig.options(), ...more } as Options, tenant: 'acme', logger });

  it('signs a person in, and says who it is', async () => {
    await using client = connect();
    const identity = await client.authenticate('ada', ada?.password ?? '');
    expect(identity).toMatchObject({
      issuer: `ldap:///${fakeBaseDn}`,
      subject: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      tenant: 'acme',
      email: 'ada@example.org',
      name: 'Ada Lovelace',
      method: 'ldap',
      amr: ['pwd'],
      claims: { dn: ada?.dn, mail: ['ada@example.org'] },
    });
    expect([...(identity.groups ?? [])].sort()).toEqual([
      'administrators',
      'developers',
      'engineering',
      'staff',
    ]);
    expect(identity.emailVerified).toBeUndefined();
    expect(await client.authenticate('grace', new Secret(grace?.password ?? ''))).toMatchObject({
      email: 'grace@example.org',
    });
  });

  it('says the same of a wrong password, of nobody, and of names that try to be more than names', async () => {
    const log: unknown[] = [];
    const logger = { ...silentLogger, warn: (...line: unknown[]) => void log.push(line) };
    await using client = connect({}, logger);
    const tries: readonly (readonly [string, string])[] = [
      ['ada', 'not-her-password'],
      ['nobody', 'any-password-at-all'],
      ['*', ada?.password ?? ''],
      ['ada)(uid=*', ada?.password ?? ''],
      ['*)(|(uid=*', ada?.password ?? ''],
      ['ada\0', ada?.password ?? ''],
      ['', ada?.password ?? ''],
      [' ', ada?.password ?? ''],
      ['a'.repeat(10_000), ada?.password ?? ''],
      ['ada', ''],
    ];
    for (const [user, password] of tries) {
      const failure = await client.authenticate(user, password).catch((error: unknown) => error);
      expect(failure, JSON.stringify(user.slice(0, 20))).toMatchObject({
        ...wrong,
        reason: 'invalidCredentials',
      });
    }
    expect(log.map((line) => (line as { reason: string }[])[1]?.reason)).toEqual([
      'invalidCredentials',
      ...Array.from({ length: 5 }, () => 'no_such_user'),
      ...Array.from({ length: 3 }, () => 'unusable_name'),
      'empty_password',
    ]);
    expect(JSON.stringify(log)).not.toMatch(/password-of|not-her-password|any-password|nobody/);
    await client.authenticate('ada', ada?.password ?? '');
  });

  it('finds people whose names are full of syntax', async () => {
    await using client = connect();
    expect(await client.findUser('jo*(star)')).toMatchObject({
      login: 'jo*(star)',
      name: 'Jo Star (Wild) \\ Card',
    });
    expect(await client.findUser('lucic')).toMatchObject({ name: 'Lučić, Ana' });
    const byName = await client.searchUsers({ filter: filter`(cn=${'Lučić, Ana'})` }).toArray();
    expect(byName.map(({ login }) => login)).toEqual(['lucic']);
    const byStart = await client.searchUsers({ filter: filter`(cn=${'Jo Star ('}*)` }).toArray();
    expect(byStart.map(({ login }) => login)).toEqual(['jo*(star)']);
    await expect(client.findUser('nobody')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'no_such_user',
    });
    await expect(client.findUser('*')).rejects.toMatchObject({ code: 'not_found' });
  });

  describePaging(connect);

  it('knows groups, groups in groups, and rings of groups', async () => {
    await using client = connect();
    const names = async (login: string, nested?: boolean) =>
      (await client.groupsOf(dnOf(login), { nested })).map(({ name }) => name).sort();
    expect(await names('ada')).toEqual(['administrators', 'developers', 'engineering', 'staff']);
    expect(await names('ada', false)).toEqual(['administrators', 'developers']);
    expect(await names('alan')).toEqual(['circle', 'ring', 'staff']);
    expect(await names('lucic')).toEqual([]);
    expect((await client.groupsOf(group('developers'))).map(({ name }) => name).sort()).toEqual([
      'engineering',
      'staff',
    ]);
    expect(await client.isMemberOf(dnOf('ada'), group('staff'))).toBe(true);
    expect(await client.isMemberOf(dnOf('ada'), group('staff'), { nested: false })).toBe(false);
    expect(await client.isMemberOf(dnOf('ada'), group('developers'), { nested: false })).toBe(true);
    expect(await client.isMemberOf(dnOf('grace'), group('administrators'))).toBe(false);
    expect(Object.keys(fakeGroups)).toHaveLength(6);
  });

  it('refuses to cut a list of groups short', async () => {
    await using client = connect({ maxGroups: 2 });
    const refused = { code: 'resource_exhausted', reason: 'too_many_groups', retryable: false };
    await expect(client.groupsOf(dnOf('ada'))).rejects.toMatchObject(refused);
    await expect(client.authenticate('ada', ada?.password ?? '')).rejects.toMatchObject(refused);
  });

  it('compares by the rules of the attribute, without reading', async () => {
    await using client = connect();
    expect(await client.compare(dnOf('ada'), 'cn', 'ada  LOVELACE')).toBe(true);
    expect(await client.compare(dnOf('ada'), 'cn', 'Ada')).toBe(false);
    await expect(client.compare(dnOf('ada'), 'title', 'x')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'noSuchAttribute',
    });
    const nobody = dn`uid=${'nobody'},ou=people,${rawDn(fakeBaseDn)}`;
    await expect(client.compare(nobody, 'cn', 'x')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'noSuchObject',
    });
  });

  it('searches in any words, at any depth, and never asks another server', async () => {
    await using client = connect();
    const everything = filter`(objectClass=*)`;
    const units = await client.search({ filter: everything, scope: 'one', attributes: ['ou'] }).toArray();
    expect(
      units
        .map(({ attributes }) => attributes.ou?.[0])
        .filter(Boolean)
        .sort(),
    ).toEqual(['groups', 'people', 'services']);
    const [one, ...more] = await client
      .search({ filter: everything, base: dnOf('ada'), scope: 'base' })
      .toArray();
    expect(more).toEqual([]);
    expect(one?.dn.key).toBe(dnOf('ada').key);
    expect(one?.attributes).toMatchObject({ uid: ['ada'], mail: ['ada@example.org'] });
    expect(one?.attributes).not.toHaveProperty('userpassword');
    const nowhere = rawDn(`ou=nowhere,${fakeBaseDn}`);
    await expect(client.search({ filter: everything, base: nowhere }).toArray()).rejects.toMatchObject({
      code: 'not_found',
    });
    const elsewhere = rawDn(`ou=elsewhere,${fakeBaseDn}`);
    await expect(client.search({ filter: everything, base: elsewhere }).toArray()).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'referral',
    });
  });

  it('sets a password, by the rules of the directory', async () => {
    await rig.addPerson('new-person', 'password-to-begin-with');
    await using client = connect();
    const { dn: whose } = await client.findUser('new-person');
    await client.setPassword(whose, new Secret('another "pass\\word" of é'));
    await expect(client.authenticate('new-person', 'password-to-begin-with')).rejects.toMatchObject(wrong);
    await expect(client.setPassword(whose, new Secret('short'))).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'constraintViolation',
      effect: 'none',
    });
  });

  it('says that it is the service account that is refused, not the person', async () => {
    await using client = connect({ bindPassword: 'not-the-password-of-the-service' });
    const failure = await client.authenticate('ada', ada?.password ?? '').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'unauthenticated',
      reason: 'service_credentials',
      retryable: false,
    });
    expect(String(failure)).toContain('bindDn with bindPassword; check both');
  });
}
