/**
 * The tenant wall: however the calls of three tenants meet, and whatever they and their people are called, no key of the state is touched for two of
 * them, and what one tenant was given is nobody's at another's door.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isIntegrationError, memoryState, type Secret, type StateStore } from '@im/core';
import { createRandom } from '@im/testing';
import { expect, it } from 'vitest';
import { createApiKeys } from './api-keys/index.ts';
import type { ExternalIdentity } from './common/principal.ts';
import { createGroups, createPeople } from './identity/index.ts';
import { envelopeOf } from './mfa/__tests__/open-mfa.ts';
import { createMfa } from './mfa/index.ts';
import { createAccessControl } from './rbac/index.ts';
import { createSessions } from './session/index.ts';

/** Three tenants each, called as people would who want to reach into another's: by what some store, path or comparison takes for the same. */
const families = [
  ['a', 'b', 'a:b'],
  ['a', 'a/b', 'a%2Fb'],
  ['b', '../b', 'a/../b'],
  ['a', 'a\u0000b', 'a%00b'],
  ['a', 'A', '\uff41'],
  ['\u00e4', 'a\u0308', 'a'],
  ['a', '\u0430', 'a\u200b'],
  ['a', 'a ', 'a.'],
  ['a', 'a/subject/b', 'a/person'],
  ['__proto__', 'constructor', ''],
  ['*', 'a"b', 'a\\b'],
  ['a\nb', 'a b', 'a%0Ab'],
  ['\ud800', '\ud801', '\ufffd'],
  ['x'.repeat(1_000), `${'x'.repeat(999)}y`, 'x'],
] as const;
/** Subjects are called alike, as far as they may be. */
const names = [...new Set<string>(families.flat())].filter(
  (name) => name !== '' && name.length <= 512 && name.isWellFormed(),
);

/** All parts over one state that knows for which tenant it was asked. */
function openWall() {
  const memory = memoryState();
  const current = new AsyncLocalStorage<string>();
  const owners = new Map<string, string>();
  const foreign: string[] = [];
  const watch = <Arguments extends [key: string, ...unknown[]], Value>(
    operation: (...given: Arguments) => Promise<Value>,
  ) => {
    return (...given: Arguments): Promise<Value> => {
      const tenant = current.getStore() ?? expect.fail('an operation for no tenant');
      const owner = owners.get(given[0]) ?? tenant;
      owners.set(given[0], owner);
      if (owner !== tenant) foreign.push(given[0]);
      return operation(...given);
    };
  };
  const state: StateStore = {
    ...memory,
    get: watch(memory.get),
    set: watch(memory.set),
    compareAndSet: watch(memory.compareAndSet),
    delete: watch(memory.delete),
    increment: watch(memory.increment),
  };
  const sent: { readonly tenant: string; readonly subject: string; readonly code: Secret }[] = [];
  return {
    current,
    owners,
    foreign,
    sent,
    sessions: createSessions({ state }),
    keys: createApiKeys({ state, prefix: 'app' }),
    access: createAccessControl({ state, roles: { viewer: { allow: ['x:y'] }, admin: { allow: ['*:*'] } } }),
    people: createPeople({ state }),
    groups: createGroups({ state }),
    mfa: createMfa({
      state,
      envelope: envelopeOf('k1'),
      issuer: 'Acme',
      mostFailures: 1_000_000,
      sender: { send: async (message) => void sent.push(message) },
    }),
  };
}

/** What a tenant was given, which another one tries. */
interface Given {
  readonly tenant: string;
  readonly use: (tenant: string) => Promise<unknown>;
}

type Wall = ReturnType<typeof openWall>;
type Operation = (wall: Wall, tenant: string, subject: string, given: Given[]) => Promise<void>;

const browser = (cookie = '') =>
  new Request('https://app.test/', { headers: { cookie: cookie.split(';')[0] ?? '' } });
const login = (tenant: string, subject: string): ExternalIdentity => ({
  issuer: 'https://login.test',
  subject,
  tenant,
  claims: {},
  authenticatedAt: 0,
  method: 'oidc',
});

