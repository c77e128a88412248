/** Reads by latency. */
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { faulty, seeded } from '../__fixtures__/faults.ts';
import { createObjectStore, memoryDriver } from '../index.ts';
import { type MirrorOptions, memoryJournal, mirror, replicate } from '../multi.ts';

function open(more: Partial<MirrorOptions<never>> = {}) {
  const clock = createVirtualClock();
  const latency: Record<string, number> = { a: 80, b: 20, c: 40 };
  const member = (name: string) => {
    const { driver, faults } = faulty(memoryDriver({ clock }));
    faults.before = ({ operation }) =>
      operation === 'get'
        ? new Promise<void>((resolve) => void clock.schedule(latency[name] ?? 0, resolve))
        : undefined;
    return { store: createObjectStore(driver, { name }), faults };
  };
  const [a, b, c] = [member('a'), member('b'), member('c')];
  const options = { primary: a.store, mirrors: [b.store, c.store], clock, random: seeded(5), explore: 0.1 };
  const store = mirror({ ...options, ...(more as object) });
  const get = async (key: string) => (await clock.until(store.get(key))).text();
  const everywhere = async (key: string) => {
    for (const { store: each } of [a, b, c]) await each.put(key, key);
  };
  const gets = () =>
    [a, b, c].map(({ faults }) => faults.calls.filter(({ operation }) => operation === 'get').length);
  return { a, b, c, store, clock, latency, get, gets, everywhere };
}

describe('a mirrored store', () => {
  it('asks the fastest nearly always, and finds out when another has become faster: 1,200 reads', async () => {
    const { get, gets, latency, everywhere, store } = open();
    await everywhere('k');
    for (let index = 0; index < 600; index += 1) await get('k');
    const before = gets();
    expect(before[1]).toBeGreaterThan(450);
    expect(Math.min(...before)).toBeGreaterThan(5);
    const [a, b, c] = store.mirror.status();
    expect([a?.latencyMs, b?.latencyMs, c?.latencyMs].map((ms) => Math.round(ms ?? 0))).toEqual([80, 20, 40]);
    latency.b = 300;
    for (let index = 0; index < 600; index += 1) await get('k');
    const after = gets().map((count, index) => count - (before[index] ?? 0));
    expect(after[2]).toBeGreaterThan(450);
    expect(after[1]).toBeLessThan(60);
  });

  it('falls back to the others while the fastest is down, and leaves it alone', async () => {
    const { get, gets, b, everywhere, store, clock } = open();
    await everywhere('k');
    for (let index = 0; index < 100; index += 1) await get('k');
    b.faults.isDown = true;
    const refused = b.faults.refused.length;
    for (let index = 0; index < 20; index += 1) expect(await get('k')).toBe('k');
    expect(b.faults.refused.length - refused).toBe(3);
    expect(store.mirror.status()[1]).toMatchObject({ store: 'b', state: 'open' });
    b.faults.isDown = false;
    await clock.advance(60_000);
    const before = gets();
    for (let index = 0; index < 50; index += 1) await get('k');
    expect((gets()[1] ?? 0) - (before[1] ?? 0)).toBeGreaterThan(30);
  });

  it('takes the primary’s word for it that there is no such object', async () => {
    const { get, a, everywhere } = open();
    await everywhere('k');
    for (let index = 0; index < 50; index += 1) await get('k');
    await a.store.put('only at the primary', 'x');
    expect(await get('only at the primary')).toBe('x');
    await expect(get('nowhere')).rejects.toMatchObject({ code: 'not_found' });
    a.faults.isDown = true;
    await expect(get('nowhere')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('writes to the primary, and asks no mirror that is behind for the key', async () => {
    const clock = createVirtualClock();
    const [a, b] = ['a', 'b'].map((name) => createObjectStore(memoryDriver({ clock }), { name }));
    if (a === undefined || b === undefined) throw new Error('two stores');
    const journal = memoryJournal({ clock });
    const replicated = replicate({ primary: a, replicas: [b], wait: 0, journal, clock });
    const store = mirror({ primary: replicated, mirrors: [b], journal, clock, explore: 1, random: () => 0 });
    await store.put('k', 'one');
    await clock.until(replicated.replication.drain());
    expect(await (await store.get('k')).text()).toBe('one');
    expect(store.mirror.status()[1]?.reads).toBe(1);
    await store.put('k', 'two');
    expect(await (await store.get('k')).text()).toBe('two');
    expect(store.mirror.status()[1]?.reads).toBe(1);
  });

  it('answers under a condition by the primary, and has no conditional writes by type', async () => {
    const { store, a, b, everywhere, get, clock } = open();
    await everywhere('k');
    for (let index = 0; index < 30; index += 1) await get('k');
    const { etag } = await a.store.head('k');
    expect(await (await clock.until(store.get('k', { ifMatch: etag }))).text()).toBe('k');
    const other = (await b.store.head('k')).etag;
    await expect(clock.until(store.get('k', { ifMatch: other }))).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    // @ts-expect-error no conditional writes
    await expect(store.put('k', 'x', { ifMatch: etag })).rejects.toMatchObject({ code: 'unimplemented' });
  });
});
