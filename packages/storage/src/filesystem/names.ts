/**
 * Keys as file names that every file system keeps apart, and in an order that can be read back.
 *
 * `/` divides a key into segments; all but the last are folders. In a segment `a-z 0-9 - _ .` stand for themselves, every other byte
 * of its UTF-8 is `%hh`: so upper and lower case, composed and decomposed letters, and names that systems reserve stay apart, and no
 * name is `.` or `..`. A folder's name ends in `~`, so that `a` and `a/b` can both be. A segment of 64 bytes or more goes on in a
 * folder whose name ends in `^`, so that no name is longer than 200 bytes. An empty segment, or rest of one, is `%`.
 */
import { join } from 'node:path';

const segmentBytes = 64;
const plain = /[a-z0-9_.-]/;
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;

/** What a name of a folder's listing stands for. */
export interface NamedEntry {
  readonly name: string;
  readonly kind: 'object' | 'folder';
  /** What it adds to the key, as bytes. A folder's ends in `/`, unless it holds the rest of a long segment. */
  readonly bytes: Buffer;
}

/** Path of a key's file, below the folder of all objects. */
export function pathOf(root: string, key: string): string {
  const segments = key.split('/');
  const names = segments.flatMap((segment, index) => namesOf(segment, index < segments.length - 1));
  return join(root, ...names);
}

function namesOf(segment: string, isFolder: boolean): string[] {
  const bytes = Buffer.from(segment);
  const names: string[] = [];
  let start = 0;
  for (; bytes.byteLength - start >= segmentBytes; start += segmentBytes)
    names.push(`${escaped(bytes.subarray(start, start + segmentBytes))}^`);
  const rest = start === bytes.byteLength ? '%' : escaped(bytes.subarray(start));
  return [...names, isFolder ? `${rest}~` : rest];
}

function escaped(bytes: Buffer): string {
  const name = [...bytes.toString('latin1')]
    .map((letter, index) => {
      const isEdgeDot = letter === '.' && (index === 0 || index === bytes.byteLength - 1);
      return plain.test(letter) && !isEdgeDot ? letter : hex(letter);
    })
    .join('');
  return reserved.test(name) ? hex(name[0] ?? '') + name.slice(1) : name;
}

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** The meaning of a name, `undefined` for what this driver did not write. */
export function readName(name: string): NamedEntry | undefined {
  const mark = name.at(-1);
  const isFolder = mark === '~' || mark === '^';
  const text = isFolder ? name.slice(0, -1) : name;
  if (text !== '%' && !/^(?:[a-z0-9_.-]|%[0-9a-f]{2})+$/.test(text)) return undefined;
  const latin =
    text === '%'
      ? ''
      : text.replace(/%(..)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const bytes = Buffer.from(mark === '~' ? `${latin}/` : latin, 'latin1');
  return { name, kind: isFolder ? 'folder' : 'object', bytes };
}
