import type { Expiry, StateStore } from './state.ts';

/**
 * Reads the JSON under `key`, changes it and writes it, again when somebody else was first. What `change` gives back as it got it is not written;
 * what it throws passes.
 *
 * @returns what stands there now
 */
export async function changeJson<Value>(
  state: StateStore,
  key: string,
  change: (old: Value | undefined) => Value,
  expiry?: Expiry,
): Promise<Value> {
  for (;;) {
    const stored = await state.get(key);
    const old = stored && (JSON.parse(stored.value) as Value);
    const next = change(old);
    if (next === old) return next;
    const written = await state.compareAndSet(key, stored?.version, JSON.stringify(next), expiry);
    if (written !== undefined) return next;
  }
}

/**
 * Deletes the JSON under `key` as it was when `check` saw it, after looking again when somebody changed it meanwhile. What `check` throws passes.
 *
 * @returns what was deleted; `undefined` when there was nothing
 */
export async function deleteJson<Value>(
  state: StateStore,
  key: string,
  check?: (value: Value) => void,
): Promise<Value | undefined> {
  for (;;) {
    const stored = await state.get(key);
    if (stored === undefined) return undefined;
    const value = JSON.parse(stored.value) as Value;
    check?.(value);
    if (await state.delete(key, stored.version)) return value;
  }
}
