/** A shop over the embedded processor, which stands in its parent. */
import { serveCrashShop } from '../crash.ts';
import type { MemoryApi } from '../memory/processor.ts';
import { type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';

serveCrashShop((config: MemoryDriverOptions, { state, clock, ask }) => {
  const api = new Proxy({} as MemoryApi, {
    get: (_, method) => (...args: readonly unknown[]) => ask(String(method), args),
  });
  return memoryDriver({ ...config, state, clock, api });
});
