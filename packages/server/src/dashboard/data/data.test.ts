import { latencyBoundsMs, type RegistryEvent } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { History, quantileMs, sinceStart, stepMs, steps, total, windowsOf } from './history.ts';
import { keyOf } from './incidents.ts';
import { QuotaTrend } from './quota.ts';
import { serviceLevels } from './service-levels.ts';
import { lookMs, Watch } from './watch.ts';

describe('a history', () => {
  it('holds what each step added, oldest first, and forgets what is older than the ring', () => {
    const history = new History();
    for (let step = 1; step <= steps + 2; step += 1) history.push(sampleStats(step * step, step));
    const windows = windowsOf([history]);
    expect(windows).toHaveLength(steps);
    expect(windows.at(-1)).toMatchObject({ calls: 62 * 62 - 61 * 61, failures: 1 });
    expect(windows[0]).toMatchObject({ calls: 9 - 4, failures: 1 });
    expect(total(windows).calls).toBe(62 * 62 - 4);
    expect(windowsOf([history, history, undefined], 1)).toEqual([
      expect.objectContaining({ calls: 2 * (62 * 62 - 61 * 61) }),
    ]);
  });

  it('begins anew when the counts do', () => {
    const history = new History(sampleStats(100));
    history.push(sampleStats(103));
    history.push(sampleStats(2));
    expect(windowsOf([history], 2).map(({ calls }) => calls)).toEqual([3, 2]);
  });

  it('spreads the calls of a bucket evenly, and knows no bound beyond the last', () => {
    const buckets = new Array<number>(latencyBoundsMs.length + 1).fill(0);
    expect(quantileMs({ buckets }, 0.95)).toBeUndefined();
    buckets[1] = 100;
    expect(quantileMs({ buckets }, 0.5)).toBe(7.5);
    expect(quantileMs({ buckets }, 1)).toBe(10);
    buckets[buckets.length - 1] = 100;
    expect(quantileMs({ buckets }, 0.95)).toBe(Number.POSITIVE_INFINITY);
    expect(sinceStart(sampleStats(4, 1).operations)).toMatchObject({ calls: 4, failures: 1 });
  });
});

describe('a quota', () => {
  it('is used up at the rate since it was last filled', () => {
    const trend = new QuotaTrend();
    const at = (seconds: number, quotaRemaining?: number) => trend.take({ quotaRemaining }, seconds * 1_000);
    at(0, 100);
    expect(trend.usedUpAt).toBeUndefined();
    at(10, 90);
    expect(trend.usedUpAt).toBe(100_000);
    at(20, 1_000);
    expect(trend.usedUpAt).toBeUndefined();
    at(30, 500);
    expect(trend.usedUpAt).toBe(40_000);
    at(40);
    expect(trend.usedUpAt).toBeUndefined();
  });
});

describe('service levels', () => {
  it('say what is left of the error budget, the smallest first', () => {
    const list = [
      sample({ tenant: 'calm', stats: sampleStats(1_000, 0) }),
      sample({ tenant: 'half', stats: sampleStats(1_000, 5) }),
      sample({ tenant: 'over', status: 'unhealthy', stats: sampleStats(1_000, 25) }),
      sample({ tenant: 'none', stats: sampleStats(10, 10) }),
      sample({ tenant: 'strict', stats: sampleStats(10, 1) }),
    ];
    const targets: Readonly<Record<string, number>> = { calm: 0.99, half: 0.99, over: 0.99, strict: 1 };
    const levels = serviceLevels(list, (tenant) => targets[tenant]);
    expect(
      levels.map(({ tenant, budgetLeft }) => [tenant, budgetLeft && Math.round(budgetLeft * 100)]),
    ).toEqual([
      ['over', -150],
      ['strict', -100],
      ['half', 50],
      ['calm', 100],
      ['none', undefined],
    ]);
    expect(levels[0]).toMatchObject({ troubled: 1, success: 0.975 });
  });
});

