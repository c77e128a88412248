import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bare, demoIntegration, demoWorld, setUp } from '../__tests__/demo.ts';
import { createRegistry, defineIntegration } from '../index.ts';

/** Ids that a careless key or path would take for one another. */
const nasty = [
  ['a:b', 'a', 'a:b:c'],
  ['../b', 'b', './b'],
  ['a%00b', 'a%2500b', 'ab'],
  ['Tenant', 'tenant', 'TENANT'],
  ['\u00e9', 'e\u0301', 'e'],
  ['a/b', 'a%2Fb', 'a\\b'],
  ['__proto__', 'constructor', 'toString'],
  ['a ', 'a', ' a'],
] as const;

describe('a tenant is a wall', () => {
  it('over 100,000 random operations no read or write reaches another tenant', async () => {
    const [reads, operations] = [{ own: 0, foreign: 0 }, { count: 0 }];
    for (const ids of nasty) {
      const world = demoWorld();
      const demo = demoIntegration(world);
      await using registry = createRegistry({ health: { checkIntervalMs: 0 } });
      const names = ['main', 'a/main', '..'];
      for (const tenant of ids)
        for (const name of names) registry.register(demo, { tenant, name, options: { key: 'k' } });
      /** What each registration wrote, by its own account. */
      const model = new Map<string, string>();
      const steps = fc.sample(
        fc.record({
          tenant: fc.nat(2),
          name: fc.nat(2),
          key: fc.constantFrom('k', '../k', 'a/k', 'main/provider/k'),
          write: fc.boolean(),
        }),
        { numRuns: 12_500, seed: 7 },
      );
      for (const { tenant, name, key, write } of steps) {
        const [id, registration] = [ids[tenant] as string, names[name] as string];
        const owner = JSON.stringify([id, registration, key]);
        const client = registry.tenant(id).get(demo, registration);
        operations.count += 1;
        if (write) {
          await client.write(key, owner);
          model.set(owner, owner);
        } else {
          const found = await client.readBack(key);
          if (found === model.get(owner)) reads.own += 1;
          else reads.foreign += 1;
        }
      }
    }
    expect(operations.count).toBe(100_000);
    expect(reads.foreign).toBe(0);
    expect(reads.own).toBeGreaterThan(40_000);
  });

  it('lists, names and binds nothing of another tenant', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { tenant: 'a', name: 'x', options: { key: 'k' } });
    registry.register(demo, { tenant: 'A', name: 'y', options: { key: 'k' } });
    expect(
      registry
        .tenant('a')
        .list()
        .map(({ name }) => name),
    ).toEqual(['x']);
    expect(() => registry.tenant('a').get(demo, 'y')).toThrow('registered are: "x"');
    expect(() => registry.status({ tenant: 'A', name: 'x' })).toThrow('registered are: "y"');
  });

  it('keeps breakers, limits and counts apart', async () => {
    const { registry, demo, world } = setUp();
    for (const tenant of ['a', 'b']) registry.register(demo, { tenant, options: { key: 'k' } });
    world.callsFail = true;
    const { hello } = registry.tenant('a').get(demo);
    for (let call = 0; call < 6; call += 1) await hello().catch(() => undefined);
    world.callsFail = false;
    expect(await registry.tenant('b').get(demo).hello()).toBe('b/demo/none');
    expect(registry.list().map(({ tenant, breaker, stats }) => [tenant, breaker, stats.calls])).toEqual([
      ['a', 'open', 6],
      ['b', 'closed', 1],
    ]);
  });
});

describe('a hundred thousand registrations over ten thousand tenants', () => {
  it('make nothing, start no timer, and the first call of one makes only that one', async () => {
    const { registry, demo, world, clock } = setUp();
    const options = { key: 'k' };
    for (let tenant = 0; tenant < 10_000; tenant += 1) {
      for (let name = 0; name < 10; name += 1)
        registry.register(demo, { tenant: `t${tenant}`, name: `n${name}`, options });
    }
    expect([world.made.length, clock.pending]).toEqual([0, 0]);
    expect(await registry.tenant('t77').get(demo, 'n7').hello()).toBe('t77/n7/none');
    await clock.advance(1);
    expect([world.made, clock.pending]).toEqual([['t77/n7/none'], 1]);
    const list = registry.list();
    expect(list.length).toBe(100_000);
    expect(list.filter(({ status }) => status !== 'registered').map(({ tenant }) => tenant)).toEqual(['t77']);
    expect(list.slice(0, 2).map(({ tenant, name }) => `${tenant}/${name}`)).toEqual(['t0/n0', 't0/n1']);
    await registry[Symbol.asyncDispose]();
    expect(world.closed).toEqual(world.made);
  });

  it('share one timer when many of them are at work', async () => {
    const { registry, clock } = setUp();
    const definition = defineIntegration({ ...bare, check: (api, call) => api.ping(call) });
    for (let index = 0; index < 500; index += 1)
      registry.register(definition, { name: `n${index}`, options: {} });
    await registry.enableAll();
    await clock.advance(1);
    expect(clock.pending).toBe(1);
    await registry[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });
});
