import { definePort, type Port } from '@im/core';
import type { StorageDriver } from './driver.ts';

/**
 * The port of object storage: `provides: [{ port: objectStore, toDriver: (client) => toDriver(client) }]`. What a registry gives for it is a
 * driver; `createObjectStore(driver, { needs: ['multipart'] })` makes it a store.
 */
export const objectStore: Port<StorageDriver> = definePort<StorageDriver>('objectStore');
