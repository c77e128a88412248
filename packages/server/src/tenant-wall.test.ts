/**
 * Three tenants, each with keys of its own. Whatever a key asks for, at every route and by every name there is, the answer is the same, byte
 * for byte, whether the other tenants exist or not; and so is the work that is done for it, by the count of what the registry is asked.
 */
import {
  type AnyDefinition,
  type Call,
  createRegistry,
  defineIntegration,
  memoryState,
  type Registry,
  read,
  Secret,
  silentLogger,
} from '@im/core';
import { createRandom, createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHubAccess } from './access/access.ts';
import { memoryAuditLog } from './audit/audit-log.ts';
import { createConnect } from './connect.ts';
import { createServer } from './server.ts';

/** Names that a careless comparison takes for one another. */
const tenants = ['acme', 'Acme', 'acme:b'];
/** Each tenant has these, and one that is called like nothing else. */
const shared = ['crm', 'mail'];
const own = (tenant: string) => `only_${tenants.indexOf(tenant)}`;
const sizeOf: Readonly<Record<string, number>> = { acme: 2, Acme: 40, 'acme:b': 7 };

const shelf: AnyDefinition = defineIntegration({
  id: 'shelf',
  title: 'Shelf',
  category: 'example',
  contract: 1,
  docs: 'https://shelf.test/',
  options: z.strictObject({}),
  egress: [],
  errors: { docs: 'https://shelf.test/errors', rows: [] },
  connect: () => ({ get: read(async (_call: Call) => 'a book') }),
  check: async () => {},
});

/** A hub with some of the tenants, and a key for the one that asks. Same clock, same chance, same answers. */
async function open(present: readonly string[], caller: string) {
  const clock = createVirtualClock();
  const random = createRandom(5);
  const asked = { count: 0 };
  const registry = counted(createRegistry({ clock, random: createRandom(3) }), asked);
  for (const tenant of present) {
    const many = Array.from({ length: sizeOf[tenant] ?? 0 }, (_, index) => `more_${index}`);
    for (const name of [...shared, own(tenant), ...many])
      registry.register(shelf, { tenant, name, options: {} });
  }
  await registry.enableAll();
  const state = memoryState(clock);
  const access = createHubAccess({ state, clock });
  const common = { state, clock, logger: silentLogger };
  const sealingKey = new Secret(Buffer.alloc(32, 7).toString('base64'));
  const providers = { spotify: { clientId: 'abc', scopes: ['user-read-email'] } };
  const hub = createServer({
    registry,
    access,
    ...common,
    audit: memoryAuditLog(clock),
    rateLimit: { caller: { requests: 1_000_000, windowMs: 60_000 } },
    connect: createConnect({ baseUrl: 'https://hub.test', sealingKey, providers }, common),
    reload: async () => ({ done: [], failed: [], restartNeeded: false }),
  });
  const keys = new Map<string, string>();
  for (const role of ['viewer', 'operator', 'admin'])
    keys.set(role, (await access.createKey({ name: role, roles: [role], tenant: caller })).key.reveal());
  // Things happen to the others, while nothing does to the one that asks.
  for (const tenant of present.filter((one) => one !== caller)) {
    registry.isolate({ tenant, name: 'crm' });
    await registry.disable({ tenant, name: 'mail' });
  }
  await clock.advance(5_000);
  const ask = async (role: string, method: string, path: string, more: Record<string, string> = {}) => {
    const before = asked.count;
    const answer = await hub.app.request(path, {
      method,
      headers: { authorization: `Bearer ${keys.get(role)}`, ...more },
    });
    const isStream = answer.headers.get('content-type')?.includes('event-stream') ?? false;
    const body = isStream ? await firstOf(answer) : await answer.text();
    // Only the ids of keys, of which a tenant may see who acted, and that of a process in its streams are by chance.
    const same = body.replace(/key:\w{16}/g, 'key:…').replace(/^id: \w+-/gm, 'id: …-');
    return { status: answer.status, headers: [...answer.headers], body: same, work: asked.count - before };
  };
  return { hub, registry, ask, random, [Symbol.asyncDispose]: () => hub.close() };
}

/** A stream up to the end of its first message. */
async function firstOf(answer: Response): Promise<string> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (reader !== undefined && !/^data: .*\n\n/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return text;
}