describe('the watch', () => {
  const event = (change: Partial<RegistryEvent>): RegistryEvent => ({
    at: 0,
    name: 'spotify_main',
    tenant: 'acme',
    provider: 'spotify',
    kind: 'status',
    says: 'x',
    ...change,
  });
  const open = (list: ReturnType<typeof sample>[]) => {
    const clock = createVirtualClock();
    const registry = sampleRegistry(list);
    return { clock, registry, watch: new Watch(registry, clock) };
  };

  it('takes a step of every history though nobody watches, and looks more often only while somebody does', async () => {
    const list = [sample()];
    const { clock, watch, registry } = open(list);
    let looks = 0;
    const { tenants } = registry;
    registry.tenants = () => {
      looks += 1;
      return tenants();
    };
    list[0] = sample({ stats: sampleStats(3) });
    await clock.advance(stepMs * 2);
    expect(looks).toBe(2);
    const close = await watch.open();
    await clock.advance(lookMs * 10);
    close();
    expect(looks).toBeGreaterThanOrEqual(12);
    const before = looks;
    await clock.advance(stepMs);
    expect(looks).toBe(before + 1);
    watch.close();
    await clock.advance(60_000);
    expect([looks, clock.pending]).toEqual([before + 1, 0]);
    expect(watch.past(keyOf(sample()))?.history?.active).toBe(true);
  });

  it('lets everybody go who waits when it is closed', async () => {
    const { watch } = open([]);
    await watch.open();
    const waiting = watch.beyond(watch.version);
    watch.close();
    await waiting;
    expect(watch.closed).toBe(true);
  });

  it('makes incidents of what was not well, with the worst of it and when it ended', async () => {
    const list = [
      sample({
        name: 'ill',
        status: 'degraded',
        since: 5,
        reasons: [{ kind: 'x', says: 'early', since: 5 }],
      }),
    ];
    const { clock, registry, watch } = open(list);
    await clock.advance(stepMs);
    registry.emit(event({ at: 10, to: 'degraded', says: 'healthy → degraded: slow: very' }));
    registry.emit(event({ at: 20, to: 'unhealthy', says: 'degraded → unhealthy: gone' }));
    registry.emit(event({ at: 30, to: 'degraded', says: 'unhealthy → degraded' }));
    registry.emit(event({ at: 40, to: 'healthy' }));
    registry.emit(event({ at: 50, tenant: 'zest', to: 'unhealthy' }));
    const acme = { name: 'spotify_main', tenant: 'acme', provider: 'spotify' };
    const first = { ...acme, from: 10, to: 40, times: 1, worst: 'unhealthy', says: 'degraded' };
    const early = { ...acme, name: 'ill', from: 5, times: 1, worst: 'degraded', says: 'early' };
    expect(watch.incidents('acme')).toEqual([first, early]);
    registry.emit(event({ at: 60_000, to: 'degraded', says: 'healthy → degraded: again' }));
    registry.emit(event({ at: 60_010, to: 'healthy' }));
    expect(watch.incidents('acme')[0]).toEqual({ ...first, to: 60_010, times: 2, says: 'again' });
    registry.emit(event({ at: 130_000, to: 'degraded' }));
    registry.emit(event({ at: 130_001, to: 'disabled' }));
    expect(watch.incidents('acme')).toHaveLength(3);
    expect(watch.incidents()).toHaveLength(4);
    list.pop();
    await clock.advance(stepMs);
    // Whoever is gone is not ill any more, and what a tenant that is gone left behind is forgotten.
    expect(watch.incidents().every(({ to }) => to !== undefined)).toBe(true);
    expect(watch.incidents('acme')).toEqual([]);
    watch.close();
  });

  it('keeps a bounded number of events, and of each tenant whatever the others do', async () => {
    const { registry, watch } = open([sample(), sample({ tenant: 'zest' })]);
    registry.emit(event({ tenant: 'zest', says: 'quiet one' }));
    for (let index = 0; index < 5_000; index += 1) registry.emit(event({ kind: 'retry', says: `${index}` }));
    registry.emit(event({ kind: 'check' }));
    expect(watch.events()).toHaveLength(200);
    expect(watch.events('acme')).toHaveLength(50);
    expect(watch.events('acme')[0]?.says).toBe('4999');
    expect(watch.events('zest').map(({ says }) => says)).toEqual(['quiet one']);
    watch.close();
  });

  it('keeps histories of 2,000 integrations at most, and takes in others when some are gone', async () => {
    const called = (index: number) => sample({ name: `n${index}`, stats: sampleStats(1) });
    const list = Array.from({ length: 2_100 }, (_, index) => called(index));
    const { clock, watch } = open(list);
    const count = () => watch.seen().filter(({ history }) => history !== undefined).length;
    await clock.advance(stepMs);
    expect(count()).toBe(2_000);
    list.splice(0, 1_000);
    await clock.advance(stepMs * 2);
    expect(count()).toBe(1_100);
    expect(watch.goneSince(-1).length).toBeLessThanOrEqual(1_000);
    watch.close();
  });
});
