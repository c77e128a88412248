/** What every {@link StateStore} must do, as cases that need no test runner. */
import assert from 'node:assert/strict';
import { type StateStore, scopedState, tryLock } from '@im/core';

/** What the cases need. */
export interface StateStoreHarness {
  /** Opens a store that is empty, or that shares nothing with the keys of earlier calls. Called once a case. */
  open(): Promise<StateStore>;
  /**
   * Opens another connection to the same state, as a second process would. Default: the same store is used twice.
   */
  openAgain?(store: StateStore): Promise<StateStore>;
  /** Lets `ms` milliseconds pass: by a virtual clock where the store takes one, else for real. */
  pass(ms: number): Promise<void>;
}

/** One case. Rejects when the store fails it. */
export interface StateStoreCase {
  /** `S-01`: never reused. */
  readonly id: string;
  readonly title: string;
  run(harness: StateStoreHarness): Promise<void>;
}

/** Expiry that the cases wait for, milliseconds. Short, for stores that cannot but wait for real. */
const ttlMs = 200;

const oddTexts = [
  '',
  ' ',
  'a:b',
  'a/b',
  '../b',
  'a%00b',
  'a\u0000b',
  'ÄÖ€',
  'e\u0301',
  'é',
  '😀',
  '*',
  'a*',
  '[a-z]',
  '?',
  '\n',
  '"',
  '{}',
  '__proto__',
  'constructor',
  'A',
  'a',
  'x'.repeat(400),
];

const withStore = async (
  harness: StateStoreHarness,
  run: (store: StateStore) => Promise<void>,
): Promise<void> => {
  await using store = await harness.open();
  await run(store);
};

const twoConnections = (
  harness: StateStoreHarness,
  run: (one: StateStore, other: StateStore) => Promise<void>,
): Promise<void> =>
  withStore(harness, async (one) => {
    if (harness.openAgain === undefined) return run(one, one);
    await using other = await harness.openAgain(one);
    await run(one, other);
  });

/** Stores may say more of an entry than its value and version. */
async function expectEntry(
  store: StateStore,
  key: string,
  expected: { value: string; version: string | undefined },
) {
  const entry = await store.get(key);
  assert.deepEqual({ value: entry?.value, version: entry?.version }, expected);
}