/** Counts what the registry is asked about single integrations, and how many statuses it gives out. */
function counted(registry: Registry, asked: { count: number }): Registry {
  const { list, status, tenant } = registry;
  const sum = <Value>(value: readonly Value[]) => {
    asked.count += value.length;
    return value;
  };
  registry.list = () => sum(list.call(registry));
  registry.status = (ref) => {
    asked.count += 1;
    return status.call(registry, ref);
  };
  registry.tenant = (name) => {
    const view = tenant.call(registry, name);
    const { list: ownList } = view;
    return new Proxy(view, {
      get: (target, key) => {
        if (key === 'list') return () => sum(ownList.call(target));
        const member = Reflect.get(target, key, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  };
  return registry;
}

const full = process.env.CI === 'true';
/** Outside CI one role has to do, which may do most of it, and a few of the names. */
const roles = full ? ['viewer', 'operator', 'admin'] : ['operator'];
const names = full
  ? [...shared, ...tenants.map(own), 'nothing', '__proto__', 'more_1']
  : ['crm', own('Acme'), 'nothing'];
const asTenant = full ? [...tenants, undefined, 'nobody', 'default', '*'] : [...tenants, undefined];

/** Every route with every name, for every tenant that can be named. */
async function requests(): Promise<readonly (readonly [string, string, Record<string, string>?])[]> {
  await using scene = await open(['acme'], 'acme');
  const described = (await (await scene.hub.app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  // Webhooks have no caller: whoever sends one names the tenant, and proves it by a signature. Probes tell of the hub as a whole.
  const apart = /^\/(webhooks\/|livez|readyz|startupz)/;
  const paths = Object.entries(described.paths).filter(([path]) => !apart.test(path));
  const routes = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  const pages = [
    ['GET', '/'],
    ['GET', '/integrations/events/page'],
    ['GET', '/connect/{name}/x'],
  ] as const;
  return [...routes, ...pages].flatMap(([method, path]) =>
    (path.includes('{') ? names : ['']).flatMap((name) =>
      asTenant.map((tenant) => {
        const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
        const target = `${path.replace(/\{(name|id|provider)\}/, encodeURIComponent(name)).replace('{path}', 'x')}${query}`;
        return [
          method,
          target,
          path.startsWith('/proxy') && tenant !== undefined ? { 'im-tenant': tenant } : {},
        ] as const;
      }),
    ),
  );
}

describe('the wall between tenants', async () => {
  const all = await requests();

  it.each(tenants)(
    'hides every other tenant from %s: the bytes and the work are the same without them',
    { timeout: 120_000 },
    async (tenant) => {
      await using together = await open(tenants, tenant);
      await using alone = await open([tenant], tenant);
      const different: unknown[] = [];
      const seen = new Map<number, number>();
      for (const role of roles)
        for (const [method, path, headers] of all) {
          const one = await together.ask(role, method, path, headers);
          const other = await alone.ask(role, method, path, headers);
          seen.set(one.status, (seen.get(one.status) ?? 0) + 1);
          if (JSON.stringify(one) !== JSON.stringify(other)) different.push([role, method, path, one, other]);
        }
      expect(different.slice(0, 3)).toEqual([]);
      for (const status of [200, 403, 404]) expect(seen.get(status)).toBeGreaterThan(5);
    },
  );

  it('has no answer in which a name stands that only another tenant has', { timeout: 120_000 }, async () => {
    await using scene = await open(tenants, 'acme');
    const foreign = ['only_1', 'only_2', 'more_39', 'more_6', 'acme:b', 'Acme'];
    const leaks: unknown[] = [];
    for (const [method, path, headers] of all) {
      const { body } = await scene.ask('admin', method, path, headers);
      // What was asked for may stand in the answer, as it was asked.
      const echoed = decodeURIComponent(path);
      for (const name of foreign)
        if (new RegExp(`\\b${name}\\b`).test(body) && !echoed.includes(name))
          leaks.push([method, path, name]);
    }
    expect(leaks.slice(0, 5)).toEqual([]);
  });

  it('keeps every foreign integration as it is, whatever is asked', { timeout: 120_000 }, async () => {
    await using scene = await open(tenants, 'acme');
    const others = () => JSON.stringify(scene.registry.list().filter(({ tenant }) => tenant !== 'acme'));
    const before = others();
    for (const [method, path, headers] of all) await scene.ask('admin', method, path, headers);
    expect(others()).toBe(before);
    expect(JSON.stringify(scene.registry.list().filter(({ tenant }) => tenant === 'acme'))).toContain(
      'disabled by key:',
    );
  });
});
