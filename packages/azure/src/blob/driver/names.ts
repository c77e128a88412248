/**
 * Keys as names of blobs.
 *
 * Nearly every key is the name of its blob, to the letter. Some cannot be: the service turns backslashes into slashes, loses dots at the end of
 * a segment (`.` and `..` too), refuses control characters, and takes no more than 254 segments. Characters from U+E000 to U+FFFF sort apart in
 * UTF-8 and UTF-16, and the order of the service is not documented that far. All these *odd* keys are stored under a prefix that is ours, as
 * text of Chinese characters, 14 bits each: 9 bits for every byte (its value and 1), so that what ends sorts before what goes on. So the order of
 * names is that of the keys' bytes, and names of keys that share a prefix share one too.
 *
 * What is below our prefix is never listed. Keys that begin with it are odd themselves. Another tool may have put a blob under a name that for us
 * is an odd key, by its characters from U+E000: it is listed, read and deleted all the same.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#blob-names | Azure: Blob names}
 */
import { unstorable } from '../wire.ts';

/** Begins the names that are ours. */
export const ownPrefix = '.im~/';
/** Begins the names of odd keys. */
export const oddPrefix = `${ownPrefix}k/`;

const maxSegments = 254;
const beyondSurrogates = /[\ue000-\uffff]/;

/** Whether no blob can have this name, or only one of ours. */
function isImpossible(name: string): boolean {
  return (
    unstorable.test(name) ||
    name.startsWith(ownPrefix) ||
    (name.length > maxSegments && name.split('/').length > maxSegments)
  );
}

/** The name under which a key is written. */
export function toName(key: string): string {
  return beyondSurrogates.test(key) || isImpossible(key) ? oddPrefix + pack(Buffer.from(key)) : key;
}

/** The names under which a key may be found, ours first. */
export function namesOf(key: string): readonly [string, ...string[]] {
  const name = toName(key);
  return name === key || isImpossible(key) ? [name] : [name, key];
}

/** The key of a blob below {@link oddPrefix}; `undefined` for what we did not write. */
export function fromOddName(name: string): string | undefined {
  const bytes = unpack(name.slice(oddPrefix.length));
  if (bytes === undefined) return undefined;
  const key = bytes.toString();
  // What we would write otherwise is another's.
  return toName(key) === name ? key : undefined;
}

/** What the names of odd keys of this prefix begin with. Keys of other prefixes may begin so as well. */
export function oddPrefixOf(prefix: string): string {
  const bytes = Buffer.from(prefix);
  const whole = Math.floor((bytes.byteLength * byteBits) / characterBits);
  return oddPrefix + pack(bytes).slice(0, whole);
}

/** Whether names that are their keys can begin with this. */
export function isPlainPrefix(prefix: string): boolean {
  // A dot at the end is no end of a segment yet.
  return !isImpossible(prefix.endsWith('.') ? `${prefix}x` : prefix);
}

const byteBits = 9;
const characterBits = 14;
const firstCharacter = 0x4e00;

function pack(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << byteBits) | (byte + 1);
    bits += byteBits;
    while (bits >= characterBits) {
      bits -= characterBits;
      text += String.fromCharCode(firstCharacter + (held >> bits));
      held &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? text : text + String.fromCharCode(firstCharacter + (held << (characterBits - bits)));
}

function unpack(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = text.charCodeAt(index) - firstCharacter;
    if (value < 0 || value >= 1 << characterBits) return undefined;
    held = (held << characterBits) | value;
    bits += characterBits;
    while (bits >= byteBits) {
      bits -= byteBits;
      const symbol = held >> bits;
      held &= (1 << bits) - 1;
      if (symbol === 0) return Buffer.from(bytes);
      if (symbol > 256) return undefined;
      bytes.push(symbol - 1);
    }
  }
  return Buffer.from(bytes);
}
