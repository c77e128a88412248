/**
 * Reading a compact JWS before any library does: libraries are lenient where several texts mean one token, and what can be written in two ways
 * gets past lists and logs that know one (RFC 7515 §2, RFC 8725 §2.7).
 *
 * 1. three parts, none empty, of base64url characters only: no padding, no white space, no `+` and `/`;
 * 2. unused bits of each part's last character are zero;
 * 3. header and claims are JSON objects in UTF-8 in which no name stands twice, at most 32 deep.
 */
import { isDeeperThan } from '../common/depth.ts';

const mostLevels = 32;

/** Anything but base64url and dots. A search for what is wrong is a third of the price of a match of what is right. */
const foreign = /[^A-Za-z0-9_.-]/;

/** The header of a token, still encoded. @returns `undefined` when the token is not of the one form that is allowed */
export function headerOf(token: string): string | undefined {
  if (foreign.test(token)) return undefined;
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const isThree = first > 0 && second > first && token.indexOf('.', second + 1) < 0;
  const isSound =
    isThree &&
    isCanonical(token, 0, first) &&
    isCanonical(token, first + 1, second) &&
    isCanonical(token, second + 1, token.length);
  return isSound ? token.slice(0, first) : undefined;
}

/** Last characters after which no bit is left over, by how many characters the last group has. */
const lastCharacters: Readonly<Record<number, string>> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' };

function isCanonical(token: string, from: number, to: number): boolean {
  const rest = (to - from) % 4;
  if (to === from) return false;
  return rest === 0 || (lastCharacters[rest]?.includes(token.charAt(to - 1)) ?? false);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a JSON object. @returns `undefined` when it is none, is not UTF-8, is too deep, or has a name twice */
export function strictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (isDeeperThan(mostLevels, value)) return undefined;
  // What is written again just as it was has no name twice. Else the colons outside of strings are counted: one for each name in the text.
  const isPlain = JSON.stringify(value) === text;
  if (!isPlain && (text.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/:/g)?.length ?? 0) !== namesIn(value))
    return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, member) => sum + namesIn(member), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
