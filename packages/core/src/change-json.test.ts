import { describe, expect, it } from 'vitest';
import { changeJson, deleteJson } from './change-json.ts';
import { memoryState, type StateStore } from './state.ts';

/** A store in which somebody else writes just before our first write. */
function overtaken(value: string): StateStore {
  const store = memoryState();
  let isFirst = true;
  const overtake = async (key: string) => {
    if (isFirst) await store.set(key, value);
    isFirst = false;
  };
  return {
    ...store,
    compareAndSet: async (key, ...rest) => {
      await overtake(key);
      return store.compareAndSet(key, ...rest);
    },
    delete: async (key, version) => {
      await overtake(key);
      return store.delete(key, version);
    },
  };
}

describe('JSON in a state store', () => {
  it('is changed on top of what somebody else was faster to write', async () => {
    const store = overtaken('[1]');
    expect(await changeJson<number[]>(store, 'list', (old = []) => [...old, 2])).toEqual([1, 2]);
    expect((await store.get('list'))?.value).toBe('[1,2]');
  });

  it('is not written when it is given back as it was', async () => {
    const store = memoryState();
    await store.set('list', '[1]');
    const before = await store.get('list');
    await changeJson<number[]>(store, 'list', (old = []) => old);
    expect(await store.get('list')).toEqual(before);
  });

  it('is deleted as it was when it was looked at, and not at all when that is refused', async () => {
    const store = overtaken('2');
    await store.set('number', '1');
    const seen: number[] = [];
    expect(await deleteJson<number>(store, 'number', (value) => void seen.push(value))).toBe(2);
    expect(seen).toEqual([1, 2]);
    await store.set('number', '3');
    const refuse = () => {
      throw new Error('kept');
    };
    await expect(deleteJson(store, 'number', refuse)).rejects.toThrow('kept');
    expect((await store.get('number'))?.value).toBe('3');
  });
});
