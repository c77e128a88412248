/** What the conformance suite and the sandbox need to know. */
import { Secret } from '@im/core';
import type { Harness } from '@im/testing';
import type { ldap } from '../ldap.ts';
import { rawDn } from '../text/dn.ts';
import { filter } from '../text/filter.ts';
import { startFake } from './start-fake.ts';
import { fakeGroupDn, fakePeople } from './world.ts';

const person = (login: string) => fakePeople.find((one) => one.login === login);
const dnOf = (login: string) => rawDn(person(login)?.dn ?? '');
const noHeaders = 'LDAP has neither headers nor a word for when to come back (RFC 4511 §4.1.9)';

export const harness: Harness<typeof ldap> = {
  startFake,
  samples: {
    authenticate: ['lucic', person('lucic')?.password ?? ''],
    findUser: ['grace'],
    searchUsers: [],
    groupsOf: [dnOf('edsger')],
    isMemberOf: [dnOf('grace'), rawDn(fakeGroupDn('developers')), { nested: false }],
    compare: [dnOf('grace'), 'uid', 'grace'],
    search: [{ filter: filter`(objectClass=groupOfNames)` }],
    setPassword: [dnOf('grace'), new Secret('fake-password-of-grace-again')],
  },
  exceptions: {
    'C-002':
      'a directory stands where its owner put it: the hosts are those of the option urls, and no other is connected to (C-056)',
    'C-031': 'LDAP has neither HTTP statuses nor ids of requests; ldap.test.ts proves the rest of an error',
    'C-032': noHeaders,
    'C-033': noHeaders,
    'C-034': noHeaders,
    'C-035': noHeaders,
  },
};
