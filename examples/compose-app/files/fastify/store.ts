import { blob } from '@im/azure/blob';
import { startFake } from '@im/azure/blob/testing';
import type { StoreFake } from './open.ts';

/** Starts the fake of the store. */
export async function startStore(): Promise<StoreFake> {
  const fake = await startFake();
  return {
    register: (registry, tenant) =>
      void registry.register(blob, { name: 'receipts', tenant, options: fake.options(tenant) }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}
