/** Small things that many cases use. */
import assert from 'node:assert/strict';
import { type ErrorCode, errorCode, isIntegrationError } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import type { ObjectStore } from '../object-store.types.ts';

/** Bytes that look random and are the same every time. */
export function sample(size: number, seed = 1): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed * 2_654_435_761;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

/** A stream of so many bytes of one piece, over and over. */
export async function* repeated(piece: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= piece.byteLength)
    yield piece.subarray(0, Math.min(left, piece.byteLength));
}

/** Pieces whose ends fall nowhere near the ends of parts. */
export async function* ragged(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0, size = 1; start < bytes.byteLength; start += size, size = ((size * 7) % 40_009) + 1)
    yield bytes.subarray(start, start + size);
}

/** The call must fail with this code, as an IntegrationError that names the driver and the operation. */
export async function refuses(code: ErrorCode, what: string, call: () => unknown): Promise<Error> {
  let error: unknown;
  try {
    await call();
  } catch (caught) {
    error = caught;
  }
  assert.ok(error !== undefined, `${what} must be refused with ${code}, and was not`);
  assert.equal(errorCode(error), code, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  assert.ok(
    isIntegrationError(error) && error.provider !== undefined,
    `${what}: the error names no provider`,
  );
  return error;
}

/** Same bytes? Without printing megabytes when not. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.byteLength, expected.byteLength, `${what}: size`);
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: the bytes differ`);
}

/** Keys of a whole listing. */
export async function keysOf(store: Pick<ObjectStore, 'list'>, prefix = ''): Promise<string[]> {
  return (await store.list({ prefix }).toArray()).map(({ key }) => key);
}

/** Nothing is visible under the key, by any way of looking. */
export async function nothingAt(
  store: ObjectStore<StorageAbility>,
  key: string,
  what: string,
): Promise<void> {
  await refuses('not_found', `${what}: head`, () => store.head(key));
  await refuses('not_found', `${what}: get`, () => store.get(key));
  assert.deepEqual(await keysOf(store, key), [], `${what}: list`);
}

/** Keys that some code somewhere takes for something else. */
export const oddKeys: readonly string[] = [
  ' ',
  ' leading and trailing ',
  'a b',
  'a+b',
  'a%20b',
  'a%2Fb',
  'a%b',
  '%',
  '%00',
  'what?',
  'what?x=1&y=2',
  'a#b',
  'a&b=c;d',
  `quotes'"\``,
  'a\\b',
  '..\\x',
  '<xml>&amp;</xml>',
  '{a}[b]^|~$@!*(),:',
  'line\nbreak\ttab\rreturn',
  '\u0001\u001f\u007f',
  '\u0000nul',
  'é composed',
  'e\u0301 decomposed',
  'ＡＢＣ full width',
  'שלום/مرحبا',
  '\u202Eoverride',
  '\u200bzero\u200dwidth\ufeff',
  '😀/👨‍👩‍👧.txt',
  '\uffff',
  '\u{10ffff}',
  'Case',
  'case',
  'CASE',
  'a',
  'a/',
  'a//',
  'a//b',
  'a/b',
  '/',
  '//',
  '/a',
  '.',
  '..',
  './',
  './a',
  '../a',
  'a/./b',
  'a/../b',
  'a/..',
  '...',
  'a.',
  '.a',
  'con',
  'NUL.txt',
  'com1',
  'a~',
  'a^',
  '~',
  '^',
  '__proto__',
  'constructor',
  'x'.repeat(64),
  `${'x'.repeat(64)}/y`,
  'x'.repeat(65),
  'x'.repeat(255),
  'x'.repeat(256),
  'y'.repeat(1024),
  'ß'.repeat(512),
  'A/'.repeat(512),
  '/'.repeat(1024),
];
