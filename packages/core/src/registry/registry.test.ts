import { describe, expect, it } from 'vitest';
import { bare, demoIntegration, demoWorld, greeter, setUp } from '../__tests__/demo.ts';
import {
  ConfigurationError,
  createRegistry,
  defineIntegration,
  definePort,
  type RegistryEvent,
} from '../index.ts';

const key = 'k';

describe('a registry', () => {
  it('makes nothing when registering, and one instance on the first call', async () => {
    const { registry, world, demo } = setUp();
    for (const tenant of ['a', 'b']) registry.register(demo, { tenant, options: { key, label: 'x' } });
    const client = registry.tenant('a').get(demo);
    expect([world.made, registry.status({ name: 'demo', tenant: 'a' }).status]).toEqual([[], 'registered']);
    expect(await client.hello()).toBe('a/demo/x');
    expect(await client.hello()).toBe('a/demo/x');
    expect(world.made).toEqual(['a/demo/x']);
    expect(registry.list().map(({ tenant, status }) => [tenant, status])).toEqual([
      ['a', 'healthy'],
      ['b', 'registered'],
    ]);
  });

  it('refuses a second registration of the same name, an unknown contract and bad names', () => {
    const { registry, demo } = setUp();
    registry.register(demo, { options: { key } });
    expect(() => registry.register(demo, { options: { key } })).toThrow(
      expect.objectContaining({ code: 'already_exists', tenant: 'default' }),
    );
    expect(() => registry.register({ ...bare, contract: 7 }, { options: {} })).toThrow(
      expect.objectContaining({
        code: 'failed_precondition',
        message: expect.stringContaining('npm install @im/core'),
      }),
    );
    for (const name of ['', 'a\nb', '\u0000', '\u0085', '\ud800', 'x'.repeat(257)]) {
      const refused = expect.objectContaining({ code: 'invalid_argument' });
      expect(() => registry.register(demo, { name, options: { key } })).toThrow(refused);
      expect(() => registry.register(demo, { tenant: name, options: { key } })).toThrow(refused);
      expect(() => registry.tenant(name)).toThrow(refused);
      expect(() => registry.status({ name, tenant: 'default' })).toThrow(refused);
    }
  });

  it('tells the operations of what is registered, and makes nothing for it', () => {
    const { registry, world, demo } = setUp();
    registry.register(demo, { tenant: 'a', options: { key } });
    const operations = registry.tenant('a').operations('demo');
    expect(operations.find(({ name }) => name === 'hello')).toMatchObject({ effect: 'read', kind: 'call' });
    expect(world.made).toEqual([]);
    expect(() => registry.tenant('b').operations('demo')).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });

  it('names what exists in this tenant when asked for what does not', () => {
    const { registry, demo } = setUp();
    registry.register(demo, { tenant: 'a', name: 'one', options: { key } });
    registry.register(demo, { tenant: 'b', name: 'secret-of-b', options: { key } });
    const view = registry.tenant('a');
    expect(() => view.get(demo, 'two')).toThrow('tenant "a" has no integration "two"; registered are: "one"');
    expect(() => view.get(defineIntegration(bare), 'one')).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
    expect(() => registry.tenant('nobody').get(demo)).toThrow('registered are: none');
    expect(registry.tenants()).toEqual(['a', 'b']);
  });

  it('binds a port to the one integration that gives it, or to the one that is named', async () => {
    const { registry, demo } = setUp();
    const view = registry.tenant('default');
    expect(() => view.port(greeter)).toThrow(expect.objectContaining({ code: 'not_found' }));
    registry.register(demo, { options: { key } });
    const driver = view.port(greeter);
    expect(await driver.greet('you')).toBe('hello you from default/demo/none');
    expect(view.port(greeter)).toBe(driver);
    registry.register(demo, { name: 'other', options: { key } });
    registry.register(defineIntegration(bare), { options: {} });
    expect(() => view.port(greeter)).toThrow('name one of "demo", "other"');
    expect(await view.port(greeter, 'other').greet('you')).toContain('default/other');
    expect(() => view.port(greeter, 'bare')).toThrow('these do: "demo", "other"');
    expect(() => view.port(definePort('nothing'))).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('answers every operation of a definition in pages as well, over instances', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { options: { key } });
    const { list } = registry.tenant('default').get(demo);
    expect(await list(5).toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(await list(5, { pageSize: 5, limit: 2, cursor: '1' }).toArray()).toEqual([1, 2]);
  });

  it('says when the options of a call are no object', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { options: { key } });
    const { hello, list } = registry.tenant('default').get(demo);
    await expect(hello(1 as never)).rejects.toMatchObject({ code: 'invalid_argument', operation: 'hello' });
    await expect(list(1, 'x' as never).toArray()).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('counts real calls, by operation and code, and not its own checks', async () => {
    const { registry, demo, world } = setUp();
    registry.register(demo, { options: { key } });
    await registry.enableAll();
    const client = registry.tenant('default').get(demo);
    await client.hello();
    await expect(client.missing()).rejects.toMatchObject({ code: 'not_found' });
    world.callsFail = true;
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable' });
    const { stats } = registry.status({ name: 'demo' });
    expect(stats).toMatchObject({
      calls: 3,
      failures: 2,
      failuresByCode: { not_found: 1, unavailable: 1 },
      attempts: 3,
    });
    expect(Object.keys(stats.operations)).toEqual(['hello', 'missing']);
    expect(stats.operations.hello).toEqual({ calls: 2, failures: 1, totalMs: 0, buckets: Array(12).fill(2) });
  });

  it('goes on when a listener throws, and stops telling when asked to', async () => {
    const errors: string[] = [];
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (message: string) => void errors.push(message),
    };
    const { registry, demo } = setUp({ logger });
    const events: RegistryEvent[] = [];
    registry.on(() => {
      throw new Error('listener');
    });
    const stop = registry.on((event) => events.push(event));
    registry.register(demo, { tenant: 'a', options: { key } });
    await registry.enableAll();
    expect(events.map(({ kind, says }) => `${kind} ${says}`)).toEqual([
      'status registered → starting',
      'check passed in 0 ms',
      'status starting → healthy',
    ]);
    expect(events[2]).toMatchObject({
      name: 'demo',
      tenant: 'a',
      provider: 'demo',
      from: 'starting',
      to: 'healthy',
    });
    expect(errors.length).toBe(3);
    stop();
    await registry.disable({ name: 'demo', tenant: 'a' });
    expect(events.length).toBe(3);
  });
});

