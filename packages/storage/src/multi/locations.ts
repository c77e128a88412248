/** Where objects are whose place does not follow from their keys. */
import { createHash } from 'node:crypto';
import { errorCode, type StateStore } from '@im/core';
import type { ObjectStore } from '../object-store.types.ts';

/** Where one object is. */
export interface Location {
  /** Name of the store. */
  readonly store: string;
  /** Changes with every write of it. */
  readonly version: string;
}

/** Keeps locations. Shared by all processes that write to the stores. */
export interface Locations {
  get(key: string): Promise<Location | undefined>;
  /** Writes only while the location has `version`; `undefined`: while there is none. @returns whether it was written */
  set(key: string, store: string, version: string | undefined): Promise<boolean>;
  /** Removes it while it has `version`. */
  remove(key: string, version: string): Promise<void>;
}

/** Values of a state store. Use `scopedState` for a place of its own. */
export function stateLocations(state: StateStore): Locations {
  return {
    async get(key) {
      const found = await state.get(key);
      return found && { store: found.value, version: found.version };
    },
    set: async (key, store, version) => (await state.compareAndSet(key, version, store)) !== undefined,
    remove: async (key, version) => void (await state.delete(key, version)),
  };
}

/** Small objects of a store, or of a scope of it, that is for nothing else. */
export function objectLocations(store: ObjectStore<'conditionalWrites' | 'conditionalDelete'>): Locations {
  // Some keys may not stand in a scope, and long ones not behind a prefix.
  const nameOf = (key: string) => createHash('sha256').update(key).digest('hex');
  const unless = async <Value>(code: string, work: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (errorCode(error) === code) return undefined;
      throw error;
    }
  };
  return {
    async get(key) {
      const found = await unless('not_found', store.get(nameOf(key)));
      return found && { store: await found.text(), version: found.info.etag };
    },
    async set(key, name, version) {
      const condition = version === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: version };
      const put = store.put(nameOf(key), name, { contentType: 'text/plain', ...condition });
      return (await unless('failed_precondition', put)) !== undefined;
    },
    remove: async (key, version) =>
      void (await unless('failed_precondition', store.delete(nameOf(key), { ifMatch: version }))),
  };
}
