/** How compositions of stores get at the driver below a store. */
import { IntegrationError } from '@im/core';
import type { StorageAbility } from './abilities.ts';
import type { StorageDriver } from './driver.ts';

/** Property of a store that holds its driver; the same for two copies of this package. */
export const driverKey: unique symbol = Symbol.for('@im/storage.driver');

/** What a store has under {@link driverKey}; as a type, it also tells the store's abilities. */
export interface DrivenStore<Abilities extends StorageAbility = never> {
  readonly name: string;
  readonly [driverKey]?: StorageDriver<Abilities> | undefined;
}

/**
 * The driver below a store.
 *
 * @throws {@link IntegrationError} `invalid_argument` for a store that `createObjectStore` did not make
 */
export function driverOf(store: DrivenStore, operation: string): StorageDriver {
  const driver = store?.[driverKey];
  if (driver !== undefined) return driver;
  throw new IntegrationError('this store has no driver below it', {
    code: 'invalid_argument',
    provider: 'storage',
    operation,
    remedy: 'give a store that createObjectStore made',
  });
}