describe('enableAll', () => {
  it('names all faults of all integrations at once, and starts nothing then', async () => {
    const { registry, demo, world } = setUp();
    registry.register(demo, { tenant: 'a', options: { label: 7 } as never });
    registry.register(demo, { tenant: 'b', options: { key }, resilience: { timeoutMs: -1 } });
    registry.register(demo, { tenant: 'c', options: { key } });
    registry.register(demo, { tenant: 'd', options: {} as never, enabled: false });
    const error = await registry.enableAll().catch((thrown: unknown) => thrown as ConfigurationError);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).faults.map(({ path }) => path)).toEqual([
      'tenants.a.integrations.demo.options.key',
      'tenants.a.integrations.demo.options.label',
      'tenants.b.integrations.demo.resilience',
    ]);
    expect(world.made).toEqual([]);
    expect(registry.list().map(({ status }) => status)).toEqual([
      'registered',
      'registered',
      'registered',
      'disabled',
    ]);
  });

  it('reports every failure and lets one broken integration stop nobody else', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { tenant: 'a', options: { key, bad: true } });
    registry.register(demo, { tenant: 'b', options: { key } });
    const { started, failed } = await registry.enableAll();
    expect(started.map(({ tenant }) => tenant)).toEqual(['b']);
    expect(failed).toEqual([
      {
        status: expect.objectContaining({ tenant: 'a', status: 'unhealthy' }),
        error: expect.objectContaining({ code: 'unavailable' }),
      },
    ]);
    expect(failed[0]?.status.reasons).toEqual([
      expect.objectContaining({ kind: 'check_failed', code: 'unavailable' }),
    ]);
  });

  it('rejects with the error of a required integration once all have been tried', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { tenant: 'a', options: { key, bad: true }, required: true });
    registry.register(demo, { tenant: 'b', options: { key } });
    await expect(registry.enableAll()).rejects.toMatchObject({ tenant: 'a', code: 'unavailable' });
    expect(registry.list().map(({ status }) => status)).toEqual(['unhealthy', 'healthy']);
  });

  it('starts at most `concurrency` at the same time', async () => {
    const { registry, clock } = setUp({ concurrency: 3 });
    let running = 0;
    let most = 0;
    const slow = defineIntegration({
      ...bare,
      check: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => clock.schedule(10, resolve));
        running -= 1;
      },
    });
    for (let index = 0; index < 10; index += 1) registry.register(slow, { name: `n${index}`, options: {} });
    const report = registry.enableAll();
    await clock.advance(100);
    expect([(await report).started.length, most]).toEqual([10, 3]);
  });

  it('ends at once when it is aborted, and leaves what has not started as it was', async () => {
    const { registry, world, demo } = setUp({ concurrency: 1 });
    const never = defineIntegration({ ...bare, check: () => new Promise(() => {}) });
    registry.register(never, { name: 'first', options: {} });
    registry.register(demo, { options: { key } });
    const controller = new AbortController();
    const report = registry.enableAll({ signal: controller.signal });
    controller.abort('enough');
    await expect(report).rejects.toBe('enough');
    expect(registry.list().map(({ status }) => status)).toEqual(['registered', 'registered']);
    expect(world.made).toEqual([]);
  });

  it('gives a check that does not answer its time and no more', async () => {
    const { registry, clock } = setUp({ health: { checkTimeoutMs: 200 } });
    registry.register(defineIntegration({ ...bare, check: () => new Promise(() => {}) }), { options: {} });
    const report = registry.enableAll();
    await clock.advance(200);
    expect((await report).failed[0]?.error).toMatchObject({ code: 'deadline_exceeded' });
  });
});