/** All cases, in order of reading. */
export const stateStoreCases: readonly StateStoreCase[] = [
  {
    id: 'S-01',
    title: 'a key that was never written has no value',
    run: (harness) =>
      withStore(harness, async (store) => {
        assert.equal(await store.get('nothing'), undefined);
        assert.equal(await store.delete('nothing'), false);
      }),
  },
  {
    id: 'S-02',
    title: 'what was set is got, under the version that set gave; each write has another version',
    run: (harness) =>
      withStore(harness, async (store) => {
        const first = await store.set('key', 'one');
        await expectEntry(store, 'key', { value: 'one', version: first });
        const second = await store.set('key', 'one');
        assert.notEqual(second, first);
        assert.equal((await store.get('key'))?.version, second);
      }),
  },
  {
    id: 'S-03',
    title: 'odd keys and odd values stay apart and come back as they were',
    run: (harness) =>
      withStore(harness, async (store) => {
        const keys = oddTexts.map((text) => `key:${text}`);
        for (const [index, key] of keys.entries()) await store.set(key, oddTexts.at(-1 - index) ?? '');
        for (const [index, key] of keys.entries()) {
          assert.equal((await store.get(key))?.value, oddTexts.at(-1 - index), `key ${JSON.stringify(key)}`);
        }
        for (const key of keys)
          assert.equal(await store.delete(key), true, `delete of ${JSON.stringify(key)}`);
      }),
  },
  {
    id: 'S-04',
    title: 'a value of a megabyte comes back whole',
    run: (harness) =>
      withStore(harness, async (store) => {
        const large = 'ä€😀x'.repeat(100_000);
        await store.set('large', large);
        assert.equal((await store.get('large'))?.value === large, true);
      }),
  },
  {
    id: 'S-05',
    title: 'compareAndSet writes at the version it names, and only then',
    run: (harness) =>
      withStore(harness, async (store) => {
        const version = await store.set('key', 'one');
        const next = await store.compareAndSet('key', version, 'two');
        assert.equal(typeof next, 'string');
        assert.equal(await store.compareAndSet('key', version, 'three'), undefined);
        await expectEntry(store, 'key', { value: 'two', version: next });
      }),
  },
  {
    id: 'S-06',
    title: 'compareAndSet without a version writes only where nothing is',
    run: (harness) =>
      withStore(harness, async (store) => {
        assert.notEqual(await store.compareAndSet('key', undefined, 'one'), undefined);
        assert.equal(await store.compareAndSet('key', undefined, 'two'), undefined);
        assert.equal((await store.get('key'))?.value, 'one');
        assert.equal(await store.compareAndSet('other', 'no-version', 'x'), undefined);
        assert.equal(await store.get('other'), undefined);
      }),
  },
  {
    id: 'S-07',
    title: 'a version does not come back when a key is deleted and written anew',
    run: (harness) =>
      withStore(harness, async (store) => {
        const old = await store.set('key', 'one');
        await store.delete('key');
        await store.set('key', 'one');
        assert.equal(await store.compareAndSet('key', old, 'stale'), undefined);
        assert.equal(await store.delete('key', old), false);
        assert.equal((await store.get('key'))?.value, 'one');
      }),
  },
  {
    id: 'S-08',
    title: 'of many that compare and set at once exactly one wins, round after round',
    run: (harness) =>
      twoConnections(harness, async (one, other) => {
        let version: string | undefined;
        for (let round = 0; round < 10; round += 1) {
          const versions = await Promise.all(
            Array.from({ length: 20 }, (_, index) =>
              (index % 2 === 0 ? one : other).compareAndSet('race', version, `${round}:${index}`),
            ),
          );
          const winners = versions.filter((each) => each !== undefined);
          assert.equal(winners.length, 1, `winners in round ${round}`);
          const winner = versions.findIndex((each) => each !== undefined);
          await expectEntry(one, 'race', { value: `${round}:${winner}`, version: winners[0] });
          version = winners[0];
        }
      }),
  },
  {
    id: 'S-09',
    title: 'delete at a version removes that version only',
    run: (harness) =>
      withStore(harness, async (store) => {
        const old = await store.set('key', 'one');
        const present = await store.set('key', 'two');
        assert.equal(await store.delete('key', old), false);
        assert.equal(await store.delete('key', present), true);
        assert.equal(await store.get('key'), undefined);
      }),
  },
  {
    id: 'S-10',
    title: 'increments add up from 0, also when they meet, and read as a value',
    run: (harness) =>
      twoConnections(harness, async (one, other) => {
        const seen = await Promise.all(
          Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : other).increment('count', 2)),
        );
        assert.deepEqual(
          [...seen].sort((a, b) => a - b),
          Array.from({ length: 50 }, (_, index) => 2 * index + 2),
        );
        assert.equal(await one.increment('count', -30), 70);
        assert.equal(await one.increment('count'), 71);
        assert.equal((await other.get('count'))?.value, '71');
      }),
  },
  {
    id: 'S-11',
    title: 'a value with a time to live is there before it and gone after it',
    run: (harness) =>
      withStore(harness, async (store) => {
        await store.set('short', 'x', { ttlMs });
        await store.set('long', 'x', { ttlMs: ttlMs * 1_000 });
        await store.set('for good', 'x');
        assert.equal((await store.get('short'))?.value, 'x');
        await harness.pass(ttlMs * 1.5);
        assert.equal(await store.get('short'), undefined);
        assert.equal(await store.delete('short'), false);
        assert.equal((await store.get('long'))?.value, 'x');
        assert.equal((await store.get('for good'))?.value, 'x');
        assert.notEqual(await store.compareAndSet('short', undefined, 'again'), undefined);
      }),
  },
  {
    id: 'S-12',
    title: 'a write without a time to live lifts the one before',
    run: (harness) =>
      withStore(harness, async (store) => {
        const version = await store.set('key', 'x', { ttlMs });
        await store.compareAndSet('key', version, 'y');
        await harness.pass(ttlMs * 1.5);
        assert.equal((await store.get('key'))?.value, 'y');
      }),
  },
  {
    id: 'S-13',
    title: 'the time to live of a count begins with its first increment',
    run: (harness) =>
      withStore(harness, async (store) => {
        assert.equal(await store.increment('window', 1, { ttlMs: ttlMs * 2 }), 1);
        await harness.pass(ttlMs);
        assert.equal(await store.increment('window', 1, { ttlMs: ttlMs * 2 }), 2);
        await harness.pass(ttlMs * 1.5);
        assert.equal(await store.increment('window', 1, { ttlMs: ttlMs * 2 }), 1);
      }),
  },
  {
    id: 'S-14',
    title: 'a lock is held by one, is free again when released, and its token grows',
    run: (harness) =>
      twoConnections(harness, async (one, other) => {
        const tries = await Promise.all(
          Array.from({ length: 10 }, (_, index) => tryLock(index % 2 === 0 ? one : other, 'job', 60_000)),
        );
        const [first, ...more] = tries.filter((lock) => lock !== undefined);
        assert.equal(more.length, 0, 'holders beside the first');
        assert.equal(await first?.held(), true);
        await first?.release();
        const second = await tryLock(other, 'job', 60_000);
        assert.ok(
          first !== undefined && second !== undefined && second.token > first.token,
          'the token grows',
        );
      }),
  },
  {
    id: 'S-15',
    title: 'a lock that was held too long passes on: its old holder is told, and cannot release the new one',
    run: (harness) =>
      withStore(harness, async (store) => {
        const slow = await tryLock(store, 'job', ttlMs);
        await harness.pass(ttlMs * 1.5);
        const next = await tryLock(store, 'job', 60_000);
        assert.ok(slow !== undefined && next !== undefined && next.token > slow.token, 'the token grows');
        assert.equal(await slow.held(), false);
        await slow.release();
        assert.equal(await next.held(), true);
      }),
  },
  {
    id: 'S-16',
    title: 'views of different scopes never meet',
    run: (harness) =>
      withStore(harness, async (store) => {
        const scopes = [
          ['a:b', 'c'],
          ['a', 'b:c'],
          ['a', 'b', 'c'],
          ['a/b', 'c'],
          ['a%2Fb', 'c'],
          ['A', 'b', 'c'],
          ['..', 'a', 'b', 'c'],
        ];
        for (const scope of scopes) await scopedState(store, ...scope).set('key', scope.join('|'));
        for (const scope of scopes) {
          assert.equal((await scopedState(store, ...scope).get('key'))?.value, scope.join('|'));
        }
      }),
  },
];
