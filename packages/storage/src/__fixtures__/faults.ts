/** A driver between a test and a store: counts what is asked, and fails when it is told to. */
import { IntegrationError } from '@im/core';
import type { StorageDriver } from '../driver.ts';
import type { DriverUploads } from '../driver-uploads.ts';

/** One call on its way to the store. */
export interface FaultyCall {
  /** `put`, or `uploads.complete`. */
  readonly operation: string;
  readonly key: string;
}

/** What the driver does beside its work. */
export interface Faults {
  /** Every call fails while it is true. */
  isDown: boolean;
  /** Before the call: what it throws has had no effect. */
  before?: ((call: FaultyCall) => void | Promise<void>) | undefined;
  /** After the call has worked: what it throws stands for an answer that was lost. */
  after?: ((call: FaultyCall) => void | Promise<void>) | undefined;
  /** All calls that got through to the store, and those that were refused. */
  readonly calls: FaultyCall[];
  readonly refused: FaultyCall[];
}

/** What a service says that cannot be reached. */
export const outage = (effect: 'none' | 'unknown' = 'none') =>
  new IntegrationError('the service cannot be reached', { code: 'unavailable', effect });

/** Puts faults before a driver. */
export function faulty<Driver extends StorageDriver>(driver: Driver): { readonly driver: Driver; readonly faults: Faults } {
  const faults: Faults = { isDown: false, calls: [], refused: [] };
  async function through<Value>(operation: string, key: string, work: () => Promise<Value>): Promise<Value> {
    const call = { operation, key };
    if (faults.isDown) {
      faults.refused.push(call);
      throw outage();
    }
    await faults.before?.(call);
    faults.calls.push(call);
    const value = await work();
    await faults.after?.(call);
    return value;
  }
  const wrapUploads = (uploads: DriverUploads): DriverUploads => ({
    create: (key, ...rest) => through('uploads.create', key, () => uploads.create(key, ...rest)),
    putPart: (key, ...rest) => through('uploads.putPart', key, () => uploads.putPart(key, ...rest)),
    listParts: (key, ...rest) => through('uploads.listParts', key, () => uploads.listParts(key, ...rest)),
    complete: (key, ...rest) => through('uploads.complete', key, () => uploads.complete(key, ...rest)),
    abort: (key, ...rest) => through('uploads.abort', key, () => uploads.abort(key, ...rest)),
    list: (options, call) => through('uploads.list', options.prefix, () => uploads.list(options, call)),
  });
  const wrapped: StorageDriver = {
    ...driver,
    get: (key, ...rest) => through('get', key, () => driver.get(key, ...rest)),
    head: (key, ...rest) => through('head', key, () => driver.head(key, ...rest)),
    put: (key, ...rest) => through('put', key, () => driver.put(key, ...rest)),
    list: (list, call) => through('list', list.prefix, () => driver.list(list, call)),
    copy: (from, to, ...rest) => through('copy', to, () => driver.copy(from, to, ...rest)),
    delete: (targets, call) =>
      through('delete', targets.map(({ key }) => key).join(' '), () => driver.delete(targets, call)),
    uploads: driver.uploads && wrapUploads(driver.uploads),
  };
  // The same driver with the same abilities, only less reliable.
  return { driver: wrapped as Driver, faults };
}

/** Numbers from 0 up to 1 that are the same every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
