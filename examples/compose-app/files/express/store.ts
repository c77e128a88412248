import { s3 } from '@im/aws/s3';
import { startFake } from '@im/aws/s3/testing';
import type { StoreFake } from './open.ts';

/** Starts the fake of the store. */
export async function startStore(): Promise<StoreFake> {
  const fake = await startFake();
  return {
    register: (registry, tenant) =>
      void registry.register(s3, { name: 'receipts', tenant, options: fake.options(tenant) }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}
