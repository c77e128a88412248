/**
 * Keys: what S3 takes, and how a key that it does not take is stored.
 *
 * A key is 1 to 1,024 bytes of UTF-8. S3 refuses those in which `..` leads out of what stands before it, as in a path, and
 * services differ about the character NUL. So that every key is a key of its own, drivers store
 *
 * - a part of a path that begins with `..` with a `~` after the two dots: `../a` as `..~/a`
 * - NUL as U+0001 U+0001, and U+0001 as U+0001 U+0002
 *
 * Each is decided by what stands before it alone. So a prefix of a key is stored as a prefix of it, and keys stay in the order
 * of their bytes. Only keys that contain such parts are stored under another name than their own.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html | S3: naming objects}
 */
import { IntegrationError } from '@im/core';
import { escapeUri } from '../common/query.ts';

/** Most bytes of a key. */
export const maxKeyBytes = 1024;

/** How a key, or the beginning of one, is stored. */
export function toStoredKey(key: string): string {
  const isPlain = !key.includes('..') && !key.includes('\0') && !key.includes('\u0001');
  if (isPlain) return key;
  return key
    .replaceAll('\u0001', '\u0001\u0002')
    .replaceAll('\0', '\u0001\u0001')
    .replace(/(?<=^|\/)\.\./g, '..~');
}

/** Which key, or beginning of one, is stored so. */
export function fromStoredKey(key: string): string {
  if (!key.includes('..~') && !key.includes('\u0001')) return key;
  return key
    .replace(/(?<=^|\/)\.\.~/g, '..')
    .replaceAll('\u0001\u0001', '\0')
    .replaceAll('\u0001\u0002', '\u0001');
}

/** Whether keys are grouped by `delimiter` as they are stored exactly as they would be by themselves. */
export function isPlainDelimiter(delimiter: string): boolean {
  const first = delimiter[0] ?? '';
  return !'~\u0002'.includes(first) && !['..', '\0', '\u0001'].some((part) => delimiter.includes(part));
}

/** @throws IntegrationError `invalid_argument` for what S3 takes for no key */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '')
    throw badKey('the key is empty or no string', 'give at least one character');
  if (!key.isWellFormed())
    throw badKey('the key is no well-formed Unicode', 'encode binary keys, as base64url');
  // No character has more than 3 bytes for each of its UTF-16 units.
  if (key.length * 3 <= maxKeyBytes) return;
  const bytes = Buffer.byteLength(key);
  if (bytes > maxKeyBytes)
    throw badKey(`the key has ${bytes} bytes of UTF-8 as it is stored`, `${maxKeyBytes} are allowed`);
}

function badKey(says: string, remedy: string): IntegrationError {
  return new IntegrationError(says, { code: 'invalid_argument', remedy });
}

const plain = /^[\w.~/-]*$/;

/** A key as it stands in the path of a request: everything escaped but `/`. */
export function keyPath(key: string): string {
  return plain.test(key) ? key : escapeUri(key).replaceAll('%2F', '/');
}

/** A key of a list that was asked for with `encoding-type=url`, where a space may come as `+`. */
export function fromListedKey(key: string): string {
  return /[%+]/.test(key) ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
}
