/** Two processes over one state, their operations in any order: nothing is lost, and what has ended stays ended. */
import type { StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { type Interleaved, inEveryOrder } from './__tests__/interleaved.ts';
import { createApiKeys } from './api-keys/index.ts';
import type { ExternalIdentity } from './common/principal.ts';
import { createGroups, createPeople, createScimHandler } from './identity/index.ts';
import { createAccessControl } from './rbac/index.ts';
import { type BegunSession, createSessions, type SessionsOptions } from './session/index.ts';

const ada = { subject: 'ada', methods: ['pwd'] };
const otp = { level: 2, method: 'otp' } as const;
const browser = (begun?: BegunSession) =>
  new Request('https://app.test/', { headers: { cookie: begun?.cookie.split(';')[0] ?? '' } });
const isDone = <Value>(one: PromiseSettledResult<Value> | undefined) => one?.status === 'fulfilled';
const resultOf = <Value>(one: PromiseSettledResult<Value> | undefined): Value | undefined =>
  one?.status === 'fulfilled' ? one.value : undefined;

/** The part as two processes have it, and as nobody disturbs it. */
function three<Part>({ plain, process }: Interleaved, make: (state: StateStore) => Part) {
  return { here: make(process()), there: make(process()), calm: make(plain) };
}

describe('sessions', () => {
  const open = (interleaved: Interleaved, options: Partial<SessionsOptions> = {}) =>
    three(interleaved, (state) => createSessions({ ...options, state }).tenant('acme'));

  it('that begin at once are all in the list, and all ended from there', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const begun = await interleaved.settle([
        here.begin(browser(), ada),
        there.begin(browser(), ada),
        here.begin(browser(), ada),
      ]);
      expect(await calm.list('ada')).toHaveLength(3);
      expect(await calm.endAll('ada')).toBe(3);
      for (const one of begun) expect(await calm.read(browser(resultOf(one)))).toBeUndefined();
    }));

  it('that go up a level while all are ended do not live on', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const [high] = await interleaved.settle<unknown>([
        here.elevate(browser(low), otp),
        there.endAll('ada'),
      ]);
      expect(await calm.list('ada')).toEqual([]);
      expect(await calm.read(browser(low))).toBeUndefined();
      expect(await calm.read(browser(resultOf(high) as BegunSession))).toBeUndefined();
    }));

  it('that go up a level keep what was written into them meanwhile', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const [up, first, second] = await interleaved.settle<unknown>([
        here.elevate(browser(low), otp),
        there.update(browser(low), { theme: 'dark' }),
        there.update(browser(low), { language: 'sv' }),
      ]);
      expect(isDone(up)).toBe(true);
      const { data } = (await calm.read(browser(resultOf(up) as BegunSession))) ?? { data: {} };
      expect(data).toEqual({
        ...(isDone(first) && { theme: 'dark' }),
        ...(isDone(second) && { language: 'sv' }),
      });
    }));

  it('go up once, of two that try; and one that begins beside harms neither', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const low = await calm.begin(browser(), ada);
      const settled = await interleaved.settle([
        here.elevate(browser(low), otp),
        there.elevate(browser(low), otp),
        there.begin(browser(), ada),
      ]);
      expect(settled.slice(0, 2).filter(isDone)).toHaveLength(1);
      expect(await calm.list('ada')).toHaveLength(2);
    }));

  it('go up also where a person may have one only', () =>
    inEveryOrder(async (interleaved) => {
      const { here, calm } = open(interleaved, { mostPerSubject: 1 });
      const [high] = await interleaved.settle([here.elevate(browser(await calm.begin(browser(), ada)), otp)]);
      expect(await calm.read(browser(resultOf(high)))).toMatchObject({ level: 2 });
    }, 20));

  it('that can be used are in the list, whatever ends and begins at once', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved, { mostPerSubject: 2 });
      const first = await calm.begin(browser(), ada);
      const settled = await interleaved.settle<unknown>([
        here.begin(browser(), ada),
        there.endAll('ada', { except: first.session.id }),
        there.begin(browser(), ada),
        here.begin(browser(first), ada),
      ]);
      const listed = (await calm.list('ada')).map(({ id }) => id);
      for (const one of settled.map(resultOf) as BegunSession[]) {
        if (typeof one === 'number') continue;
        expect((await calm.read(browser(one))) !== undefined).toBe(listed.includes(one.session.id));
      }
      expect(listed.length).toBeLessThanOrEqual(2);
    }));
});

describe('API keys', () => {
  const open = (interleaved: Interleaved) =>
    three(interleaved, (state) => createApiKeys({ state, prefix: 'acme', lastUsedEveryMs: 0 }));
  const reader = { name: 'x', scopes: ['invoice:read'] };

  it('have one successor, of two that are asked for at once', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { record, key } = await calm.create('acme', reader);
      const settled = await interleaved.settle([
        here.rotate('acme', record.id),
        there.rotate('acme', record.id),
      ]);
      expect(settled.filter(isDone)).toHaveLength(1);
      const next = settled.map(resultOf).find((one) => one !== undefined);
      const all = await calm.list('acme');
      expect(all.map(({ id }) => id).toSorted()).toEqual([record.id, next?.record.id].toSorted());
      expect(all.find(({ id }) => id === record.id)?.successor).toBe(next?.record.id);
      await calm.verify(key, { tenant: 'acme' });
    }));

  it('that are revoked stay revoked, and have no successor from then on', () =>
    inEveryOrder(async (interleaved) => {
      const { here, there, calm } = open(interleaved);
      const { record, key } = await calm.create('acme', reader);
      const [rotated] = await interleaved.settle<unknown>([
        here.rotate('acme', record.id),
        there.revoke('acme', record.id),
        here.verify(key, { tenant: 'acme' }),
        there.verify(key, { tenant: 'acme' }),
      ]);
      const all = await calm.list('acme');
      expect(all).toHaveLength(isDone(rotated) ? 2 : 1);
      expect(all.find(({ id }) => id === record.id)).toHaveProperty('revokedAt');
      await expect(calm.verify(key, { tenant: 'acme' })).rejects.toMatchObject({ reason: 'revoked' });
    }));
});

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
