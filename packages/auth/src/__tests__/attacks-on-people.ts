/** Attacks on passwords and people, by name. */
import { Secret } from '@im/core';
import { type Attack, identity, noEntry } from './attack.ts';

export const attacksOnPeople: Readonly<Record<string, Attack>> = {
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
