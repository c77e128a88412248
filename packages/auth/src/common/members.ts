/** Names of what a tenant has, so that it can be listed: a `StateStore` has no list of its keys. Spread over many keys, so that writers seldom meet. */
import { changeJson, type StateStore } from '@im/core';

/** A set of names. */
export interface Members {
  add(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

const buckets = 64;

/** The set that is kept under `state`. */
export function createMembers(state: StateStore): Members {
  const change = (name: string, alter: (names: Set<string>) => boolean) =>
    changeJson<readonly string[]>(state, keyOf(bucketOf(name)), (old = []) => {
      const names = new Set(old);
      return alter(names) ? [...names] : old;
    });
  return {
    add: async (name) => void (await change(name, (names) => !names.has(name) && Boolean(names.add(name)))),
    remove: async (name) => void (await change(name, (names) => names.delete(name))),
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
