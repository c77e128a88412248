import { storage } from '@im/gcp/storage';
import { startFake } from '@im/gcp/storage/testing';
import type { StoreFake } from './open.ts';

/** Starts the fake of the store. */
export async function startStore(): Promise<StoreFake> {
  const fake = await startFake();
  return {
    register: (registry, tenant) =>
      void registry.register(storage, { name: 'receipts', tenant, options: fake.options(tenant) }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}