describe('taking integrations out', () => {
  it('lets calls in flight end, then refuses calls until it is enabled', async () => {
    const { registry, demo, world } = setUp();
    registry.register(demo, { options: { key } });
    const client = registry.tenant('default').get(demo);
    const gate = Promise.withResolvers<void>();
    world.gate = gate.promise;
    const call = client.slow();
    const disabled = registry.disable({ name: 'demo' }, 'maintenance');
    await Promise.resolve();
    expect(registry.status({ name: 'demo' })).toMatchObject({ status: 'draining', inFlight: 1 });
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable' });
    gate.resolve();
    expect(await call).toBe('none');
    await disabled;
    expect(world.closed.length).toBe(1);
    expect(registry.status({ name: 'demo' })).toMatchObject({
      status: 'disabled',
      inFlight: 0,
      reasons: [{ kind: 'by_hand', says: 'maintenance' }],
    });
    await expect(client.hello()).rejects.toThrow(
      '"demo" of tenant "default" is disabled (maintenance); enable it',
    );
    expect((await registry.enableAll()).started).toEqual([]);
    expect(await registry.enable({ name: 'demo' })).toMatchObject({ status: 'healthy' });
    expect(await client.hello()).toContain('demo');
  });

  it('aborts calls that outlast the grace time', async () => {
    const { registry, demo, world, clock } = setUp({ graceMs: 500 });
    registry.register(demo, { options: { key } });
    world.gate = new Promise(() => {});
    const call = expect(registry.tenant('default').get(demo).slow()).rejects.toMatchObject({
      code: 'unavailable',
    });
    const disabled = registry.disable({ name: 'demo' });
    await clock.advance(500);
    await Promise.all([call, disabled]);
  });

  it('forgets what is unregistered; a client from before does not reach a later one of the same name', async () => {
    const { registry, demo, world } = setUp();
    registry.register(demo, { options: { key, label: 'old' } });
    const client = registry.tenant('default').get(demo);
    await client.hello();
    await registry.unregister({ name: 'demo' });
    expect([registry.list(), world.closed.length]).toEqual([[], 1]);
    registry.register(demo, { options: { key, label: 'new' } });
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await registry.tenant('default').get(demo).hello()).toContain('new');
  });

  it('closes everything on disposal, and gathers every error', async () => {
    const { registry, demo, world, clock } = setUp();
    for (const tenant of ['a', 'b', 'c']) registry.register(demo, { tenant, options: { key } });
    await registry.enableAll();
    const client = registry.tenant('a').get(demo);
    world.closeFails = true;
    const failure = await registry[Symbol.asyncDispose]().then(
      () => undefined,
      (error: Error) => error.cause as AggregateError,
    );
    expect(world.closed.toSorted()).toEqual(['a/demo/none', 'b/demo/none', 'c/demo/none']);
    expect(failure?.errors.length).toBe(3);
    expect(registry.list().map(({ status }) => status)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(clock.pending).toBe(0);
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    expect(() => registry.register(demo, { tenant: 'd', options: { key } })).toThrow(
      'the registry is closed',
    );
  });

  it('ends starts and checks at once when it is disposed', async () => {
    const { registry } = setUp();
    registry.register(defineIntegration({ ...bare, check: () => new Promise(() => {}) }), { options: {} });
    const report = registry.enableAll();
    await Promise.resolve();
    await registry[Symbol.asyncDispose]();
    expect((await report).failed[0]?.error).toMatchObject({ code: 'unavailable' });
  });

  it('runs what was given to onClose in reverse order, also when the instance could not be made', async () => {
    const order: number[] = [];
    const broken = defineIntegration({
      ...bare,
      http: ({ onClose }) => {
        for (const step of [1, 2, 3]) onClose(async () => void order.push(step));
      },
      native: (): object => {
        throw new TypeError('with a secret');
      },
      connect: bare.connect,
    });
    await using registry = createRegistry();
    registry.register(broken, { options: {} });
    const { failed } = await registry.enableAll();
    expect(failed[0]?.error).toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('with a secret'),
    });
    expect(failed[0]?.status).toMatchObject({ status: 'unhealthy', reasons: [{ kind: 'start_failed' }] });
    await Promise.resolve();
    expect(order).toEqual([3, 2, 1]);
  });
});

