/** The portable store over a driver: checks, defaults, checksums, aborts and errors; the driver does the I/O. */
import { createPages, type IntegrationError, type Page } from '@im/core';
import { checkAbilities, hasAbility, needAbility, type StorageAbility } from './abilities.ts';
import { sweepOrphans } from './abort-upload.ts';
import type {
  DeleteResult,
  DriverPresign,
  DriverRead,
  ListEntry,
  ObjectInfo,
  StorageDriver,
} from './driver.ts';
import { type Place, storeError } from './errors.ts';
import { checkCount, checkEtag, checkKey, checkPrefix, checkRange } from './keys.ts';
import type {
  ListOptions,
  ObjectStore,
  ObjectStoreOptions,
  Progress,
  StoreCall,
} from './object-store.types.ts';
import { type LoosePut, putObject } from './put.ts';
import { readObject } from './read-object.ts';
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
} from './store-context.ts';
import { createUpload, type LooseUpload, resumeUpload } from './upload.ts';
import type { UploadState } from './upload.types.ts';

type LooseRead = DriverRead &
  StoreCall & { readonly onProgress?: ((progress: Progress) => void) | undefined };
type LooseCopy = LooseOptions & { readonly sourceIfMatch?: string | undefined };
type LoosePresign = StoreCall & {
  readonly expiresInSeconds?: number;
  readonly contentType?: string;
  readonly contentLength?: number | { readonly min: number; readonly max: number };
};

const presignSeconds = 900;

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
    ...(hasAbility(driver, 'multipart') && {
      createUpload: (key: string, options: LooseUpload = {}) => createUpload(context, key, options),
      resumeUpload: (state: UploadState, options: StoreCall = {}) => resumeUpload(context, state, options),
      sweepOrphans: (options: Parameters<typeof sweepOrphans>[1]) => sweepOrphans(context, options),
    }),
  };
  // The members follow the abilities at run time as they do in the type; the compiler cannot see that they agree.
  return store as unknown as ObjectStore<Abilities | Needs, Native>;
}

async function get(context: StoreContext, key: string, { signal, onProgress, ...read }: LooseRead) {
  const place = checkRead(context, 'get', key, read);
  checkRange(read.range, place);
  const aborted = signalOf({ signal });
  const body = await run(place, aborted, async (call) => {
    const got = await context.driver.get(key, read, call);
    if (aborted.aborted) await got.stream.cancel();
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

function listObjects(context: StoreContext, options: ListOptions) {
  const place = placeOf(context, 'list');
  const { prefix = '', delimiter, pageSize, limit } = options;
  const { limits } = context.driver;
  checkPrefix(prefix, limits, place);
  if (delimiter !== undefined) checkKey(delimiter, limits, place);
  if (pageSize !== undefined) checkCount('pageSize', pageSize, 1, limits.maxPageSize, place);
  if (limit !== undefined) checkCount('limit', limit, 0, Number.MAX_SAFE_INTEGER, place);
  const signal = signalOf(options);
  const most = pageSize ?? limits.maxPageSize;
  const fetch = (cursor: string | undefined, left: number): Promise<Page<ListEntry>> =>
    run(place, signal, (call) =>
      context.driver.list({ prefix, delimiter, cursor, pageSize: Math.min(most, left) }, call),
    );
  return createPages(fetch, options, { provider: place.driver, operation: place.operation });
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

async function presign(context: StoreContext, method: 'GET' | 'PUT', key: string, options: LoosePresign) {
  const place = checkCall(context, method === 'GET' ? 'presignGet' : 'presignPut', key, {});
  const { expiresInSeconds = presignSeconds, contentType } = options;
  const limits = context.driver.limits.presign;
  checkCount('expiresInSeconds', expiresInSeconds, 1, limits?.maxSeconds ?? 0, place);
  const contentLength = checkContentLength(options.contentLength, limits?.contentLength, place);
  const wanted: DriverPresign = { method, expiresInSeconds, contentType, contentLength };
  const sign = context.driver.presign as NonNullable<StorageDriver['presign']>;
  return run(place, signalOf(options), (call) => sign(key, wanted, call));
}

function checkContentLength(
  length: LoosePresign['contentLength'],
  can: 'none' | 'exact' | 'range' | undefined,
  place: Place,
): DriverPresign['contentLength'] {
  if (length === undefined) return undefined;
  const { min, max } = typeof length === 'number' ? { min: length, max: length } : length;
  checkCount('contentLength.max', max, 0, Number.MAX_SAFE_INTEGER, place);
  checkCount('contentLength.min', min, 0, max, place);
  if (can === 'range' || (can === 'exact' && min === max)) return { min, max };
  throw storeError('this store cannot hold a sender to that length', place, {
    code: 'unimplemented',
    remedy: can === 'exact' ? 'give an exact length' : 'leave it out',
  });
}

function native({ driver, name }: StoreContext): unknown {
  if (driver.native !== undefined) return driver.native();
  throw storeError(
    'there is no client of a vendor below this store',
    { driver: driver.name, store: name, operation: 'native' },
    { code: 'unimplemented', remedy: 'use the store itself; a scoped store has none on purpose' },
  );
}