/** Each writes, reads back what is its own, and leaves something for others to try. */
const operations: readonly Operation[] = [
  async ({ sessions }, tenant, subject, given) => {
    const { cookie, session } = await sessions.tenant(tenant).begin(browser(), { subject, methods: [] });
    expect(session.tenant).toBe(tenant);
    given.push({ tenant, use: (at) => sessions.tenant(at).read(browser(cookie)) });
    given.push({
      tenant,
      use: async (at) => (await sessions.tenant(at).endOne(subject, session.id)) || undefined,
    });
  },
  async ({ sessions }, tenant, subject) => {
    for (const session of await sessions.tenant(tenant).list(subject))
      expect([session.tenant, session.subject]).toEqual([tenant, subject]);
  },
  async ({ sessions }, tenant, subject) => void (await sessions.tenant(tenant).endAll(subject)),
  async ({ keys }, tenant, subject, given) => {
    const { key, record } = await keys.create(tenant, { name: 'x', scopes: ['x:y'], subject });
    given.push({ tenant, use: (at) => keys.verify(key, { tenant: at }) });
    given.push({ tenant, use: (at) => keys.revoke(at, record.id) });
    given.push({ tenant, use: (at) => keys.rotate(at, record.id) });
  },
  async ({ access }, tenant, subject) => {
    const own = access.tenant(tenant);
    await own.assign(subject, 'admin');
    expect(await own.can(subject, 'x:y')).toBe(true);
    await own.unassign(subject, 'admin');
    expect(await own.can(subject, 'server:stop')).toBe(false);
  },
  async ({ access }, tenant, subject) => {
    const own = access.tenant(tenant);
    const role = `r${Math.abs(subject.length)}`;
    await own.putRole(role, { title: JSON.stringify(tenant).slice(0, 200), allow: ['x:y'] });
    expect((await own.roles()).get(role)?.title).toBe(JSON.stringify(tenant).slice(0, 200));
  },
  async ({ people }, tenant, subject, given) => {
    const own = people.tenant(tenant);
    const { person } = await own.signIn(login(tenant, subject), { create: true });
    expect(person.tenant).toBe(tenant);
    given.push({ tenant, use: (at) => people.tenant(at).get(person.id) });
    given.push({ tenant, use: (at) => people.tenant(at).update(person.id, { name: 'eve' }) });
    given.push({ tenant, use: (at) => people.tenant(at).signIn(login(tenant, subject), { create: true }) });
    given.push({ tenant, use: async (at) => (await people.tenant(at).delete(person.id)) || undefined });
  },
  async ({ people }, tenant, subject) => {
    const found = await people.tenant(tenant).findByLogin(login(tenant, subject));
    if (found !== undefined) expect(found.tenant).toBe(tenant);
  },
  async ({ groups }, tenant, subject, given) => {
    const group = await groups.tenant(tenant).create({ name: subject });
    given.push({ tenant, use: (at) => groups.tenant(at).get(group.id) });
    given.push({ tenant, use: async (at) => (await groups.tenant(at).delete(group.id)) || undefined });
  },
  async ({ mfa }, tenant, subject, given) => {
    const [code] = await mfa.tenant(tenant).recovery.create(subject, { level: 2 });
    given.push({ tenant, use: (at) => mfa.tenant(at).recovery.verify(subject, code?.reveal() ?? '') });
  },
  async ({ mfa, sent }, tenant, subject, given) => {
    const target = { channel: 'email', to: 'ada@acme.test' } as const;
    const isSent = await mfa
      .tenant(tenant)
      .codes.send(subject, target)
      .then(
        () => true,
        () => false,
      );
    const message = sent.at(-1);
    if (!isSent || message === undefined) return;
    expect([message.tenant, message.subject]).toEqual([tenant, subject]);
    given.push({ tenant, use: (at) => mfa.tenant(at).codes.verify(subject, message.code.reveal()) });
  },
];

const total = process.env.CI === 'true' ? 100_000 : 10_000;
const perRound = 500;

it(`holds for ${total} random operations over three tenants`, { timeout: 180_000 }, async () => {
  const random = createRandom(6);
  const pick = <Value>(all: readonly Value[]) => all[Math.floor(random() * all.length)] as Value;
  let done = 0;
  let tried = 0;
  const crossings: string[] = [];
  while (done < total) {
    const wall = openWall();
    const tenants = families[(done / perRound) % families.length] ?? [];
    const given: Given[] = [];
    for (let at = 0; at < perRound; at += 1, done += 1) {
      const tenant = pick<string>(tenants);
      // Four of five operations try what another tenant was given.
      const others = at % 5 === 0 ? [] : given.filter((one) => one.tenant !== tenant);
      const thing = pick<Given | undefined>(others);
      if (thing === undefined)
        await wall.current.run(tenant, () => pick(operations)(wall, tenant, pick(names), given));
      else {
        tried += 1;
        const got = await wall.current.run(tenant, () => thing.use(tenant)).catch(refused);
        if (got !== undefined)
          crossings.push(`${JSON.stringify([thing.tenant, tenant])}: ${JSON.stringify(got)}`);
      }
    }
    crossings.push(...wall.foreign);
  }
  expect(crossings).toEqual([]);
  expect([done, tried > total / 2]).toEqual([total, true]);
});

/** What is refused is a typed error, and gives nothing. */
function refused(error: unknown): undefined {
  if (!isIntegrationError(error)) throw error;
}
