import { memoryState, type StateStore } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';
import { type StateStoreHarness, stateStoreCases } from './state-store-cases.ts';
import { describeStateStore } from './vitest.ts';

/** A harness on virtual time; `change` breaks the store, to prove that the cases notice. */
function memoryHarness(change: (store: StateStore) => Partial<StateStore> = () => ({})): StateStoreHarness {
  const clock = createVirtualClock();
  return {
    open: async () => {
      const store = memoryState(clock);
      return { ...store, ...change(store) };
    },
    pass: (ms) => clock.advance(ms),
  };
}

describeStateStore('memoryState', memoryHarness());

/** What is broken → the cases that must notice, and no others. */
const mutations: Readonly<
  Record<string, readonly [change: (store: StateStore) => Partial<StateStore>, fails: readonly string[]]>
> = {
  'forgets every value': [
    () => ({ get: async () => undefined }),
    ['S-02', 'S-03', 'S-04', 'S-05', 'S-06', 'S-07', 'S-08', 'S-10', 'S-11', 'S-12', 'S-14', 'S-15', 'S-16'],
  ],
  'folds keys to lower case': [
    (store) => ({
      set: (key, ...rest) => store.set(key.toLowerCase(), ...rest),
      get: (key) => store.get(key.toLowerCase()),
      delete: (key, ...rest) => store.delete(key.toLowerCase(), ...rest),
    }),
    ['S-03', 'S-16'],
  ],
  'cuts long values': [
    (store) => ({ set: (key, value, expiry) => store.set(key, value.slice(0, 65_536), expiry) }),
    ['S-04'],
  ],
  'compares nothing': [
    (store) => ({ compareAndSet: (key, _version, value, expiry) => store.set(key, value, expiry) }),
    ['S-05', 'S-06', 'S-07', 'S-08', 'S-14'],
  ],
  'compares, then waits, then sets': [
    (store) => ({
      compareAndSet: async (key, version, value, expiry) => {
        const present = await store.get(key);
        await new Promise((resolve) => setImmediate(resolve));
        return present?.version === version ? store.set(key, value, expiry) : undefined;
      },
    }),
    ['S-08', 'S-14'],
  ],
  'ignores the version of a delete': [
    (store) => ({ delete: (key) => store.delete(key) }),
    ['S-07', 'S-09', 'S-15'],
  ],
  'claims to have deleted': [
    (store) => ({ delete: async (key, version) => (await store.delete(key, version)) || true }),
    ['S-01', 'S-07', 'S-09', 'S-11'],
  ],
  'counts without atomicity': [
    (store) => ({
      increment: async (key, by = 1, expiry) => {
        const sum = Number((await store.get(key))?.value ?? 0) + by;
        await store.set(key, String(sum), expiry);
        return sum;
      },
    }),
    ['S-10', 'S-13'],
  ],
  'never lets values expire': [
    (store) => ({
      set: (key, value) => store.set(key, value),
      compareAndSet: (key, version, value) => store.compareAndSet(key, version, value),
    }),
    ['S-11', 'S-15'],
  ],
  'keeps an old time to live': [
    (store) => ({
      compareAndSet: async (key, version, value, expiry) =>
        store.compareAndSet(key, version, value, { ttlMs: 200, ...expiry }),
    }),
    ['S-12'],
  ],
};

describe('the cases for state stores can fail', () => {
  it.each(Object.entries(mutations))(
    'a store that %s fails exactly the cases that say so',
    async (_what, [change, fails]) => {
      const failed: string[] = [];
      for (const each of stateStoreCases) {
        await each.run(memoryHarness(change)).catch(() => failed.push(each.id));
      }
      expect(failed).toEqual(fails);
    },
  );
});
