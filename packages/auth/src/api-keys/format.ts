/**
 * The text of a key: `<prefix>_<id><secret><checksum>`, letters and digits behind the prefix, so that a double click takes all of it.
 *
 * - `prefix` says whose it is and of which environment (`acme_live`), to people and to scanners that look for leaked keys;
 * - `id`, 16 characters, is what its record is found by;
 * - `secret`, 43 characters: 256 bits of chance;
 * - `checksum`, 6 characters: CRC-32 of all in front of it. A key that was mistyped or cut off is refused without looking anywhere.
 */
import { crc32 } from 'node:zlib';
import type { RandomBytes } from '../common/random.ts';

/** A key, taken apart. */
export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 16;
const secretLength = 43;
const checksumLength = 6;
const body = new RegExp(`^[0-9A-Za-z]{${idLength + secretLength + checksumLength}}$`);

/** What a prefix may be: lower-case words joined by `_`. */
export const prefixPattern: RegExp = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** Makes a new id and secret. */
export function newParts(random: RandomBytes): KeyParts {
  return { id: text(random(12), idLength), secret: text(random(32), secretLength) };
}

/** Writes it. */
export function formatKey(prefix: string, { id, secret }: KeyParts): string {
  const front = `${prefix}_${id}${secret}`;
  return front + checksum(front);
}

/** Reads it. `undefined`: it is none of this prefix, or not whole. */
export function parseKey(prefix: string, given: string): KeyParts | undefined {
  const rest = given.slice(prefix.length + 1);
  if (!given.startsWith(`${prefix}_`) || !body.test(rest)) return undefined;
  const front = given.slice(0, -checksumLength);
  // No secret is in the checksum that the front did not show: an ordinary comparison tells nothing.
  if (given.slice(-checksumLength) !== checksum(front)) return undefined;
  return { id: rest.slice(0, idLength), secret: rest.slice(idLength, idLength + secretLength) };
}

function checksum(front: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(front));
  return text(bytes, checksumLength);
}

/** The bytes as one number to the base 62, in `length` digits; more than that are cut off in front. */
function text(bytes: Uint8Array, length: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let written = '';
  for (let at = 0; at < length; at += 1) {
    written = (digits[Number(number % 62n)] ?? '') + written;
    number /= 62n;
  }
  return written;
}
