/** Keys, metadata, ranges, conditions: everything that is refused before a driver is asked. */

import type { ByteRange, StorageLimits } from './driver.ts';
import type { LockChange } from './driver-versions.ts';
import { type Place, storeError } from './errors.ts';

const invalid = (says: string, place: Place, remedy: string) =>
  storeError(says, place, { code: 'invalid_argument', remedy });

/** Longest key that all stores take, in UTF-8 bytes. */
export const maxKeyBytes = 1024;

/** A key is a string of 1 to 1,024 bytes of UTF-8. */
export function checkKey(key: unknown, limits: StorageLimits, place: Place): void {
  if (typeof key !== 'string' || key === '')
    throw invalid('the key is empty or no string', place, 'give a string of at least one character');
  if (!key.isWellFormed())
    throw invalid('the key is no well-formed Unicode', place, 'encode binary keys, for example as base64url');
  const most = Math.min(maxKeyBytes, limits.maxKeyBytes);
  const bytes = Buffer.byteLength(key);
  if (bytes > most) throw invalid(`the key has ${bytes} bytes of UTF-8`, place, `${most} are allowed`);
}

/** A prefix is like a key, but may be empty. */
export function checkPrefix(prefix: unknown, limits: StorageLimits, place: Place): void {
  if (prefix !== '') checkKey(prefix, limits, { ...place, key: undefined });
}

/** @throws `invalid_argument` unless it is a whole number from `least` to `most` */
export function checkCount(name: string, value: unknown, least: number, most: number, place: Place): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw invalid(`${name} is ${String(value)}`, place, `give a whole number from ${least} to ${most}`);
}

/** What the range selects is the driver's to check; that it can be a range at all is checked here. */
export function checkRange(range: ByteRange | undefined, place: Place): void {
  if (range === undefined) return;
  const most = Number.MAX_SAFE_INTEGER;
  if (range.last !== undefined) checkCount('range.last', range.last, 1, most, place);
  else checkCount('range.offset', range.offset, 0, most, place);
  if (range.length !== undefined) checkCount('range.length', range.length, 1, most, place);
}

/** Where a range lies in an object of `size` bytes; `undefined` when it begins past the end. For drivers. */
export function resolveRange(
  range: ByteRange | undefined,
  size: number,
): { readonly offset: number; readonly length: number } | undefined {
  if (range === undefined) return { offset: 0, length: size };
  const offset = range.last === undefined ? range.offset : Math.max(0, size - range.last);
  if (offset >= size) return undefined;
  return { offset, length: Math.min(range.length ?? size, size - offset) };
}

const metadataName = /^[a-z0-9][a-z0-9_-]*$/;
const metadataBytes = 2048;

/** Metadata that every service can store. */
export function checkMetadata(metadata: Readonly<Record<string, string>>, place: Place): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!metadataName.test(name) || name.startsWith('im-'))
      throw invalid(
        `metadata name ${JSON.stringify(name)} is not portable`,
        place,
        'use a-z, 0-9, - and _, not im-…',
      );
    if (typeof value !== 'string' || !value.isWellFormed())
      throw invalid(`metadata ${name} is no well-formed string`, place, 'encode binary values');
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes > metadataBytes)
    throw invalid(
      `metadata has ${bytes} bytes`,
      place,
      `${metadataBytes} are allowed; store the rest as an object`,
    );
}

/** A retention has a mode and ends at some time; a hold is on or off. */
export function checkLock(lock: LockChange, place: Place): void {
  const { retention, legalHold } = lock;
  if (legalHold !== undefined && typeof legalHold !== 'boolean')
    throw invalid(`legalHold is ${String(legalHold)}`, place, 'give true or false');
  if (retention === undefined || retention === null) return;
  if (retention.mode !== 'governance' && retention.mode !== 'compliance')
    throw invalid(
      `the retention's mode is ${String(retention.mode)}`,
      place,
      'give governance or compliance',
    );
  checkCount('retention.until', retention.until, 1, Number.MAX_SAFE_INTEGER, place);
}

/** At most one condition, and `*` the only value of `ifNoneMatch` for writes. */
export function checkWriteCondition(
  condition: { readonly ifMatch?: unknown; readonly ifNoneMatch?: unknown },
  place: Place,
): void {
  if (condition.ifMatch !== undefined && condition.ifNoneMatch !== undefined)
    throw invalid('ifMatch and ifNoneMatch exclude each other', place, 'give one of them');
  if (condition.ifNoneMatch !== undefined && condition.ifNoneMatch !== '*')
    throw invalid('ifNoneMatch of a write is not "*"', place, 'give "*", or ifMatch with an etag');
  checkEtag(condition.ifMatch, place);
}

/** An etag is a string that a store gave. */
export function checkEtag(etag: unknown, place: Place): void {
  if (etag === undefined || (typeof etag === 'string' && etag !== '')) return;
  throw invalid('an etag is empty or no string', place, 'give the etag of an ObjectInfo');
}

/** Orders keys by their UTF-8 bytes, without encoding them. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates before U+E000, UTF-8 after U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
