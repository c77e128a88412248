/** Replicas: what waits for them, what they miss, and what becomes of it. */
import { memoryState, sleep } from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { faulty, outage, seeded } from '../__fixtures__/faults.ts';
import { sample } from '../conformance/help.ts';
import { createObjectStore, memoryDriver, type ObjectStore } from '../index.ts';
import {
  createJournal,
  type Journal,
  memoryJournal,
  type ReplicateOptions,
  replicate,
  stateStorage,
  verify,
} from '../multi.ts';

const names = ['a', 'b', 'c'] as const;

function open(
  more: Partial<ReplicateOptions<never, never>> = {},
  clock: VirtualClock = createVirtualClock(),
  journal: Journal = memoryJournal({ clock }),
) {
  const members = names.map((name) => {
    const { driver, faults } = faulty(memoryDriver({ clock }));
    return { store: createObjectStore(driver, { name }), faults };
  });
  const [a, b, c] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
  const options = { primary: a.store, replicas: [b.store, c.store], journal, clock, partBytes: 1000 };
  const store = replicate({ ...options, ...(more as object) });
  return { a, b, c, store, clock, journal };
}
const textOf = async (store: Pick<ObjectStore, 'get'>, key: string) => (await store.get(key)).text();
const agree = async (...stores: readonly ObjectStore[]) => {
  const [first, ...others] = stores as [ObjectStore, ...ObjectStore[]];
  for (const other of others)
    expect(await verify(first, other, { deep: true })).toMatchObject({
      isClean: true,
      missing: [],
      extra: [],
      different: [],
    });
};

