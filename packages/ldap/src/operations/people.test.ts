import { describe, expect, it } from 'vitest';
import { openRig } from '../__tests__/rig.ts';
import { windowsReasons } from '../connection/failures.ts';
import { filter } from '../index.ts';
import { fakePeople } from '../testing.ts';

const ada = fakePeople[0] ?? { dn: '', password: '' };
const windows = (data: string) =>
  `80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data ${data}, v4563`;

/** What a caller's page may say: by the sub-code of Active Directory. */
const told: Readonly<Record<string, readonly [code: string, words: RegExp]>> = {
  '525': ['unauthenticated', /name or password is wrong/],
  '52e': ['unauthenticated', /name or password is wrong/],
  '530': ['permission_denied', /may not sign in now or from here/],
  '531': ['permission_denied', /may not sign in now or from here/],
  '532': ['failed_precondition', /password has expired; set a new one/],
  '533': ['permission_denied', /account is disabled/],
  '701': ['permission_denied', /account has expired/],
  '773': ['failed_precondition', /password must be changed/],
  '775': ['unauthenticated', /name or password is wrong/],
};

describe('a refused sign-in', () => {
  it('has a case for every sub-code', () => {
    expect(Object.keys(told).sort()).toEqual(Object.keys(windowsReasons).sort());
  });

  it.each(Object.entries(told))(
    'with data %s is told as %j, and logged with its reason',
    async (data, [code, words]) => {
      await using rig = await openRig();
      const client = rig.connect({ schema: 'active-directory' });
      rig.fake.refuse(ada.dn, { code: 49, diagnostic: windows(data) });
      const failure = await rig.clock
        .until(client.authenticate('ada', 'a-word-nobody-should-see'))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(words), retryable: false });
      expect(rig.log).toContainEqual([
        'ldap: sign-in refused',
        { tenant: 'acme', reason: windowsReasons[data], dn: ada.dn },
      ]);
      expect(JSON.stringify([failure, rig.log])).not.toMatch(/a-word-nobody|DSID|80090308/);
    },
  );

  it('user enumeration: nobody and somebody cost as many requests, and read the same', async () => {
    await using rig = await openRig();
    const client = rig.connect();
    await rig.until(client.findUser('ada'));
    const requests: string[][] = [];
    const failures: unknown[] = [];
    for (const user of ['ada', 'nobody']) {
      rig.fake.forget();
      failures.push(
        await rig.until(client.authenticate(user, 'wrong-password')).catch((error: unknown) => ({
          ...(error as object),
          message: String(error),
        })),
      );
      requests.push(rig.fake.exchanges.map(({ method }) => method));
    }
    expect(requests).toEqual([
      ['SEARCH', 'BIND'],
      ['SEARCH', 'BIND'],
    ]);
    expect(failures[0]).toEqual(failures[1]);
    // What somebody typed is not sent under a name that was made up.
    expect(Buffer.from(rig.fake.exchanges[1]?.requestBody ?? []).toString()).not.toContain('wrong-password');
  });

  it('a name that two people go by signs nobody in, even with the right password', async () => {
    await using rig = await openRig();
    rig.fake.put('uid=ada,ou=groups,dc=example,dc=org', {
      objectClass: 'inetOrgPerson',
      uid: 'ada',
      cn: 'Another',
      entryUUID: 'x',
      userPassword: ada.password,
    });
    const client = rig.connect();
    await expect(rig.until(client.authenticate('ada', ada.password))).rejects.toMatchObject({
      code: 'unauthenticated',
      reason: 'invalidCredentials',
    });
    expect(rig.log).toContainEqual([
      'ldap: sign-in refused',
      expect.objectContaining({ reason: 'ambiguous_user' }),
    ]);
    await expect(rig.until(client.findUser('ada'))).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'ambiguous_user',
    });
    // Narrowed down by the options it is one person again.
    const narrow = rig.connect({ userBaseDn: 'ou=people,dc=example,dc=org' });
    expect((await rig.until(narrow.authenticate('ada', ada.password))).name).toBe('Ada Lovelace');
  });

  it('unauthenticated bind: an empty password is refused before anything is sent', async () => {
    await using rig = await openRig();
    const client = rig.connect();
    await expect(rig.until(client.authenticate('ada', ''))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(rig.fake.exchanges).toEqual([]);
    expect(rig.log).toContainEqual([
      'ldap: sign-in refused',
      expect.objectContaining({ reason: 'empty_password' }),
    ]);
  });

  it.each([
    [
      'a directory that does not answer',
      { kind: 'cut', when: 'after' },
      { code: 'unavailable', reason: 'bind_unanswered' },
    ],
    [
      'one that is silent',
      { kind: 'latency', delayMs: Number.POSITIVE_INFINITY },
      { code: 'deadline_exceeded' },
    ],
  ] as const)(
    'brute force by our own hand: the bind is not made twice with %s',
    async (_what, fault, error) => {
      await using rig = await openRig({ virtual: true });
      const client = rig.connect();
      rig.fake.inject({ fault, path: new RegExp(ada.dn), method: 'BIND', times: Number.POSITIVE_INFINITY });
      await expect(rig.until(client.authenticate('ada', ada.password))).rejects.toMatchObject(error);
      const binds = rig.fake.exchanges.filter(
        ({ method, target }) => method === 'BIND' && target.includes(ada.dn),
      );
      expect(binds).toHaveLength(1);
    },
  );

  it('a search that fails for the moment is made again before the bind', async () => {
    await using rig = await openRig();
    const client = rig.connect();
    rig.fake.answerWith('SEARCH', { code: 52 });
    expect((await rig.until(client.authenticate('ada', ada.password))).name).toBe('Ada Lovelace');
  });
});

