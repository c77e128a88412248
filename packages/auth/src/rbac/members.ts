/** Who is in a tenant at all, so that it can be listed: a `StateStore` has no list of its keys. Spread over many keys, so that writers seldom meet. */
import type { StateStore } from '@im/core';

/** A set of names. */
export interface Members {
  add(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

const buckets = 64;

/** The set that is kept under `state`. */
export function createMembers(state: StateStore): Members {
  const change = async (name: string, alter: (names: Set<string>) => boolean): Promise<void> => {
    const key = keyOf(bucketOf(name));
    for (;;) {
      const stored = await state.get(key);
      const names = read(stored?.value);
      if (!alter(names)) return;
      const written = await state.compareAndSet(key, stored?.version, JSON.stringify([...names]));
      if (written !== undefined) return;
    }
  };
  return {
    add: (name) => change(name, (names) => !names.has(name) && Boolean(names.add(name))),
    remove: (name) => change(name, (names) => names.delete(name)),
    list: async () => {
      const all = await Promise.all(Array.from({ length: buckets }, (_, bucket) => state.get(keyOf(bucket))));
      return all.flatMap((stored) => [...read(stored?.value)]).toSorted();
    },
  };
}

const keyOf = (bucket: number) => `members/${bucket}`;
const read = (text: string | undefined) => new Set(text === undefined ? [] : (JSON.parse(text) as string[]));

function bucketOf(name: string): number {
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum = (sum * 31 + name.charCodeAt(at)) % 65_521;
  return sum % buckets;
}