describe('a replicated store', () => {
  it('has only what its members can do together, by type and at run time', async () => {
    const { store } = open();
    const can: ObjectStore<'conditionalWrites' | 'multipart' | 'tags' | 'storageClasses'> = store;
    expect([...can.abilities].sort()).toEqual(
      [
        'conditionalCopy',
        'conditionalDelete',
        'conditionalWrites',
        'multipart',
        'storageClasses',
        'tags',
      ].sort(),
    );
    // @ts-expect-error a version is one store's
    expect(store.listVersions).toBeUndefined();
    // @ts-expect-error nobody would replicate what comes by a presigned URL
    expect(store.presignPut).toBeUndefined();
    const { uploads: _, ...bare } = memoryDriver();
    const less = createObjectStore(
      { ...bare, versions: undefined, abilities: { tags: true } },
      { name: 'less' },
    );
    const mixed = replicate({
      primary: createObjectStore(memoryDriver(), { name: 'more' }),
      replicas: [less],
      journal: memoryJournal(),
    });
    // @ts-expect-error not all have multipart
    await expect(mixed.put('k', new Blob(['x']).stream())).rejects.toMatchObject({ code: 'unimplemented' });
    await mixed.put('k', 'x', { ifNoneMatch: '*', tags: { a: 'b' } });
    expect((await less.head('k')).tags).toEqual({ a: 'b' });
  });

  it('refuses stores that cannot be told apart, none at all, and a wait that cannot be met', () => {
    const one = createObjectStore(memoryDriver(), { name: 'one' });
    const other = createObjectStore(memoryDriver(), { name: 'other' });
    const journal = memoryJournal();
    expect(() => replicate({ primary: one, replicas: [one], journal })).toThrow(/same name/);
    expect(() => replicate({ primary: one, replicas: [], journal })).toThrow(/no replica/);
    for (const wait of [-1, 2, 0.5, Number.NaN])
      expect(() => replicate({ primary: one, replicas: [other], journal, wait })).toThrow(/wait is/);
    expect(() => replicate({ primary: one, replicas: [{ name: 'x' }], journal })).toThrow(/no driver below/);
  });

  it('has every write in all stores before it resolves: puts, streams in parts, copies, deletes', async () => {
    const { a, b, c, store, journal } = open();
    await store.put('small', 'x', { metadata: { m: 'ü' }, tags: { t: '1' }, contentType: 'text/x-test' });
    await store.put('large', new Blob([Buffer.from(sample(10_500))]).stream());
    await store.copy('large', 'copied');
    await store.put('gone', 'x');
    await store.delete('gone');
    await store.deleteMany(['never', 'small-not']);
    for (const { store: each } of [b, c]) {
      expect((await each.list().toArray()).map(({ key }) => key)).toEqual(['copied', 'large', 'small']);
      expect(await each.head('small')).toMatchObject({
        metadata: { m: 'ü' },
        tags: { t: '1' },
        contentType: 'text/x-test',
      });
    }
    await agree(a.store, b.store, c.store);
    expect(['a', 'b', 'c'].map((name) => journal.backlog(name).count)).toEqual([0, 0, 0]);
  });

  it('reads its source once, at the pace of the slowest store, holding no more than the parts under way', async () => {
    const { a, b, c, store } = open({ concurrency: 3 });
    let given = 0;
    let most = 0;
    const arrived = { a: 0, b: 0, c: 0 };
    const count =
      (name: keyof typeof arrived, isSlow: boolean) =>
      async ({ operation }: { operation: string }) => {
        if (operation !== 'uploads.putPart') return;
        if (isSlow) for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        arrived[name] += 1000;
      };
    a.faults.after = count('a', false);
    b.faults.after = count('b', false);
    c.faults.after = count('c', true);
    async function* source() {
      for (let index = 0; index < 200; index += 1) {
        yield sample(500, index);
        given += 500;
        most = Math.max(most, given - arrived.c);
      }
    }
    await store.put('large', source());
    expect(arrived).toEqual({ a: 100_000, b: 100_000, c: 100_000 });
    expect(given).toBe(100_000);
    // Three parts under way, one that is being filled, and what is read before it is known whether it is large.
    expect(most).toBeLessThanOrEqual(5_500);
    await agree(a.store, b.store, c.store);
  });

  it('deletes many keys with few requests', async () => {
    const { a, b, c, store } = open();
    const keys = Array.from({ length: 250 }, (_, index) => `k${index}`);
    for (const key of keys) await store.put(key, 'x');
    const results = await store.deleteMany([...keys, 'absent']);
    expect(results.map(({ key }) => key)).toEqual([...keys, 'absent']);
    expect(results.every(({ error }) => error === undefined)).toBe(true);
    for (const { faults } of [a, b, c])
      expect(faults.calls.filter(({ operation }) => operation === 'delete')).toHaveLength(3);
    expect(await store.list().toArray()).toEqual([]);
    await agree(a.store, b.store, c.store);
  });

  it('takes as long as the slowest store where it may write to all at once, and takes back what the primary refuses', async () => {
    for (const atOnce of [false, true]) {
      const { a, b, c, store, clock } = open({ atOnce, soleWriter: true });
      for (const { faults } of [a, b, c])
        faults.before = ({ operation }) =>
          /^(put|uploads.complete)$/.test(operation)
            ? new Promise((resolve) => void clock.schedule(100, resolve))
            : undefined;
      const begun = clock.now();
      await clock.until(store.put('k', 'one'));
      expect(clock.now() - begun).toBe(atOnce ? 100 : 200);
      await clock.until(store.put('large', sample(5_000)));
      expect(clock.now() - begun).toBe(atOnce ? 200 : 400);
      await expect(clock.until(store.put('k', 'two', { ifNoneMatch: '*' }))).rejects.toMatchObject({
        code: 'failed_precondition',
      });
      a.faults.before = () => {
        throw outage();
      };
      await expect(clock.until(store.put('k', 'three'))).rejects.toMatchObject({ code: 'unavailable' });
      expect(await textOf(b.store, 'k')).toBe(atOnce ? 'three' : 'one');
      a.faults.before = undefined;
      await clock.until(store.replication.drain());
      expect(await textOf(b.store, 'k')).toBe('one');
      await agree(a.store, b.store, c.store);
    }
  });

  it('holds conditions at the primary; what loses there comes to no replica', async () => {
    const { a, b, c, store } = open();
    const { etag } = await store.put('k', 'one');
    const before = [b, c].map(({ faults }) => faults.calls.length);
    await expect(store.put('k', 'two', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expect(store.delete('k', { ifMatch: '"x"' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect([b, c].map(({ faults }) => faults.calls.length)).toEqual(before);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => store.put('k', `winner ${index}`, { ifMatch: etag })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await agree(a.store, b.store, c.store);
  });

  it('refuses a write before anything is written when too few replicas are up, and tells how long to wait', async () => {
    const { a, c, store } = open({ health: { failures: 1, coolDownMs: 7_000 } });
    c.faults.isDown = true;
    const first = store.put('k', 'one');
    await expect(first).rejects.toMatchObject({ code: 'unavailable', effect: 'unknown' });
    await expect(first).rejects.toThrow(/store a has it, but only 1 of 2 replicas/);
    const before = a.faults.calls.length;
    await expect(store.put('other', 'two')).rejects.toMatchObject({
      code: 'unavailable',
      effect: 'none',
      retryAfterMs: 7_000,
    });
    expect(a.faults.calls.length).toBe(before);
  });

  it('drops an upload before the primary completes it when a replica fails on the way', async () => {
    const { a, b, c, store } = open();
    let parts = 0;
    c.faults.before = ({ operation }) => {
      if (operation !== 'uploads.putPart') return;
      parts += 1;
      if (parts > 5) throw outage('unknown');
    };
    await expect(store.put('k', sample(50_000))).rejects.toMatchObject({ code: 'unavailable' });
    for (const { store: each } of [a, b, c]) {
      await expect(each.head('k')).rejects.toMatchObject({ code: 'not_found' });
      expect((await each.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual([]);
    }
  });
});

describe('what a replica misses', () => {
  it('is brought to it when it is back, each key once, however often it was written: 400 writes, 80 keys', async () => {
    const { a, b, c, store, clock } = open({ wait: 1 });
    c.faults.isDown = true;
    const random = seeded(7);
    for (let index = 0; index < 400; index += 1) {
      const key = `k/${Math.floor(random() * 80)}`;
      const kind = random();
      if (kind < 0.6) await store.put(key, sample(Math.floor(random() * 900), index));
      else if (kind < 0.75) await store.put(key, sample(2_500, index));
      else if (kind < 0.9) await store.delete(key);
      else
        await store
          .copy(key, `${key}-copy`)
          .catch((error) => expect(error).toMatchObject({ code: 'not_found' }));
    }
    await agree(a.store, b.store);
    expect(
      await c.store
        .list()
        .toArray()
        .catch(() => 'down'),
    ).toBe('down');
    const [lagB, lagC] = store.replication.lag();
    expect(lagB).toMatchObject({ store: 'b', keys: 0, state: 'in step', oldestMs: 0 });
    expect(lagC).toMatchObject({ store: 'c', state: 'down', error: { code: 'unavailable' } });
    expect(lagC?.keys).toBeGreaterThan(60);
    await clock.advance(3_600_000);
    expect(store.replication.lag()[1]?.oldestMs).toBeGreaterThanOrEqual(3_600_000);

    c.faults.isDown = false;
    await clock.until(store.replication.drain());
    await agree(a.store, b.store, c.store);
    expect(store.replication.lag()[1]).toEqual({ store: 'c', keys: 0, oldestMs: 0, state: 'in step' });
    const written = c.faults.calls.filter(({ operation }) => /^(put|uploads\.complete)$/.test(operation));
    expect(new Set(written.map(({ key }) => key)).size).toBe(written.length);
  });

  it('is asked for rarely while it is down: one call a wait, with growing waits', async () => {
    const { c, store, clock } = open({
      wait: 1,
      health: { failures: 1, coolDownMs: 1_000, longestCoolDownMs: 60_000 },
    });
    c.faults.isDown = true;
    for (let index = 0; index < 50; index += 1) await store.put(`k${index}`, 'x');
    await clock.advance(10 * 60_000);
    // 1, 3, 7, 15, 31, 63 s, and then every minute.
    expect(c.faults.refused.length).toBeLessThanOrEqual(20);
    c.faults.isDown = false;
    await clock.advance(60_000);
    expect(store.replication.lag()[1]).toMatchObject({ keys: 0, state: 'in step' });
  });

  it('follows by itself when nobody waits for it, also a key that is written all the time', async () => {
    const { a, b, c, store, clock } = open({ wait: 0 });
    for (let index = 0; index < 30; index += 1) {
      await store.put('hot', `${index}`);
      if (index % 7 === 0) await clock.advance(1);
    }
    expect(a.faults.calls.filter(({ operation }) => operation === 'put')).toHaveLength(30);
    await clock.advance(5_000);
    expect([await textOf(b.store, 'hot'), await textOf(c.store, 'hot')]).toEqual(['29', '29']);
    await agree(a.store, b.store, c.store);
  });

  it('is never an older state under a newer one: the primary is looked at again after each copy', async () => {
    const { a, b, c, store, clock } = open({ wait: 0 });
    await store.put('k', 'one');
    let isFirst = true;
    b.faults.before = async ({ operation }) => {
      if (operation !== 'put' || !isFirst) return;
      isFirst = false;
      // While the copy of "one" is on its way, somebody else writes past us.
      await a.store.put('k', 'two');
    };
    await clock.until(store.replication.drain());
    expect(await textOf(b.store, 'k')).toBe('two');
    await agree(a.store, b.store, c.store);
  });

  it('is mended when two processes write the same key, and the later one comes to the replica first', async () => {
    const clock = createVirtualClock();
    const one = open({}, clock);
    const replicas = [one.b.store, one.c.store];
    const other = replicate({ primary: one.a.store, replicas, journal: memoryJournal({ clock }), clock });
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    one.b.faults.before = async ({ operation }) => {
      if (operation !== 'put') return;
      one.b.faults.before = undefined;
      arrived.resolve();
      await held.promise;
    };
    const slow = one.store.put('k', 'earlier');
    await arrived.promise;
    await other.put('k', 'later');
    held.resolve();
    await slow;
    expect(await textOf(one.b.store, 'k')).toBe('earlier');
    await clock.until(one.store.replication.drain());
    expect(await textOf(one.b.store, 'k')).toBe('later');
    await agree(one.a.store, ...replicas);
  });

  it('is not deleted because the primary’s bucket is gone', async () => {
    const { a, b, c, store, clock } = open({ wait: 0 });
    await store.put('k', 'x');
    await clock.until(store.replication.drain());
    await store.put('k', 'y');
    const missing = () => {
      throw Object.assign(outage(), { code: 'not_found', retryable: false });
    };
    a.faults.before = missing;
    await clock.advance(30_000);
    expect(await textOf(b.store, 'k')).toMatch(/^[xy]$/);
    expect(await textOf(c.store, 'k')).toMatch(/^[xy]$/);
    a.faults.before = undefined;
    await clock.until(store.replication.drain());
    await agree(a.store, b.store, c.store);
  });

  it('is the same after an abort at any moment', async () => {
    const { a, b, c, store, clock } = open();
    const reason = new Error('enough');
    for (let turns = 0; turns < 40; turns += 1) {
      const aborting = new AbortController();
      const put = store.put(`k${turns % 5}`, sample(3_000, turns), { signal: aborting.signal });
      const outcome = put.then(
        () => 'done',
        (error: unknown) => error,
      );
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      aborting.abort(reason);
      expect(['done', reason]).toContain(await outcome);
    }
    await clock.until(store.replication.drain());
    await agree(a.store, b.store, c.store);
  });

  it('is not looked for while it is being written: a put is one call at each store, and one look', async () => {
    const { a, b, c, store, clock } = open({ wait: 1 });
    // Long enough for the work in the background to come in between.
    for (const { faults } of [a, b, c]) faults.after = () => sleep(clock, 10);
    const put = async (index: number) => void (await store.put(`k/${index}`, 'x'));
    await clock.until(Promise.all(Array.from({ length: 50 }, (_, index) => put(index))));
    await clock.until(store.replication.drain());
    const counts = [a, b, c].map(({ faults }) =>
      Object.entries(Object.groupBy(faults.calls, ({ operation }) => operation)).map(
        ([operation, calls]) => `${operation} ${calls?.length}`,
      ),
    );
    expect(counts).toEqual([['put 50', 'head 50'], ['put 50'], ['put 50']]);
  });

  it.each([1, 2, 3, 4, 5])(
    'is nothing after 1,000 operations on stores that fail at random, seed %i',
    { timeout: 60_000 },
    async (seed) => {
      const { a, b, c, store, clock } = open({ wait: seed % 3 });
      const random = seeded(seed);
      const flaky = (rate: number, isAnswerLost: boolean) => () => {
        if (random() < rate) throw outage(random() < 0.5 || isAnswerLost ? 'unknown' : 'none');
      };
      for (const [{ faults }, rate] of [
        [a, 0.03],
        [b, 0.1],
        [c, 0.2],
      ] as const) {
        faults.before = flaky(rate, false);
        // What has worked cannot be said to have had no effect.
        faults.after = flaky(rate / 2, true);
      }
      let failed = 0;
      const operations = Array.from({ length: 1_000 }, (_, index) => async () => {
        const key = `k/${Math.floor(random() * 40)}`;
        const kind = random();
        try {
          if (kind < 0.5) await store.put(key, sample(Math.floor(random() * 900), index));
          else if (kind < 0.65) await store.put(key, sample(2_500, index));
          else if (kind < 0.8) await store.delete(key);
          else await store.copy(key, `k/${Math.floor(random() * 40)}`);
        } catch {
          failed += 1;
        }
      });
      const next = operations.values();
      const worker = async () => {
        for (const operation of next) await operation();
      };
      await clock.until(Promise.all([worker(), worker(), worker(), worker()]));
      expect(failed).toBeGreaterThan(20);
      await clock.until(store.replication.drain());
      for (const { faults } of [a, b, c]) faults.before = faults.after = undefined;
      await agree(a.store, b.store, c.store);
    },
  );
});

describe('a journal', () => {
  it('survives in a state store, and is worked off by the next process at once where the former one ended', async () => {
    const clock = createVirtualClock();
    const state = memoryState(clock);
    const first = open({ wait: 1 }, clock, createJournal(stateStorage(state), { clock }));
    first.c.faults.isDown = true;
    for (let index = 0; index < 200; index += 1) await first.store.put(`k${index}`, `${index}`);
    await first.store.replication[Symbol.asyncDispose]();
    await first.journal[Symbol.asyncDispose]();

    first.c.faults.isDown = false;
    const journal = createJournal(stateStorage(state), { clock });
    const [a, b, c] = [first.a.store, first.b.store, first.c.store];
    const again = replicate({ primary: a, replicas: [b, c], journal, clock });
    await clock.until(again.replication.drain());
    await agree(a, b, c);
    expect(await stateStorage(state).names()).toEqual([]);
  });

  it('of a process that is gone without a word is taken over after a while, not before', async () => {
    const clock = createVirtualClock();
    const texts = new Map<string, string>();
    const entry = { id: 'x', key: 'k', source: 'a', targets: ['b'], at: clock.now() };
    const owner = 'ffffffffffff-1-other';
    texts.set(`${owner}/1`, JSON.stringify({ owner, isReleased: false, entries: [entry] }));
    const storage = {
      names: async () => [...texts.keys()],
      read: async (name: string) => texts.get(name),
      write: async (name: string, text: string) => void texts.set(name, text),
      remove: async (name: string) => void texts.delete(name),
    };
    const journal = createJournal(storage, { clock, takeOverMs: 30_000 });
    expect(await journal.refresh()).toBe(30_000);
    expect(journal.backlog('b').count).toBe(0);
    await clock.advance(30_000);
    expect(await journal.refresh()).toBeUndefined();
    expect(journal.isBehind('b', 'k')).toBe(true);
    expect([...texts.keys()]).toHaveLength(1);
    expect([...texts.keys()][0]).not.toContain(owner);
  });

  it('writes what comes at once together, and nothing when it cannot', async () => {
    const written: string[] = [];
    let isDown = false;
    const texts = new Map<string, string>();
    const journal = createJournal({
      names: async () => [...texts.keys()],
      read: async (name) => texts.get(name),
      async write(name, text) {
        await new Promise(setImmediate);
        if (isDown) throw outage();
        written.push(name);
        texts.set(name, text);
      },
      remove: async (name) => void texts.delete(name),
    });
    const line = (index: number) => ({ key: `k${index}`, source: 'a', targets: ['b'] });
    await Promise.all(Array.from({ length: 60 }, (_, index) => journal.append(line(index))));
    expect(written.length).toBeLessThanOrEqual(2);
    isDown = true;
    await expect(journal.append(line(100))).rejects.toMatchObject({ code: 'unavailable' });
    expect(journal.isBehind('b', 'k100')).toBe(false);
    isDown = false;
    await journal.flush();
    expect([...texts.values()].join()).not.toContain('k100');
  });

  it('that cannot be written lets nobody count as in step, until it can', async () => {
    const clock = createVirtualClock();
    const texts = new Map<string, string>();
    let isDown = false;
    const change = async (work: () => unknown) => {
      await new Promise(setImmediate);
      if (isDown) throw outage();
      work();
    };
    const journal = createJournal(
      {
        names: async () => [...texts.keys()],
        read: async (name) => texts.get(name),
        write: (name, text) => change(() => texts.set(name, text)),
        remove: (name) => change(() => texts.delete(name)),
      },
      { clock },
    );
    const { b, c, store } = open({ wait: 0 }, clock, journal);
    await store.put('k', 'x');
    isDown = true;
    await clock.advance(10_000);
    expect(await textOf(b.store, 'k')).toBe('x');
    expect(store.replication.lag()).toMatchObject([
      { keys: 1, state: 'behind', error: { code: 'unavailable' } },
      { keys: 1, state: 'behind', error: { code: 'unavailable' } },
    ]);
    isDown = false;
    await clock.until(store.replication.drain());
    expect(await textOf(c.store, 'k')).toBe('x');
    expect([...texts.keys()]).toEqual([]);
  });

  it('that cannot be written lets no write begin', async () => {
    const clock = createVirtualClock();
    const storage = {
      names: async () => [],
      read: async () => undefined,
      write: () => Promise.reject(outage()),
      remove: async () => {},
    };
    const { a, store } = open({}, clock, createJournal(storage, { clock }));
    await expect(store.put('k', 'x')).rejects.toMatchObject({ code: 'unavailable' });
    expect(a.faults.calls.filter(({ operation }) => operation === 'put')).toEqual([]);
  });

  it('that is damaged is told, by name', async () => {
    const clock = createVirtualClock();
    const storage = {
      names: async () => ['o/1'],
      read: async () => '{"entries":[{}]}',
      write: async () => {},
      remove: async () => {},
    };
    const { store } = open({}, clock, createJournal(storage, { clock }));
    await clock.advance(5_000);
    expect(store.replication.lag()[0]?.error).toMatchObject({ code: 'internal' });
    expect(String(store.replication.lag()[0]?.error)).toMatch(/"o\/1" is damaged/);
  });
});
