/** Work that is done once, whoever brings it and however often: events of webhooks, messages of queues. */
import { type StateStore, tryLock } from './state.ts';

/** Whether the work was done now, had been done before, or is being done elsewhere at this moment. */
export type Outcome = 'done' | 'before' | 'elsewhere';

/** How long is remembered and waited. */
export interface OnceOptions {
  /** Milliseconds for which it is remembered that the work was done. */
  readonly rememberMs: number;
  /** Milliseconds that the work may take before another may try. */
  readonly workMs: number;
}

/**
 * Does `work` unless it was done before under `key`, in this process or in another of the same store. It is done once it has resolved:
 * when it rejects, or its process is killed, the next to come does it again.
 *
 * @throws what `work` throws
 */
export async function doOnce(
  store: StateStore,
  key: string,
  { rememberMs, workMs }: OnceOptions,
  work: () => Promise<void>,
): Promise<Outcome> {
  if ((await store.get(key)) !== undefined) return 'before';
  const lock = await tryLock(store, key, workMs);
  if (lock === undefined) return 'elsewhere';
  try {
    // Between the first look and the lock another may have done it.
    if ((await store.get(key)) !== undefined) return 'before';
    await work();
    await store.set(key, '1', { ttlMs: rememberMs });
    return 'done';
  } finally {
    await lock.release();
  }
}
