import { describe, expect, it } from 'vitest';
import { settle } from '../__tests__/clock.ts';
import { bare, setUp } from '../__tests__/demo.ts';
import { ConfigurationError, defineIntegration } from '../index.ts';

const key = 'k';
const ref = { name: 'demo' };

function running() {
  const all = setUp({ graceMs: 5_000 });
  all.registry.register(all.demo, { options: { key, label: 'old' } });
  const client = all.registry.tenant('default').get(all.demo);
  const told: string[] = [];
  all.registry.on(({ kind, says }) => void (kind === 'configured' && told.push(says)));
  return { ...all, client, told };
}

describe('reconfiguring while running', () => {
  it('checks the new instance, then switches; calls in flight end on the old one', async () => {
    const { registry, demo, world, client, told } = running();
    await registry.enableAll();
    const gate = Promise.withResolvers<void>();
    world.gate = gate.promise;
    const inFlight = Array.from({ length: 20 }, () => client.slow());
    const status = await registry.reconfigure(demo, ref, { options: { key, label: 'new' } });
    expect(world.checks).toEqual(['default/demo/old', 'default/demo/new']);
    expect(status).toMatchObject({ status: 'healthy', inFlight: 20 });
    expect(await client.hello()).toBe('default/demo/new');
    expect(world.closed).toEqual([]);
    gate.resolve();
    expect(new Set(await Promise.all(inFlight))).toEqual(new Set(['old']));
    await settle();
    expect([world.closed, told]).toEqual([['default/demo/old'], ['the new options are in use']]);
    expect(registry.status(ref)).toMatchObject({ inFlight: 0, stats: { calls: 21, failures: 0 } });
  });

  it('rolls back when the check fails, and says why; no call notices', async () => {
    const { registry, demo, world, client, told } = running();
    await registry.enableAll();
    const gate = Promise.withResolvers<void>();
    world.gate = gate.promise;
    const inFlight = client.slow();
    const change = registry.reconfigure(demo, ref, { options: { key, label: 'new', bad: true } });
    await expect(change).rejects.toMatchObject({ code: 'unavailable', operation: 'ping' });
    gate.resolve();
    expect([await inFlight, await client.hello()]).toEqual(['old', 'default/demo/old']);
    expect(world.closed).toEqual(['default/demo/new']);
    expect(told[0]).toMatch(/^the old options stay: demo\.ping: /);
    expect(registry.status(ref)).toMatchObject({ status: 'healthy', reasons: [], stats: { failures: 0 } });
    // What is made later still has the old options.
    await registry.disable(ref);
    await registry.enable(ref);
    expect(await client.hello()).toBe('default/demo/old');
  });

  it('refuses wrong options before anything is made', async () => {
    const { registry, demo, world } = running();
    const change = registry.reconfigure(demo, ref, { options: { label: 'new' } as never });
    await expect(change).rejects.toBeInstanceOf(ConfigurationError);
    expect([world.made, registry.status(ref).status]).toEqual([[], 'registered']);
    const other = registry.reconfigure(defineIntegration(bare), ref, { options: {} });
    await expect(other).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('starts what was never called, and keeps what is disabled disabled', async () => {
    const { registry, demo, client } = running();
    expect(await registry.reconfigure(demo, ref, { options: { key, label: 'new' } })).toMatchObject({
      status: 'healthy',
    });
    await registry.disable(ref);
    const change = { options: { key, label: 'newer' } };
    expect(await registry.reconfigure(demo, ref, change)).toMatchObject({ status: 'disabled' });
    const wrong = { ...change, resilience: { timeoutMs: -1 } };
    await expect(registry.reconfigure(demo, ref, wrong)).rejects.toMatchObject({ code: 'invalid_argument' });
    await registry.enable(ref);
    expect(await client.hello()).toBe('default/demo/newer');
  });

  it('keeps a circuit open that was opened by hand', async () => {
    const { registry, demo, client } = running();
    await client.hello();
    registry.isolate(ref);
    const status = await registry.reconfigure(demo, ref, { options: { key, label: 'new' } });
    expect(status).toMatchObject({ status: 'unhealthy', breaker: 'isolated' });
    registry.resetBreaker(ref);
    expect(await client.hello()).toBe('default/demo/new');
  });

  it('closes the old instance within the grace time when the registry is disposed meanwhile', async () => {
    const { registry, demo, world, client, clock } = running();
    world.gate = new Promise(() => {});
    await client.hello();
    const stuck = expect(client.slow({ timeoutMs: 9e8 })).rejects.toMatchObject({ code: 'unavailable' });
    await registry.reconfigure(demo, ref, { options: { key, label: 'new' } });
    const disposed = registry[Symbol.asyncDispose]();
    await clock.advance(5_000);
    await Promise.all([stuck, disposed]);
    expect(world.closed.toSorted()).toEqual(['default/demo/new', 'default/demo/old']);
  });

  it('puts several changes one after the other', async () => {
    const { registry, demo, world, client } = running();
    const labels = ['a', 'b', 'c', 'd'];
    await Promise.all(labels.map((label) => registry.reconfigure(demo, ref, { options: { key, label } })));
    expect(await client.hello()).toBe('default/demo/d');
    await settle();
    expect(world.made.length - world.closed.length).toBe(1);
  });
});
