/**
 * Keys as names of Cloud Storage. Most are the same. What the service does not take, and where we keep parts of uploads, is escaped so
 * that the order of keys and "begins with" stay as they are:
 *
 * | in a key | in the name |
 * |---|---|
 * | U+0000, U+0001 | U+0001 and `1`, `2` |
 * | tab, LF, VT, FF, CR | tab and `1` to `5` |
 * | `.`, `..` as the whole key | U+0001 and `0` behind it |
 * | what begins with `.well-known/acme-challengd`, `…e` | `d1`, `d2` in place of the `d`, the `e` |
 * | what begins with `.im-uploadr`, `.im-uploads` | `r1`, `r2` in place of the `r`, the `s` |
 *
 * A pair of neighbours shares the lower one's place, and a digit tells them apart: so nothing else comes to stand between.
 *
 * @see {@link https://cloud.google.com/storage/docs/objects#naming | Cloud Storage: object names}
 */
import { IntegrationError } from '@im/core';

/** Below this, parts of uploads wait to be composed. No key's name begins so. */
export const uploadsPrefix = '.im-uploads/';

const guards: readonly { readonly before: string; readonly lower: string; readonly upper: string }[] = [
  { before: '.well-known/acme-challeng', lower: 'd', upper: 'e' },
  { before: '.im-upload', lower: 'r', upper: 's' },
];
/** What stands behind `.` and `..`, which are no names. */
const end = '\u00010';
const longestNameBytes = 1_024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
const plain = /^[^\u0000\u0001\t-\r.][^\u0000\u0001\t-\r]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
const special = /[\u0000\u0001\t-\r]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
const escaped = /\u0001([12])|\t([1-5])/g;

/** @throws IntegrationError `invalid_argument` when the key has so much to escape that the name is too long */
export function toName(key: string): string {
  if (plain.test(key)) return key;
  const name = key === '.' || key === '..' ? key + end : toNamePrefix(key);
  const bytes = Buffer.byteLength(name);
  if (bytes > longestNameBytes)
    throw new IntegrationError(`the key is ${bytes} bytes long once it is escaped for Cloud Storage`, {
      code: 'invalid_argument',
      remedy: `${longestNameBytes} are allowed; each control character takes two`,
    });
  return name;
}

/** What the names of all keys that begin with `prefix` begin with. */
export function toNamePrefix(prefix: string): string {
  if (prefix === '' || plain.test(prefix)) return prefix;
  const text = prefix.replaceAll(special, (character) => {
    const code = character.charCodeAt(0);
    return code < 2 ? `\u0001${code + 1}` : `\t${code - 8}`;
  });
  for (const { before, lower, upper } of guards) {
    if (!text.startsWith(before)) continue;
    const next = text[before.length];
    if (next !== lower && next !== upper) continue;
    return `${before}${lower}${next === lower ? 1 : 2}${text.slice(before.length + 1)}`;
  }
  return text;
}

/** The key of a name, or of the beginning of one. */
export function toKey(name: string): string {
  if (plain.test(name)) return name;
  if (name === `.${end}` || name === `..${end}`) return name.slice(0, -end.length);
  let text = name;
  for (const { before, lower, upper } of guards) {
    if (!text.startsWith(before + lower)) continue;
    const digit = text[before.length + 1];
    if (digit !== '1' && digit !== '2') continue;
    text = `${before}${digit === '1' ? lower : upper}${text.slice(before.length + 2)}`;
    break;
  }
  return text.replaceAll(escaped, (_, low: string | undefined, high: string | undefined) =>
    String.fromCharCode(low === undefined ? Number(high) + 8 : Number(low) - 1),
  );
}

/** The first name behind all that begin with `prefix`; `undefined` where there is none. */
export function behind(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    // There are no characters among the surrogates.
    if (point < 0x10ffff)
      return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
