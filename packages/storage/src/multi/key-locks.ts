/** One at a time for each key, in the order of asking, within this process. */

/** Runs `work` alone for `key`, after all that asked earlier. */
export type WithKey = <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;

/** Makes locks that nobody holds. */
export function createKeyLocks(): WithKey {
  const queues = new Map<string, Promise<void>>();
  return async (key, work) => {
    const before = queues.get(key);
    const mine = before === undefined ? work() : before.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    queues.set(key, settled);
    try {
      return await mine;
    } finally {
      if (queues.get(key) === settled) queues.delete(key);
    }
  };
}
