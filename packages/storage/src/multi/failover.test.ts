/** Failing over: whom reads and writes go to, when not, and how what was written elsewhere comes back. */
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { type FaultyCall, faulty, outage, seeded } from '../__fixtures__/faults.ts';
import { keysOf, sample } from '../conformance/help.ts';
import { createObjectStore, memoryDriver, type ObjectStore } from '../index.ts';
import { createJournal, type FailoverOptions, failover, memoryJournal, replicate, verify } from '../multi.ts';

const health = { failures: 3, coolDownMs: 10_000, longestCoolDownMs: 40_000 };

function open(more: Partial<FailoverOptions<never, never>> = {}) {
  const clock = createVirtualClock();
  const member = (name: string) => {
    const { driver, faults } = faulty(memoryDriver({ clock }));
    return { store: createObjectStore(driver, { name }), faults };
  };
  const [a, b, c] = [member('a'), member('b'), member('c')];
  const journal = memoryJournal({ clock });
  const options = { primary: a.store, others: [b.store, c.store], journal, clock, health, partBytes: 1000 };
  const store = failover({ ...options, ...(more as object) });
  /** Puts the same in all, past the store. */
  const everywhere = async (key: string, text: string) => {
    for (const { store: each } of [a, b, c]) await each.put(key, text);
  };
  return { a, b, c, store, clock, journal, everywhere };
}
const textOf = async (store: Pick<ObjectStore, 'get'>, key: string) => (await store.get(key)).text();
const asked = ({ calls, refused }: { calls: FaultyCall[]; refused: FaultyCall[] }) =>
  calls.length + refused.length;

describe('reads', () => {
  it('go to the next store while the first is down, 200 of 200, and leave it alone after three failures', async () => {
    const { a, b, store, everywhere } = open();
    await everywhere('k', 'same');
    a.faults.isDown = true;
    const before = asked(a.faults);
    for (let index = 0; index < 200; index += 1) expect(await textOf(store, 'k')).toBe('same');
    expect(asked(a.faults) - before).toBe(3);
    expect(b.faults.calls.filter(({ operation }) => operation === 'get')).toHaveLength(200);
    expect(store.failover.status()).toMatchObject([
      { store: 'a', state: 'open', waitMs: 10_000, error: { code: 'unavailable' } },
      { store: 'b', state: 'closed', waitMs: 0 },
      { store: 'c', state: 'closed', waitMs: 0 },
    ]);
  });

  it('try the first again after its cool-down, one at a time and ever later, and go back to it when it is well', async () => {
    const { a, b, store, clock, everywhere } = open();
    await everywhere('k', 'same');
    a.faults.isDown = true;
    for (let index = 0; index < 3; index += 1) await textOf(store, 'k');
    const waits = [10_000, 20_000, 40_000, 40_000];
    for (const waitMs of waits) {
      await clock.advance(waitMs - 1);
      const before = asked(a.faults);
      await textOf(store, 'k');
      expect(asked(a.faults)).toBe(before);
      await clock.advance(1);
      await Promise.all(Array.from({ length: 10 }, () => textOf(store, 'k')));
      expect(asked(a.faults)).toBe(before + 1);
    }
    a.faults.isDown = false;
    await clock.advance(40_000);
    await textOf(store, 'k');
    const before = asked(b.faults);
    for (let index = 0; index < 5; index += 1) await textOf(store, 'k');
    expect(asked(b.faults)).toBe(before);
    expect(store.failover.status()[0]).toEqual({ store: 'a', state: 'closed', waitMs: 0 });
  });

  it('do not fail over for what is an answer: not found, a condition, a bad range, a refusal', async () => {
    const { a, b, store, everywhere } = open();
    await everywhere('k', 'same');
    await b.store.put('only b', 'x');
    const before = asked(b.faults);
    await expect(store.get('only b')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.get('k', { ifMatch: '"x"' })).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(store.get('k', { range: { offset: 99 } })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    a.faults.before = () => {
      throw Object.assign(outage(), { code: 'permission_denied', retryable: false });
    };
    await expect(store.head('k')).rejects.toMatchObject({ code: 'permission_denied' });
    expect(asked(b.faults)).toBe(before);
    expect(store.failover.status()[0]?.state).toBe('closed');
  });

  it('say who was asked when nobody can answer, and when it is worth another try', async () => {
    const { a, b, c, store } = open();
    for (const { faults } of [a, b, c]) faults.isDown = true;
    for (let index = 0; index < 3; index += 1)
      await expect(store.get('k')).rejects.toMatchObject({ code: 'unavailable' });
    const before = asked(a.faults);
    const failed = store.get('k');
    await expect(failed).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 10_000,
      operation: 'get',
    });
    await expect(failed).rejects.toThrow(/a: unavailable, b: unavailable, c: unavailable.*key "k", store a/);
    expect(asked(a.faults)).toBe(before);
  });

  it('of a list go on at the next store in the middle of it: each key once, in order', async () => {
    const { a, b, store } = open();
    const keys = Array.from({ length: 2_500 }, (_, index) => `k/${String(index).padStart(4, '0')}`);
    for (const { store: each } of [a, b]) for (const key of keys) await each.put(key, '');
    const seen: string[] = [];
    for await (const { key } of store.list({ pageSize: 300 })) {
      seen.push(key);
      if (seen.length === 750) a.faults.isDown = true;
    }
    expect(seen).toEqual(keys);
    expect(b.faults.calls.some(({ operation }) => operation === 'list')).toBe(true);
  });

  it('are aborted with the caller’s reason, and an abort is nobody’s failure', async () => {
    const { a, store, everywhere } = open();
    await everywhere('k', 'x');
    const aborting = new AbortController();
    const reason = new Error('enough');
    a.faults.before = async () => {
      aborting.abort(reason);
      await new Promise(setImmediate);
      throw reason;
    };
    await expect(store.get('k', { signal: aborting.signal })).rejects.toBe(reason);
    expect(store.failover.status()[0]).toEqual({ store: 'a', state: 'closed', waitMs: 0 });
  });
});

