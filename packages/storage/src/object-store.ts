/** The portable store over a driver: checks, defaults, checksums, aborts and errors; the driver does the I/O. */
import type { IntegrationError } from '@im/core';
import { checkAbilities, hasAbility, needAbility, type StorageAbility } from './abilities.ts';
import { sweepOrphans } from './abort-upload.ts';
import type { DeleteResult, DriverRead, ObjectInfo, StorageDriver } from './driver.ts';
import type { DriverVersions, LockChange } from './driver-versions.ts';
import { type Place, storeError } from './errors.ts';
import { checkEtag, checkKey, checkLock, checkRange } from './keys.ts';
import { listObjects, listVersions } from './list-objects.ts';
import type {
  ListOptions,
  ObjectStore,
  ObjectStoreOptions,
  Progress,
  StoreCall,
} from './object-store.types.ts';
import { type LoosePresign, presign } from './presign.ts';
import { type LoosePut, putObject } from './put.ts';
import { cancelBody, readObject } from './read-object.ts';
import { scopeDriver, scopePrefix } from './scoped.ts';
import {
  abilitiesOf,
  checkCall,
  createContext,
  type LooseOptions,
  placeOf,
  run,
  type StoreContext,
  signalOf,
  versionsOf,
} from './store-context.ts';
import { driverKey } from './store-driver.ts';
import { createUpload, type LooseUpload, resumeUpload } from './upload.ts';
import type { UploadState } from './upload.types.ts';

type LooseRead = DriverRead &
  StoreCall & { readonly onProgress?: ((progress: Progress) => void) | undefined };
type LooseLock = StoreCall & { readonly versionId?: string; readonly bypassGovernance?: boolean };
type LooseCopy = LooseOptions & { readonly sourceIfMatch?: string | undefined };

/**
 * Makes the store over a driver.
 *
 * @throws {@link IntegrationError} `unimplemented` when the driver lacks an ability of `needs`; `invalid_argument` for options out of bounds
 */
export function createObjectStore<
  Abilities extends StorageAbility,
  Native,
  Needs extends StorageAbility = never,
>(
  driver: StorageDriver<Abilities, Native>,
  options: ObjectStoreOptions<Needs> = {},
): ObjectStore<Abilities | Needs, Native> {
  checkAbilities(driver, options.needs ?? []);
  const context = createContext(driver, options);
  const store = {
    name: context.name,
    abilities: abilitiesOf(driver),
    get: (key: string, read: LooseRead = {}) => get(context, key, read),
    head: (key: string, read: LooseRead = {}) => head(context, key, read),
    put: (key: string, body: Parameters<typeof putObject>[2], put: LoosePut = {}) =>
      putObject(context, key, body, put),
    list: (list: ListOptions = {}) => listObjects(context, list),
    copy: (from: string, to: string, options: LooseCopy = {}) => copy(context, from, to, options),
    delete: (key: string, options: LooseOptions = {}) => deleteOne(context, key, options),
    deleteMany: (keys: readonly string[], options: StoreCall = {}) => deleteMany(context, keys, options),
    scoped: (prefix: string) =>
      createObjectStore(scopeDriver(driver, scopePrefix(prefix, placeOf(context, 'scoped'))), options),
    native: () => native(context),
    ...(hasAbility(driver, 'presign') && {
      presignGet: (key: string, options: LoosePresign = {}) => presign(context, 'GET', key, options),
      presignPut: (key: string, options: LoosePresign = {}) => presign(context, 'PUT', key, options),
    }),
    ...(hasAbility(driver, 'versions') && {
      listVersions: (list: Omit<ListOptions, 'delimiter'> = {}) => listVersions(context, list),
    }),
    ...(hasAbility(driver, 'objectLock') && {
      setLock: (key: string, change: LockChange, options: LooseLock = {}) =>
        setLock(context, key, change, options),
    }),
    ...(hasAbility(driver, 'multipart') && {
      createUpload: (key: string, options: LooseUpload = {}) => createUpload(context, key, options),
      resumeUpload: (state: UploadState, options: StoreCall = {}) => resumeUpload(context, state, options),
      sweepOrphans: (options: Parameters<typeof sweepOrphans>[1]) => sweepOrphans(context, options),
    }),
  };
  Object.defineProperty(store, driverKey, { value: driver });
  // The members follow the abilities at run time as they do in the type; the compiler cannot see that they agree.
  return store as unknown as ObjectStore<Abilities | Needs, Native>;
}

