/** Where a journal is kept: a few small texts with names. Each is written by one process only. */
import { errorCode, type StateStore } from '@im/core';
import type { ObjectStore } from '../object-store.types.ts';

/** Keeps texts by name. A text that was written is there after a crash, whole, or the one before it. */
export interface JournalStorage {
  names(): Promise<readonly string[]>;
  /** `undefined` when there is none of that name. */
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  /** Resolves when it is not there. */
  remove(name: string): Promise<void>;
}

/** Objects of a store, best of another place than the stores whose journal it is. A scope of its own: everything in it is the journal's. */
export function objectStorage(store: ObjectStore): JournalStorage {
  return {
    async names() {
      const names: string[] = [];
      for await (const { key } of store.list()) names.push(key);
      return names;
    },
    read: (name) => orNothing(async () => (await store.get(name)).text()),
    write: async (name, text) => void (await store.put(name, text, { contentType: 'application/json' })),
    remove: (name) => store.delete(name),
  };
}

async function orNothing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCode(error) === 'not_found') return undefined;
    throw error;
  }
}

const indexKey = 'names';
const nameKey = (name: string) => `text/${name}`;

/** Values of a state store. What is not durable there is not durable here. Use `scopedState` for a place of its own. */
export function stateStorage(state: StateStore): JournalStorage {
  const namesOf = (text: string | undefined) => (text === undefined ? [] : (JSON.parse(text) as string[]));
  const change = async (turn: (names: readonly string[]) => readonly string[] | undefined) => {
    while (true) {
      const there = await state.get(indexKey);
      const wanted = turn(namesOf(there?.value));
      if (wanted === undefined) return;
      const text = JSON.stringify(wanted);
      if ((await state.compareAndSet(indexKey, there?.version, text)) !== undefined) return;
    }
  };
  return {
    names: async () => namesOf((await state.get(indexKey))?.value),
    read: async (name) => (await state.get(nameKey(name)))?.value,
    async write(name, text) {
      await state.set(nameKey(name), text);
      await change((names) => (names.includes(name) ? undefined : [...names, name]));
    },
    async remove(name) {
      await change((names) => (names.includes(name) ? names.filter((one) => one !== name) : undefined));
      await state.delete(nameKey(name));
    },
  };
}

/** This process's memory: nothing of it is left after a crash. */
export function memoryStorage(): JournalStorage {
  const texts = new Map<string, string>();
  return {
    names: async () => [...texts.keys()],
    read: async (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
    remove: async (name) => void texts.delete(name),
  };
}
