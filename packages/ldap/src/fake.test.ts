/** The fake does what a real directory does; `slapd.test.ts` runs the same cases against one. */
import { createIntegration, type OptionsOf, Secret } from '@im/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDirectory } from './__tests__/describe-directory.ts';
import { ldap } from './index.ts';
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

it('the fake takes a service account by SASL PLAIN, and refuses a wrong password', async () => {
  await using fake = await startFake();
  const { bindDn: _, ...options } = fake.options('acme');
  const connect = (bindPassword = options.bindPassword) =>
    createIntegration(ldap, {
      options: { ...options, bindName: 'service-acme', bindPassword } as OptionsOf<typeof ldap>,
    });
  await using client = connect();
  expect((await client.findUser('ada')).name).toBe('Ada Lovelace');
  await using wrong = connect(new Secret('wrong'));
  await expect(wrong.findUser('ada')).rejects.toMatchObject({ reason: 'service_credentials' });
});
