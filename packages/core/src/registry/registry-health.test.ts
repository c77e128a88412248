import { describe, expect, it } from 'vitest';
import { settle } from '../__tests__/clock.ts';
import { setUp } from '../__tests__/demo.ts';
import type { RegistryOptions } from '../index.ts';

const key = 'k';
const ref = { name: 'demo' };

async function running(options: RegistryOptions = {}) {
  const all = setUp(options);
  all.registry.register(all.demo, { options: { key } });
  await all.registry.enableAll();
  const client = all.registry.tenant('default').get(all.demo);
  const told: string[] = [];
  all.registry.on(({ kind, says }) => void (kind === 'status' && told.push(says)));
  const status = () => all.registry.status(ref);
  return { ...all, client, told, status };
}

describe('active checks', () => {
  it('run on their interval, one at a time, and move the status with hysteresis', async () => {
    const { world, clock, status } = await running();
    const at = async (ms: number) => {
      await clock.advance(ms);
      return status().status;
    };
    expect(world.checks.length).toBe(1);
    expect(await at(30_000)).toBe('healthy');
    expect(world.checks.length).toBe(2);
    world.checkFails = true;
    expect([await at(30_000), await at(30_000), await at(30_000)]).toEqual([
      'healthy',
      'healthy',
      'unhealthy',
    ]);
    expect(status()).toMatchObject({
      reasons: [{ kind: 'check_failed' }],
      lastCheck: { ok: false, at: clock.now() },
    });
    world.checkFails = false;
    expect([await at(30_000), await at(30_000)]).toEqual(['unhealthy', 'healthy']);
  });

  it('stop while it is disabled', async () => {
    const { registry, world, clock } = await running();
    await registry.disable(ref);
    await clock.advance(600_000);
    expect([world.checks.length, clock.pending]).toEqual([1, 0]);
  });

  it('run by hand, also for what was never started', async () => {
    const { registry, world, demo } = setUp();
    registry.register(demo, { options: { key } });
    expect(await registry.check(ref)).toMatchObject({ status: 'healthy', lastCheck: { ok: true } });
    world.checkFails = true;
    expect(await registry.check(ref)).toMatchObject({ status: 'healthy', lastCheck: { ok: false } });
    await registry.disable(ref);
    await expect(registry.check(ref)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('bring back what could not start', async () => {
    const { registry, world, demo, clock } = setUp();
    registry.register(demo, { options: { key } });
    world.checkFails = true;
    expect(await registry.enable(ref)).toMatchObject({ status: 'unhealthy' });
    world.checkFails = false;
    await clock.advance(60_000);
    expect(registry.status(ref).status).toBe('healthy');
    world.checkFails = true;
    await clock.advance(90_000);
    world.checkFails = false;
    expect(await registry.enable(ref)).toMatchObject({ status: 'healthy' });
  });
});

describe('passive health', () => {
  it('degrades by the share of failed calls, and recovers by calls', async () => {
    const { world, client, status, told } = await running({ health: { checkIntervalMs: 0 } });
    for (let call = 0; call < 8; call += 1) await client.hello();
    world.callsFail = true;
    for (let call = 0; call < 2; call += 1) await client.hello().catch(() => undefined);
    expect(status()).toMatchObject({
      status: 'degraded',
      reasons: [{ kind: 'error_rate', says: '2 of the last 10 calls failed' }],
    });
    world.callsFail = false;
    for (let call = 0; call < 12; call += 1) await client.hello();
    expect(status().status).toBe('healthy');
    expect(told).toEqual(['healthy → degraded: 2 of the last 10 calls failed', 'degraded → healthy']);
  });

  it('recovers by checks when nobody calls', async () => {
    const { world, client, status, clock } = await running();
    world.callsFail = true;
    await client.hello().catch(() => undefined);
    expect(status().status).toBe('degraded');
    await clock.advance(60_000);
    expect(status().status).toBe('healthy');
  });

  it('does not count what callers get wrong', async () => {
    const { client, status } = await running();
    for (let call = 0; call < 20; call += 1) await client.missing().catch(() => undefined);
    expect(status()).toMatchObject({ status: 'healthy', stats: { failures: 20 } });
  });

  it('starts by the first call where nobody enabled it', async () => {
    const { registry, demo, world } = setUp();
    registry.register(demo, { options: { key } });
    world.callsFail = true;
    const { hello } = registry.tenant('default').get(demo);
    const call = hello().catch(() => undefined);
    expect(registry.status(ref).status).toBe('starting');
    await call;
    expect(registry.status(ref).status).toBe('degraded');
  });

  it('is unhealthy while the options are wrong, and rejects each call with all faults', async () => {
    const { registry, demo } = setUp();
    registry.register(demo, { options: { lable: 'x' } as never });
    const { hello } = registry.tenant('default').get(demo);
    await expect(hello()).rejects.toMatchObject({ code: 'invalid_argument', faults: [{}, {}] });
    expect(registry.status(ref)).toMatchObject({
      status: 'unhealthy',
      reasons: [{ kind: 'options_invalid' }],
    });
  });
});

describe('the breaker', () => {
  it('makes it unhealthy while open, and well again when closed', async () => {
    const { world, client, status, clock, registry } = await running({ health: { checkIntervalMs: 0 } });
    world.callsFail = true;
    for (let call = 0; call < 5; call += 1) await client.hello().catch(() => undefined);
    expect(status()).toMatchObject({ status: 'unhealthy', breaker: 'open' });
    expect(status().reasons.map(({ kind }) => kind)).toEqual(['error_rate', 'circuit_open']);
    world.callsFail = false;
    await clock.advance(10_000);
    await client.hello();
    expect(status()).toMatchObject({ status: 'degraded', breaker: 'closed' });
    registry.isolate(ref);
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable' });
    expect(status()).toMatchObject({ status: 'unhealthy', breaker: 'isolated' });
    registry.resetBreaker(ref);
    await client.hello();
    expect(status()).toMatchObject({ status: 'degraded', breaker: 'closed' });
  });

  it('is looked after by checks, but not while it was opened by hand', async () => {
    const { world, client, status, clock, registry } = await running();
    world.callsFail = true;
    for (let call = 0; call < 5; call += 1) await client.hello().catch(() => undefined);
    await clock.advance(60_000);
    expect(status()).toMatchObject({ status: 'healthy', breaker: 'closed' });
    const before = world.checks.length;
    registry.isolate(ref);
    await clock.advance(300_000);
    expect([status().status, world.checks.length]).toEqual(['unhealthy', before]);
  });
});

describe('what is announced', () => {
  it('degrades while the vendor asked to wait, and no longer', async () => {
    const { client, status, clock, world } = await running();
    await client.parked({ timeoutMs: 1_000 }).catch(() => undefined);
    expect(status().parkedUntil).toBe(clock.now() + 60_000);
    expect(status().reasons.map(({ kind }) => kind)).toContain('parked');
    const before = world.checks.length;
    await clock.advance(59_999);
    expect(world.checks.length).toBe(before);
    await clock.advance(1);
    expect(status().reasons.map(({ kind }) => kind)).not.toContain('parked');
  });

  it('degrades before something expires, and is well again when it was renewed', async () => {
    const hour = 3_600_000;
    const { client, status, clock } = await running({
      idleMs: Number.POSITIVE_INFINITY,
      health: { checkIntervalMs: 0 },
    });
    await client.expireIn(48 * hour);
    expect(status()).toMatchObject({
      status: 'healthy',
      forecasts: [{ kind: 'key', at: clock.now() + 48 * hour }],
    });
    await clock.advance(24 * hour);
    expect(status()).toMatchObject({ status: 'degraded', reasons: [{ kind: 'expiring' }] });
    await client.expireIn(72 * hour);
    expect(status()).toMatchObject({ status: 'healthy', forecasts: [{ at: clock.now() + 72 * hour }] });
    await client.expireIn(hour);
    expect(status().status).toBe('degraded');
    await client.expireIn(-1);
    expect(status()).toMatchObject({ status: 'healthy', forecasts: [] });
    await settle();
  });
});
