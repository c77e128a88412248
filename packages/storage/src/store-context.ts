/** What the operations of one store share. */
import { type Clock, systemClock } from '@im/core';
import { hasAbility, needAbility, type StorageAbility } from './abilities.ts';
import { isAlgorithm } from './checksum.ts';
import type {
  ChecksumAlgorithm,
  DriverCall,
  ObjectAttributes,
  StorageDriver,
  WriteCondition,
} from './driver.ts';
import type { ObjectLock } from './driver-versions.ts';
import { completeError, orAborted, type Place, storeError } from './errors.ts';
import { checkCount, checkKey, checkLock, checkMetadata, checkWriteCondition } from './keys.ts';
import type { ObjectStoreOptions } from './object-store.types.ts';
import { PartBuffers } from './parts.ts';

const mebibyte = 1024 * 1024;
const defaults = { checksum: 'sha256', partBytes: 8 * mebibyte, concurrency: 4 } as const;

/** One store's settings, complete. */
export interface StoreContext {
  readonly driver: StorageDriver;
  readonly name: string;
  readonly algorithm: ChecksumAlgorithm;
  readonly partBytes: number;
  readonly concurrency: number;
  readonly clock: Clock;
  /** Memory of parts, for the next ones. */
  readonly buffers: PartBuffers;
}

/** Fills in defaults, within the service's limits. */
export function createContext(
  driver: StorageDriver,
  options: ObjectStoreOptions<StorageAbility>,
): StoreContext {
  const place = { driver: driver.name, store: options.name ?? driver.name, operation: 'createObjectStore' };
  const { minPartBytes, maxPartBytes } = driver.limits;
  const algorithm = options.checksum ?? defaults.checksum;
  if (!isAlgorithm(algorithm))
    throw storeError(`checksum ${JSON.stringify(algorithm)} is not known`, place, {
      code: 'invalid_argument',
      remedy: 'use sha256 or crc32',
    });
  if (options.partBytes !== undefined)
    checkCount('partBytes', options.partBytes, minPartBytes, maxPartBytes, place);
  if (options.concurrency !== undefined) checkCount('concurrency', options.concurrency, 1, 256, place);
  return {
    driver,
    name: options.name ?? driver.name,
    algorithm,
    partBytes: options.partBytes ?? Math.min(Math.max(defaults.partBytes, minPartBytes), maxPartBytes),
    concurrency: options.concurrency ?? defaults.concurrency,
    clock: options.clock ?? systemClock,
    buffers: new PartBuffers(),
  };
}

/** Where an operation stands. */
export function placeOf(context: StoreContext, operation: string, key?: string): Place {
  return { driver: context.driver.name, store: context.name, operation, key };
}

const never = new AbortController().signal;

/** The caller's signal, or one that nobody aborts. */
export function signalOf(call: { readonly signal?: AbortSignal | undefined } | undefined): AbortSignal {
  return call?.signal ?? never;
}

/** Runs I/O so that an abort ends the wait at once and every failure says where it happened. */
export async function run<Value>(
  place: Place,
  signal: AbortSignal,
  work: (call: DriverCall) => Promise<Value>,
): Promise<Value> {
  try {
    if (signal === never) return await work({ signal });
    signal.throwIfAborted();
    return await orAborted(work({ signal }), signal);
  } catch (error) {
    throw completeError(error, place, signal);
  }
}

/** Options of all abilities together, as plain JavaScript may give them. */
export interface LooseOptions extends WriteCondition {
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly storageClass?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly versionId?: string | undefined;
  readonly lock?: ObjectLock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which ability an option needs. */
const optionAbilities = {
  storageClass: 'storageClasses',
  tags: 'tags',
  versionId: 'versions',
  lock: 'objectLock',
} as const satisfies Partial<Record<keyof LooseOptions, StorageAbility>>;

/** Refuses options that the store has no ability for, keys that no store takes, and conditions that mean nothing. */
export function checkCall(
  context: StoreContext,
  operation: string,
  key: string,
  options: LooseOptions,
  conditions?: StorageAbility,
): Place {
  const place = placeOf(context, operation, key);
  checkKey(key, context.driver.limits, place);
  for (const [option, ability] of Object.entries(optionAbilities))
    if (options[option as keyof typeof optionAbilities] !== undefined)
      needAbility(context.driver, ability, operation);
  if (conditions !== undefined && (options.ifMatch ?? options.ifNoneMatch) !== undefined) {
    needAbility(context.driver, conditions, operation);
    checkWriteCondition(options, place);
  }
  const classes = context.driver.limits.storageClasses;
  if (options.storageClass !== undefined && classes !== undefined && !classes.includes(options.storageClass))
    throw storeError(`storage class ${JSON.stringify(options.storageClass)} is not known`, place, {
      code: 'invalid_argument',
      remedy: `use one of ${classes.join(', ')}`,
    });
  return place;
}

/** What is stored beside the bytes, checked. */
export function attributesOf(
  options: LooseOptions,
  contentType: () => string,
  place: Place,
): ObjectAttributes & WriteCondition {
  const { metadata = {}, storageClass, tags, lock, ifMatch, ifNoneMatch } = options;
  checkMetadata(metadata, place);
  if (lock !== undefined) checkLock(lock, place);
  const type = options.contentType ?? contentType();
  if (!/^[\x20-\x7e]{1,255}$/.test(type))
    throw storeError('the content type is no header value', place, {
      code: 'invalid_argument',
      remedy: 'give one such as image/png',
    });
  return { contentType: type, metadata: { ...metadata }, storageClass, tags, lock, ifMatch, ifNoneMatch };
}

/** Whether uploads in parts are there. */
export function uploadsOf(context: StoreContext, operation: string) {
  needAbility(context.driver, 'multipart', operation);
  return context.driver.uploads as NonNullable<StorageDriver['uploads']>;
}

/** Whether earlier versions are there. */
export function versionsOf(context: StoreContext, operation: string) {
  needAbility(context.driver, 'versions', operation);
  return context.driver.versions as NonNullable<StorageDriver['versions']>;
}

/** Names of the abilities that a driver declares. */
export function abilitiesOf(driver: StorageDriver): StorageAbility[] {
  return (Object.keys(driver.abilities) as StorageAbility[]).filter((name) => hasAbility(driver, name));
}
