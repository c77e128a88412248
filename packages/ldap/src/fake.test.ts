/** The fake does what a real directory does; `slapd.test.ts` runs the same cases against one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { describeDirectory } from './__tests__/describe-directory.ts';
import { fakeBaseDn, type LdapFake, startFake } from './testing.ts';

describe.each(['openldap', 'active-directory'] as const)('the fake as %s', (schema) => {
  let fake: LdapFake;
  beforeAll(async () => {
    fake = await startFake();
  });
  afterAll(() => fake[Symbol.asyncDispose]());

  describeDirectory(() => ({
    options: () => ({ ...fake.options('acme'), schema }),
    addPerson: async (login, password) =>
      fake.put(`uid=${login},ou=people,${fakeBaseDn}`, {
        objectClass: ['inetOrgPerson', 'user'],
        objectCategory: 'person',
        uid: login,
        sAMAccountName: login,
        cn: login,
        entryUUID: '00000000-0000-4000-9000-000000000001',
        objectGUID: Buffer.alloc(16, 1),
        userPassword: password,
      }),
  }));
});
