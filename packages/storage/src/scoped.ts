/**
 * A jail: every key of the view is `prefix + key`, so nothing of it can name what lies outside. Stores do not read keys as
 * paths, but others do (file systems, CDNs, browsers), so keys that would leave the prefix for any of them are refused as well.
 */
import type { Page } from '@im/core';
import type { DeleteResult, ListEntry, ObjectInfo, StorageDriver } from './driver.ts';
import type { DriverUploads, OpenUpload } from './driver-uploads.ts';
import type { DriverVersions, VersionEntry } from './driver-versions.ts';
import { type Place, storeError } from './errors.ts';

/** Most rounds of percent-encoding that are looked through. */
const decodingRounds = 5;

/** Whether somebody who normalises the key (decodes, folds compatibility forms, knows `\`) would read a way out of it. */
export function isEscape(key: string): boolean {
  let text = key;
  for (let round = 0; round < decodingRounds; round += 1) {
    if (readsAsEscape(text) || readsAsEscape(text.normalize('NFKC'))) return true;
    const decoded = text
      .normalize('NFKC')
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}

/** Look-alikes that some normalise to a slash or a dot, and characters that some drop. */
const slashes = /[\\\u2044\u2215\u29f5\u29f8\uff0f\uff3c\u2216]/g;
const dropped = /[\p{Cc}\p{Cf}]/gu;

function readsAsEscape(text: string): boolean {
  const path = text.replace(slashes, '/').replace(dropped, '');
  return /^[a-z]:/i.test(path) || path.startsWith('/') || /(^|\/)\.{1,2} *(\/|$)/.test(path);
}

/** Checks the prefix of a scope and ends it with `/`. */
export function scopePrefix(prefix: string, place: Place): string {
  if (typeof prefix !== 'string' || prefix === '' || !prefix.isWellFormed() || isEscape(prefix))
    throw storeError(`${JSON.stringify(prefix)} cannot be the prefix of a scope`, place, {
      code: 'invalid_argument',
      remedy: 'give a relative one such as "tenants/42/"',
    });
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** The driver as seen from inside the prefix. */
export function scopeDriver(driver: StorageDriver, prefix: string): StorageDriver {
  const inside = (key: string): string => {
    if (!isEscape(key)) return prefix + key;
    throw storeError(
      'the key would leave its scope',
      { driver: driver.name, store: driver.name, operation: 'scoped', key },
      { code: 'invalid_argument', remedy: 'use a relative key without . and .. segments' },
    );
  };
  const outside = (key: string): string => {
    if (key.startsWith(prefix)) return key.slice(prefix.length);
    throw storeError(
      'the driver answered with a key of another scope',
      { driver: driver.name, store: driver.name, operation: 'scoped' },
      { code: 'internal', remedy: 'report it to the author of the driver' },
    );
  };
  const infoOf = (info: ObjectInfo): ObjectInfo => ({ ...info, key: outside(info.key) });
  const pageOf = <Item extends { readonly key: string }>(page: Page<Item>): Page<Item> => ({
    ...page,
    items: page.items.map((item) => ({ ...item, key: outside(item.key) })),
  });
  const { uploads, presign, versions } = driver;
  return {
    name: driver.name,
    abilities: driver.abilities,
    limits: { ...driver.limits, maxKeyBytes: driver.limits.maxKeyBytes - Buffer.byteLength(prefix) },
    async get(key, read, call) {
      const body = await driver.get(inside(key), read, call);
      return { ...body, info: infoOf(body.info) };
    },
    head: async (key, read, call) => infoOf(await driver.head(inside(key), read, call)),
    put: async (key, bytes, write, call) => infoOf(await driver.put(inside(key), bytes, write, call)),
    list: async (list, call) =>
      pageOf<ListEntry>(await driver.list({ ...list, prefix: prefix + list.prefix }, call)),
    copy: async (from, to, copy, call) => infoOf(await driver.copy(inside(from), inside(to), copy, call)),
    async delete(targets, call): Promise<readonly DeleteResult[]> {
      const full = targets.map((target) => ({ ...target, key: inside(target.key) }));
      return (await driver.delete(full, call)).map((result) => ({ ...result, key: outside(result.key) }));
    },
    uploads: uploads && scopeUploads(uploads, prefix, inside, infoOf, pageOf),
    versions: versions && scopeVersions(versions, prefix, inside, pageOf),
    presign: presign && (async (key, options, call) => presign(inside(key), options, call)),
  };
}

function scopeVersions(
  versions: DriverVersions,
  prefix: string,
  inside: (key: string) => string,
  pageOf: (page: Page<VersionEntry>) => Page<VersionEntry>,
): DriverVersions {
  const { setLock } = versions;
  return {
    list: async (options, call) =>
      pageOf(await versions.list({ ...options, prefix: prefix + options.prefix }, call)),
    setLock: setLock && (async (key, change, lock, call) => setLock(inside(key), change, lock, call)),
  };
}

function scopeUploads(
  uploads: DriverUploads,
  prefix: string,
  inside: (key: string) => string,
  infoOf: (info: ObjectInfo) => ObjectInfo,
  pageOf: (page: Page<OpenUpload>) => Page<OpenUpload>,
): DriverUploads {
  return {
    create: async (key, upload, call) => uploads.create(inside(key), upload, call),
    putPart: async (key, id, part, call) => uploads.putPart(inside(key), id, part, call),
    listParts: async (key, id, call) => uploads.listParts(inside(key), id, call),
    complete: async (key, id, parts, complete, call) =>
      infoOf(await uploads.complete(inside(key), id, parts, complete, call)),
    abort: async (key, id, call) => uploads.abort(inside(key), id, call),
    list: async (options, call) =>
      pageOf(await uploads.list({ ...options, prefix: prefix + options.prefix }, call)),
  };
}
