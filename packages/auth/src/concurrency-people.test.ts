/** Two processes over one state, in random orders: people, groups and roles. */
import type { StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { type Interleaved, inEveryOrder } from './__tests__/interleaved.ts';
import type { ExternalIdentity } from './common/principal.ts';
import { createGroups, createPeople, createScimHandler } from './identity/index.ts';
import { createAccessControl } from './rbac/index.ts';

const resultOf = <Value>(one: PromiseSettledResult<Value> | undefined): Value | undefined =>
  one?.status === 'fulfilled' ? one.value : undefined;

/** The part as two processes have it, and as nobody disturbs it. */
function three<Part>({ plain, process }: Interleaved, make: (state: StateStore) => Part) {
  return { here: make(process()), there: make(process()), calm: make(plain) };
}

describe('roles', () => {
  const open = (interleaved: Interleaved) =>
    three(interleaved, (state) =>
      createAccessControl({ state, roles: { a: {}, b: {}, c: { allow: ['x:y'] } } }).tenant('acme'),
    );

  it('given and taken at once are all given and taken', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      await calm.assign('ada', 'a');
      await interleaved.settle([
        here.assign('ada', 'b'),
        there.assign('ada', 'c'),
        there.unassign('ada', 'a'),
        here.assign('bob', 'a'),
      ]);
      expect((await calm.assignmentsOf('ada')).map(({ role }) => role).toSorted()).toEqual(['b', 'c']);
      expect(await calm.members()).toEqual(['ada', 'bob']);
    }));

  it('put at once are all there', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      await interleaved.settle([
        here.putRole('d', { inherits: ['c'] }),
        there.putRole('e', {}),
        here.putRole('f', {}),
      ]);
      expect([...(await calm.roles()).keys()].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    }));

  it('that are deleted while they are given are nobody’s when the name is used again', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      await calm.putRole('auditor', { allow: ['x:y'] });
      await calm.assign('bob', 'auditor');
      await interleaved.settle([here.assign('ada', 'auditor'), there.deleteRole('auditor')]);
      await calm.putRole('auditor', { allow: ['everything:read'] });
      for (const subject of ['ada', 'bob']) expect(await calm.can(subject, 'everything:read')).toBe(false);
    }));
});

describe('people, groups and their directory', () => {
  const schema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
  const open = (interleaved: Interleaved) =>
    three(interleaved, (state) => {
      const [people, groups] = [createPeople({ state }), createGroups({ state })];
      const scim = createScimHandler({ people, groups, authenticate: async () => 'acme' });
      const patch = (path: string, ...Operations: readonly object[]) =>
        scim(
          new Request(`https://app.test/scim/v2${path}`, {
            method: 'PATCH',
            headers: { 'content-type': 'application/scim+json' },
            body: JSON.stringify({ schemas: [schema], Operations }),
          }),
        );
      return { people: people.tenant('acme'), groups: groups.tenant('acme'), patch };
    });
  const login = (subject: string): ExternalIdentity => ({
    issuer: 'https://login.acme.test',
    subject,
    tenant: 'acme',
    claims: {},
    authenticatedAt: 0,
    method: 'oidc',
  });

  it('patched at once have every change', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { id } = await calm.people.create({ userName: 'ada' });
      const group = await calm.groups.create({ name: 'Guides' });
      const [x, y] = [
        await calm.people.create({ userName: 'x' }),
        await calm.people.create({ userName: 'y' }),
      ];
      const add = (path: string, value: unknown) => ({ op: 'add', path, value });
      const settled = await interleaved.settle([
        here.patch(`/Users/${id}`, add('title', 'Guide')),
        there.patch(`/Users/${id}`, add('nickName', 'Countess')),
        here.patch(`/Groups/${group.id}`, add('members', [{ value: x.id }])),
        there.patch(`/Groups/${group.id}`, add('members', [{ value: y.id }])),
      ]);
      expect(settled.map((one) => resultOf(one)?.status)).toEqual([200, 200, 200, 200]);
      expect((await calm.people.get(id))?.attributes).toMatchObject({ title: 'Guide', nickName: 'Countess' });
      expect((await calm.groups.get(group.id))?.members.toSorted()).toEqual([x.id, y.id].toSorted());
    }, 25));

  it('deleted while they change do not come back', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { id } = await calm.people.create({ userName: 'ada' });
      await interleaved.settle<unknown>([
        here.people.link(id, login('1')),
        there.people.delete(id),
        here.people.update(id, { name: 'Ada' }),
        there.patch(`/Users/${id}`, { op: 'add', path: 'title', value: 'Guide' }),
      ]);
      expect(await calm.people.list()).toEqual([]);
      expect(await calm.people.get(id)).toBeUndefined();
      expect(await calm.people.findByLogin(login('1'))).toBeUndefined();
      await calm.people.create({ userName: 'ada' }, [login('1')]);
    }, 50));

  it('never have the same login, name or address, whoever is first', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const [x, y] = [await calm.people.create({ name: 'x' }), await calm.people.create({ name: 'y' })];
      const mail = { email: 'ada@acme.test', emailVerified: true };
      await interleaved.settle([
        here.people.link(x.id, login('1')),
        there.people.link(y.id, login('1')),
        here.people.update(y.id, { userName: 'ada', ...mail }),
        there.people.update(x.id, { userName: 'ADA', ...mail }),
      ]);
      const all = await calm.people.list();
      for (const has of [
        (one: (typeof all)[number]) => one.logins.length > 0,
        (one: (typeof all)[number]) => one.userName !== undefined,
        (one: (typeof all)[number]) => one.emailVerified,
      ])
        expect(all.filter(has).length).toBeLessThanOrEqual(1);
      const [owner] = all.filter(({ logins }) => logins.length > 0);
      if (owner) expect((await calm.people.findByLogin(login('1')))?.id).toBe(owner.id);
    }));
});