async function get(context: StoreContext, key: string, { signal, onProgress, ...read }: LooseRead) {
  const place = checkRead(context, 'get', key, read);
  checkRange(read.range, place);
  const aborted = signalOf({ signal });
  const body = await run(place, aborted, async (call) => {
    const got = await context.driver.get(key, read, call);
    if (aborted.aborted) await cancelBody(got);
    return got;
  });
  return readObject(body, place, aborted, onProgress);
}

async function head(context: StoreContext, key: string, { signal, onProgress: _, ...read }: LooseRead) {
  const place = checkRead(context, 'head', key, read);
  return run(place, signalOf({ signal }), (call) => context.driver.head(key, read, call));
}

function checkRead(context: StoreContext, operation: string, key: string, read: DriverRead): Place {
  const place = placeOf(context, operation, key);
  checkKey(key, context.driver.limits, place);
  if (read.versionId !== undefined) needAbility(context.driver, 'versions', operation);
  checkEtag(read.ifMatch, place);
  checkEtag(read.ifNoneMatch, place);
  return place;
}

async function setLock(context: StoreContext, key: string, change: LockChange, options: LooseLock) {
  const { versionId, bypassGovernance = false } = options;
  const place = checkCall(context, 'setLock', key, { versionId });
  checkLock(change, place);
  // Declared, or the store would have no such member: the driver was looked at when it was made.
  const set = versionsOf(context, 'setLock').setLock as NonNullable<DriverVersions['setLock']>;
  await run(place, signalOf(options), (call) => set(key, change, { versionId, bypassGovernance }, call));
}

async function copy(
  context: StoreContext,
  from: string,
  to: string,
  options: LooseCopy,
): Promise<ObjectInfo> {
  const place = checkCall(context, 'copy', from, options, 'conditionalCopy');
  checkKey(to, context.driver.limits, { ...place, key: to });
  checkEtag(options.sourceIfMatch, place);
  const { signal, ifMatch, ifNoneMatch, sourceIfMatch, storageClass } = options;
  return run(place, signalOf({ signal }), (call) =>
    context.driver.copy(from, to, { ifMatch, ifNoneMatch, sourceIfMatch, storageClass }, call),
  );
}

async function deleteOne(context: StoreContext, key: string, options: LooseOptions): Promise<void> {
  const place = checkCall(context, 'delete', key, options, 'conditionalDelete');
  const { ifMatch, versionId } = options;
  await run(place, signalOf(options), async (call) => {
    const [result] = await context.driver.delete([{ key, ifMatch, versionId }], call);
    if (result?.error !== undefined) throw result.error;
  });
}

async function deleteMany(
  context: StoreContext,
  keys: readonly string[],
  options: StoreCall,
): Promise<readonly DeleteResult[]> {
  const signal = signalOf(options);
  for (const key of keys) checkKey(key, context.driver.limits, placeOf(context, 'deleteMany', key));
  const size = context.driver.limits.maxDeleteKeys;
  const batches = Array.from({ length: Math.ceil(keys.length / size) }, (_, index) =>
    keys.slice(index * size, (index + 1) * size),
  );
  const results: (readonly DeleteResult[])[] = [];
  const next = batches.entries();
  await Promise.all(
    Array.from({ length: Math.min(context.concurrency, batches.length) }, async () => {
      for (const [index, batch] of next) results[index] = await deleteBatch(context, batch, signal);
    }),
  );
  return results.flat();
}

/** A batch that fails as a whole is a failure of each key in it; only an abort ends everything. */
async function deleteBatch(
  context: StoreContext,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly DeleteResult[]> {
  const completed = async (key: string, error: unknown): Promise<DeleteResult> => {
    const reason = await run(placeOf(context, 'deleteMany', key), signal, () => Promise.reject(error)).catch(
      (completedError: unknown) => completedError,
    );
    return { key, error: reason };
  };
  const place = placeOf(context, 'deleteMany');
  let results: readonly DeleteResult[];
  try {
    results = await run(place, signal, (call) =>
      context.driver.delete(
        keys.map((key) => ({ key })),
        call,
      ),
    );
  } catch (error) {
    signal.throwIfAborted();
    return keys.map((key) => ({ key, error }));
  }
  return Promise.all(
    results.map((result) => (result.error === undefined ? result : completed(result.key, result.error))),
  );
}

function native({ driver, name }: StoreContext): unknown {
  if (driver.native !== undefined) return driver.native();
  throw storeError(
    'there is no client of a vendor below this store',
    { driver: driver.name, store: name, operation: 'native' },
    { code: 'unimplemented', remedy: 'use the store itself; a scoped store has none on purpose' },
  );
}