describe('writes', () => {
  it('are the primary’s alone without a journal', async () => {
    const { a, b, store } = open({ journal: undefined });
    a.faults.isDown = true;
    await expect(store.put('k', 'x')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.delete('k')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.copy('k', 'l')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.put('k', sample(5_000))).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked(b.faults)).toBe(0);
  });

  it('go to the next store while the primary is down, and are brought back when it is well: 300 of 300', async () => {
    const { a, b, store, clock, everywhere } = open();
    for (let index = 0; index < 20; index += 1) await everywhere(`k/${index}`, 'old');
    const random = seeded(3);
    for (let index = 0; index < 300; index += 1) {
      if (index === 100) a.faults.isDown = true;
      if (index === 200) {
        a.faults.isDown = false;
        await clock.advance(40_000);
      }
      const key = `k/${Math.floor(random() * 60)}`;
      const kind = random();
      if (kind < 0.5) await store.put(key, `${index}`);
      else if (kind < 0.65) await store.put(key, sample(3_000, index));
      else if (kind < 0.85) await store.delete(key);
      else
        await store
          .copy(key, `${key}-copy`)
          .catch((error) => expect(error).toMatchObject({ code: 'not_found' }));
    }
    expect(
      b.faults.calls.filter(({ operation }) => /^(put|delete|uploads.complete)$/.test(operation)).length,
    ).toBeGreaterThan(60);
    await clock.until(store.failover.drain());
    expect(store.failover.lag()).toMatchObject([
      { store: 'a', keys: 0, state: 'in step' },
      { store: 'b', keys: 0, state: 'in step' },
      { store: 'c', keys: 0, state: 'in step' },
    ]);
    for (const key of await keysOf(store)) expect(await textOf(store, key)).toBe(await textOf(a.store, key));
  });

  it('are seen by the next read, also by the first one that the primary answers again, and in lists', async () => {
    const { a, store, clock, everywhere } = open();
    await everywhere('k', 'old');
    await everywhere('gone', 'old');
    a.faults.isDown = true;
    await store.put('k', 'new');
    await store.put('fresh', 'new');
    await store.delete('gone');
    expect(await textOf(store, 'k')).toBe('new');
    a.faults.isDown = false;
    await clock.advance(9_999);
    expect(await textOf(store, 'k')).toBe('new');
    await expect(store.head('gone')).rejects.toMatchObject({ code: 'not_found' });
    expect(await keysOf(store)).toEqual(['fresh', 'k']);
    await clock.advance(60_000);
    expect(await textOf(a.store, 'k')).toBe('new');
    expect(await keysOf(a.store)).toEqual(['fresh', 'k']);
  });

  it('that went elsewhere after a single failure are brought back before the key is read, listed, copied or conditioned again', async () => {
    const uses: Readonly<Record<string, (store: ReturnType<typeof open>['store']) => Promise<unknown>>> = {
      get: async (store) => expect(await textOf(store, 'k')).toBe('new'),
      head: async (store) => expect((await store.head('k')).size).toBe(3),
      list: async (store) => expect(await keysOf(store)).toEqual(['k']),
      copy: async (store) => expect((await store.copy('k', 'copied')).size).toBe(3),
      condition: async (store) =>
        expect(store.put('k', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
          code: 'failed_precondition',
        }),
    };
    for (const [name, use] of Object.entries(uses)) {
      const { a, b, store } = open();
      a.faults.isDown = true;
      await store.put('k', 'new');
      a.faults.isDown = false;
      const before = b.faults.calls.filter(
        ({ operation }) => operation === 'list' || operation === 'copy',
      ).length;
      await use(store);
      expect(await textOf(a.store, 'k'), name).toBe('new');
      const after = b.faults.calls.filter(
        ({ operation }) => operation === 'list' || operation === 'copy',
      ).length;
      expect(after, `${name} was answered by the primary`).toBe(before);
    }
  });

  it('under a condition never fail over, and are judged by what was brought back', async () => {
    const { a, b, store, clock } = open();
    const first = await store.put('k', 'one');
    a.faults.isDown = true;
    const before = asked(b.faults);
    await expect(store.put('k', 'x', { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'unavailable',
      effect: 'none',
    });
    await expect(store.put('new', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.delete('k', { ifMatch: first.etag })).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked(b.faults)).toBe(before);
    await store.put('k', 'two');
    await store.put('new', 'two');
    a.faults.isDown = false;
    await clock.advance(9_999);
    await clock.advance(1);
    // The primary has "one" still, or not: the condition must not hold on it.
    await expect(store.put('k', 'x', { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expect(store.put('new', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect([await textOf(a.store, 'k'), await textOf(a.store, 'new')]).toEqual(['two', 'two']);
  });

  it('whose outcome is unknown are done again only where that does no harm', async () => {
    const { a, b, store, clock } = open();
    const { etag } = await store.put('k', 'one');
    a.faults.after = ({ operation }) => {
      if (/^(put|uploads.complete)$/.test(operation)) throw outage('unknown');
    };
    const before = asked(b.faults);
    await expect(store.put('k', 'two', { ifMatch: etag })).rejects.toMatchObject({
      code: 'unavailable',
      effect: 'unknown',
    });
    await expect(store.put('c', sample(3_000), { ifNoneMatch: '*' })).rejects.toMatchObject({
      effect: 'unknown',
    });
    await expect(store.put('u', sample(3_000))).rejects.toMatchObject({
      code: 'unavailable',
      effect: 'unknown',
    });
    expect(asked(b.faults)).toBe(before);
    await clock.advance(60_000);
    await store.put('k', 'three');
    expect(await textOf(b.store, 'k')).toBe('three');
    a.faults.after = undefined;
    await clock.until(store.failover.drain());
    expect(await textOf(a.store, 'k')).toBe('three');
  });

  it('pass over two stores that are down, and come back to both', async () => {
    const { a, b, c, store, clock } = open();
    a.faults.isDown = b.faults.isDown = true;
    await store.put('k', 'x');
    expect(await textOf(c.store, 'k')).toBe('x');
    c.faults.isDown = true;
    b.faults.isDown = false;
    await clock.advance(10_000);
    // b is known to be behind for the key: no answer is better than an old one.
    await expect(store.get('k')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.get('k')).rejects.toThrow(/b: it is behind for "k"|b: unavailable/);
    a.faults.isDown = c.faults.isDown = false;
    await clock.until(store.failover.drain());
    expect([await textOf(a.store, 'k'), await textOf(b.store, 'k')]).toEqual(['x', 'x']);
  });
});

describe('failover over a replicated store', () => {
  /** Two stores, one replicated to the other later, and a store that fails over between them; with a journal that can be looked into. */
  function pair() {
    const clock = createVirtualClock();
    const texts = new Map<string, string>();
    const storage = {
      names: async () => [...texts.keys()],
      read: async (name: string) => texts.get(name),
      write: async (name: string, text: string) => void texts.set(name, text),
      remove: async (name: string) => void texts.delete(name),
    };
    const [one, other] = [faulty(memoryDriver({ clock })), faulty(memoryDriver({ clock }))];
    const a = createObjectStore(one.driver, { name: 'a' });
    const b = createObjectStore(other.driver, { name: 'b' });
    /** As a process that begins finds it. What it held in memory is lost with it. */
    const begin = () => {
      const journal = createJournal(storage, { clock, takeOverMs: 0 });
      const replicated = replicate({ primary: a, replicas: [b], wait: 0, journal, clock });
      const store = failover({ primary: replicated, others: [b], journal, clock });
      const drain = () => Promise.all([store.failover.drain(), replicated.replication.drain()]);
      const end = () =>
        Promise.all([store.failover[Symbol.asyncDispose](), replicated.replication[Symbol.asyncDispose]()]);
      return { journal, replicated, store, drain, end };
    };
    return { clock, a, b, faultsOfA: one.faults, faultsOfB: other.faults, begin };
  }

  it('brings nothing old back over a plain primary either, which is not replicated', async () => {
    const { clock, a, b, faultsOfA, begin } = pair();
    await begin().end();
    const open = () => {
      const { journal, end } = begin();
      return { store: failover({ primary: a, others: [b], journal, clock }), end };
    };
    const first = open();
    faultsOfA.isDown = true;
    await first.store.put('k', 'second');
    faultsOfA.isDown = false;
    await first.store.put('k', 'third');
    await first.store.failover[Symbol.asyncDispose]();
    await first.end();
    const second = open();
    await clock.until(second.store.failover.drain());
    expect(await textOf(a, 'k')).toBe('third');
  });

  it('does not wait for ever where nobody knows whether a write past the primary came to anything', async () => {
    for (const isWritten of [false, true]) {
      const { clock, a, b, faultsOfA, faultsOfB, begin } = pair();
      const { store, drain, journal } = begin();
      await store.put('k', 'first');
      faultsOfA.isDown = true;
      const lost = ({ operation }: FaultyCall) => {
        if (operation === 'put') throw outage('unknown');
      };
      faultsOfB[isWritten ? 'after' : 'before'] = lost;
      await expect(store.put('k', 'second')).rejects.toMatchObject({
        code: 'unavailable',
        effect: 'unknown',
      });
      expect([journal.isBehind('a', 'k'), journal.isBehind('b', 'k')]).toEqual([true, true]);
      await expect(store.get('k')).rejects.toMatchObject({ code: 'unavailable' });
      faultsOfA.isDown = false;
      faultsOfB.before = faultsOfB.after = undefined;
      await clock.until(drain());
      expect([await textOf(a, 'k'), await textOf(b, 'k')]).toEqual(['first', 'first']);
    }
  });

  it('brings nothing old back when the process ends without a word right after a write: 3 kinds', async () => {
    const writes: readonly ((
      store: ReturnType<ReturnType<typeof pair>['begin']>['store'],
    ) => Promise<unknown>)[] = [
      (store) => store.put('k', 'third'),
      (store) => store.put('k', 'third', { contentType: 'text/plain' }).then(() => store.head('k')),
      async (store) => store.put('k', 'third', { ifMatch: (await store.head('k')).etag }),
    ];
    for (const write of writes) {
      const { clock, a, b, faultsOfA, begin } = pair();
      const first = begin();
      await first.store.put('k', 'first');
      faultsOfA.isDown = true;
      await first.store.put('k', 'second');
      faultsOfA.isDown = false;
      await write(first.store);
      expect(await textOf(a, 'k')).toBe('third');
      // The background work ends with the process; what the journal's memory knew is gone.
      await first.end();
      const second = begin();
      await clock.until(second.drain());
      expect([await textOf(a, 'k'), await textOf(b, 'k')]).toEqual(['third', 'third']);
    }
  });

  it('keeps the newer object when an older one was still on its way to the replica that took it', async () => {
    const clock = createVirtualClock();
    const { driver, faults } = faulty(memoryDriver({ clock }));
    const a = createObjectStore(driver, { name: 'a' });
    const b = createObjectStore(memoryDriver({ clock }), { name: 'b' });
    const journal = memoryJournal({ clock });
    const replicated = replicate({ primary: a, replicas: [b], wait: 0, journal, clock });
    const store = failover({ primary: replicated, others: [b], journal, clock });
    await store.put('k', 'older');
    expect(journal.isBehind('b', 'k')).toBe(true);
    faults.isDown = true;
    await store.put('k', 'newer');
    faults.isDown = false;
    const drained = replicated.replication.drain();
    await clock.advance(500);
    expect(await textOf(b, 'k')).toBe('newer');
    await clock.until(Promise.all([drained, store.failover.drain()]));
    expect([await textOf(a, 'k'), await textOf(b, 'k')]).toEqual(['newer', 'newer']);
  });

  it.each([0, 1, 2])(
    'loses nothing when the primary goes down in the middle and comes back, wait %i: 600 writes',
    async (wait) => {
      const clock = createVirtualClock();
      const member = (name: string) => {
        const { driver, faults } = faulty(memoryDriver({ clock }));
        return { store: createObjectStore(driver, { name }), faults };
      };
      const [a, b, c] = [member('a'), member('b'), member('c')];
      const journal = memoryJournal({ clock });
      const replicas = [b.store, c.store];
      const replicated = replicate({
        primary: a.store,
        replicas,
        wait,
        journal,
        clock,
        health,
        partBytes: 1000,
      });
      const store = failover({
        primary: replicated,
        others: replicas,
        journal,
        clock,
        health,
        partBytes: 1000,
      });
      const random = seeded(wait + 11);
      const expected = new Map<string, string>();
      const doubtful = new Set<string>();
      for (let index = 0; index < 600; index += 1) {
        if (index === 150) a.faults.isDown = true;
        if (index === 350) a.faults.isDown = false;
        if (index % 50 === 0) await clock.advance(3_000);
        const key = `k/${Math.floor(random() * 50)}`;
        const text = `${index}`.repeat(random() < 0.2 ? 900 : 1);
        const isDelete = random() < 0.2;
        try {
          await clock.until<unknown>(isDelete ? store.delete(key) : store.put(key, text));
          doubtful.delete(key);
          if (isDelete) expected.delete(key);
          else expected.set(key, text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unavailable' });
          doubtful.add(key);
        }
      }
      await clock.until(Promise.all([store.failover.drain(), replicated.replication.drain()]));
      await clock.until(Promise.all([store.failover.drain(), replicated.replication.drain()]));
      for (const one of replicas)
        expect(await verify(a.store, one, { deep: true })).toMatchObject({ isClean: true });
      for (const [key, text] of expected)
        if (!doubtful.has(key)) expect(await textOf(a.store, key), key).toBe(text);
      const left = (await keysOf(a.store)).filter((key) => !expected.has(key) && !doubtful.has(key));
      expect(left).toEqual([]);
      expect(doubtful.size).toBeLessThan(10);
    },
  );
});