describe('an identity', () => {
  it('carries more attributes when it is told to, and the issuer that the options name', async () => {
    await using rig = await openRig();
    const client = rig.connect({
      claims: ['departmentNumber'],
      issuer: 'acme-directory',
      nestedGroups: false,
    });
    const identity = await rig.until(client.authenticate('grace', fakePeople[1]?.password ?? ''));
    expect(identity).toMatchObject({
      issuer: 'acme-directory',
      groups: ['developers'],
      claims: {
        uid: ['grace'],
        departmentNumber: ['1'],
        groups: ['cn=developers,ou=groups,dc=example,dc=org'],
      },
      authenticatedAt: expect.closeTo(Date.now(), -4),
    });
  });

  it('has the GUID of Active Directory as Windows writes it', async () => {
    await using rig = await openRig();
    const objectGUID = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    rig.fake.put('cn=guid,ou=people,dc=example,dc=org', {
      objectClass: 'user',
      objectCategory: 'person',
      sAMAccountName: 'guid',
      objectGUID,
    });
    const client = rig.connect({ schema: 'active-directory' });
    expect((await rig.until(client.findUser('guid'))).id).toBe('00112233-4455-6677-8899-aabbccddeeff');
  });

  it('is refused for an entry without a stable id', async () => {
    await using rig = await openRig();
    const client = rig.connect({ attributes: { id: 'employeeNumber' } });
    await expect(rig.until(client.authenticate('ada', ada.password))).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'no_stable_id',
    });
  });

  it('is of the tenant of the registration, and passwords never stand in entries', async () => {
    await using rig = await openRig();
    rig.fake.put('uid=leak,ou=people,dc=example,dc=org', {
      objectClass: 'inetOrgPerson',
      uid: 'leak',
      cn: 'Leak',
      entryUUID: '1',
      unicodePwd: 'secret-1',
      sambaNTPassword: 'secret-2',
      'userPassword;lang-en': 'secret-3',
    });
    const client = rig.connect();
    const [entry] = await rig.until(client.search({ filter: filter`(uid=leak)` }).toArray());
    expect(entry?.attributes).toMatchObject({ cn: ['Leak'] });
    expect(JSON.stringify(entry)).not.toContain('secret');
  });
});
