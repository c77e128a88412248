/** The directory that every fake begins with: some people, and groups in groups. */
import type { FakeAttributes, Tree } from './tree.ts';

/** Where it begins. */
export const fakeBaseDn = 'dc=example,dc=org';

/** One person of the fake. */
export interface FakePerson {
  readonly login: string;
  readonly name: string;
  readonly password: string;
  readonly dn: string;
}

const people = [
  ['ada', 'Ada Lovelace'],
  ['grace', 'Grace Hopper'],
  ['alan', 'Alan Turing'],
  ['edsger', 'Edsger Dijkstra'],
  ['barbara', 'Barbara Liskov'],
  ['jo*(star)', 'Jo Star (Wild) \\ Card'],
  ['lucic', 'Lučić, Ana'],
] as const;

/** Everybody in the fake, with the password of each. */
export const fakePeople: readonly FakePerson[] = people.map(([login, name]) => ({
  login,
  name,
  password: `fake-password-of-${login}`,
  dn: `uid=${login.replace(/[*()]/g, '')},ou=people,${fakeBaseDn}`,
}));

/** Groups by name, with their members: people by login, groups by `@name`. `circle` and `ring` hold each other. */
export const fakeGroups: Readonly<Record<string, readonly string[]>> = {
  developers: ['ada', 'grace'],
  engineering: ['@developers', 'edsger'],
  staff: ['@engineering', 'alan', 'barbara'],
  administrators: ['ada'],
  circle: ['@ring', 'alan'],
  ring: ['@circle'],
};

/** Name of a group's entry. */
export const fakeGroupDn = (name: string): string => `cn=${name},ou=groups,${fakeBaseDn}`;

/** Puts everything in. */
export function fillTree(tree: Tree): void {
  const unit = (name: string): FakeAttributes => ({ objectClass: ['top', 'organizationalUnit'], ou: name });
  tree.put(fakeBaseDn, { objectClass: ['top', 'dcObject', 'organization'], dc: 'example', o: 'Example' });
  for (const name of ['people', 'groups', 'services']) tree.put(`ou=${name},${fakeBaseDn}`, unit(name));
  for (const [index, person] of fakePeople.entries()) tree.put(person.dn, personAttributes(person, index));
  for (const [index, [name, members]] of Object.entries(fakeGroups).entries()) {
    tree.put(fakeGroupDn(name), {
      objectClass: ['top', 'groupOfNames', 'group'],
      objectCategory: 'group',
      cn: name,
      member: members.map(memberDn),
      entryUUID: uuid(100 + index),
      objectGUID: Buffer.from(uuid(100 + index).replaceAll('-', ''), 'hex'),
    });
  }
}

/** Attributes of OpenLDAP and of Active Directory alike, so that both presets work. */
function personAttributes({ login, name, password }: FakePerson, index: number): FakeAttributes {
  return {
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'user'],
    objectCategory: 'person',
    uid: login,
    sAMAccountName: login,
    cn: name,
    displayName: name,
    sn: name.split(' ').at(-1) ?? name,
    mail: `${login.replace(/[*()]/g, '')}@example.org`,
    departmentNumber: String(index),
    userPassword: password,
    entryUUID: uuid(index),
    objectGUID: Buffer.from(uuid(index).replaceAll('-', ''), 'hex'),
  };
}

function memberDn(member: string): string {
  if (member.startsWith('@')) return fakeGroupDn(member.slice(1));
  return fakePeople.find(({ login }) => login === member)?.dn ?? member;
}

function uuid(index: number): string {
  return `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
}