describe('idle instances', () => {
  it('are let go after `idleMs` without a call, and made again when needed', async () => {
    const { registry, demo, world, clock } = setUp({ idleMs: 60_000, health: { checkIntervalMs: 0 } });
    registry.register(demo, { options: { key } });
    const client = registry.tenant('default').get(demo);
    await client.hello();
    await clock.advance(59_000);
    await client.hello();
    await clock.advance(59_999);
    expect(world.closed.length).toBe(0);
    await clock.advance(1);
    expect([world.made.length, world.closed.length]).toEqual([1, 1]);
    expect(registry.status({ name: 'demo' })).toMatchObject({ status: 'healthy', stats: { calls: 2 } });
    await client.hello();
    expect(world.made.length).toBe(2);
  });

  it('are kept while their rate limit still counts the last call, or a limit a day would begin anew each hour', async () => {
    const { registry, demo, world, clock } = setUp({ idleMs: 60_000, health: { checkIntervalMs: 0 } });
    const day = 86_400_000;
    const rateLimit = { limit: 1, windowMs: day, maxWaitMs: 0 };
    registry.register(demo, { options: { key }, resilience: { rateLimit } });
    const client = registry.tenant('default').get(demo);
    await client.hello();
    await clock.advance(3_600_000);
    await expect(client.hello()).rejects.toMatchObject({ code: 'resource_exhausted' });
    expect(world.made.length).toBe(1);
    await clock.advance(day + 60_000);
    expect(world.closed.length).toBe(1);
    expect(await client.hello()).toContain('default/demo');
  });

  it('are kept while a call is in flight, and where they are required', async () => {
    const { registry, demo, world, clock } = setUp({ idleMs: 1_000, health: { checkIntervalMs: 0 } });
    registry.register(demo, { options: { key } });
    registry.register(demo, { name: 'needed', options: { key }, required: true });
    await registry.enableAll();
    const gate = Promise.withResolvers<void>();
    world.gate = gate.promise;
    const call = registry.tenant('default').get(demo).slow({ timeoutMs: 60_000 });
    await clock.advance(5_000);
    expect(world.closed).toEqual([]);
    gate.resolve();
    await call;
    await clock.advance(5_000);
    expect(world.closed).toEqual(['default/demo/none']);
  });
});

describe('settings of a tenant', () => {
  it('are laid between the definition and the registration', async () => {
    const { registry, demo, world, clock } = setUp();
    registry.configureTenant('a', {
      resilience: { timeoutMs: 100 },
      features: { beta: true },
      slaTarget: 0.999,
    });
    for (const tenant of ['a', 'b']) registry.register(demo, { tenant, options: { key } });
    registry.register(demo, {
      tenant: 'a',
      name: 'slower',
      options: { key },
      resilience: { timeoutMs: 300 },
    });
    expect(registry.tenant('a').settings).toMatchObject({ features: { beta: true }, slaTarget: 0.999 });
    expect(registry.tenant('b').settings).toEqual({});
    world.gate = new Promise(() => {});
    const ended: string[] = [];
    const call = (tenant: string, name?: string) =>
      registry
        .tenant(tenant)
        .get(demo, name)
        .slow()
        .catch(() => void ended.push(`${tenant} ${name ?? ''} ${clock.now() - start}`));
    const start = clock.now();
    const calls = [call('a'), call('a', 'slower'), call('b')];
    await clock.advance(300);
    expect(ended).toEqual(['a  100', 'a slower 300']);
    await clock.advance(60_000);
    await Promise.all(calls);
  });
});

describe('two registries', () => {
  it('share nothing', async () => {
    const world = demoWorld();
    const demo = demoIntegration(world);
    await using one = createRegistry();
    await using other = createRegistry();
    one.register(demo, { options: { key } });
    other.register(demo, { options: { key } });
    await one.tenant('default').get(demo).write('a', '1');
    expect(await other.tenant('default').get(demo).readBack('a')).toBeUndefined();
    expect(await one.tenant('default').get(demo).readBack('a')).toBe('1');
  });
});
