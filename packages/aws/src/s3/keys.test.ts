import { compareKeys } from '@im/storage';
import { oddKeys } from '@im/storage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKey, fromListedKey, fromStoredKey, isPlainDelimiter, keyPath, toStoredKey } from './keys.ts';

/** Keys out of the pieces that matter. */
const keys = fc
  .array(fc.constantFrom('..', '.', '/', '~', 'a', '\0', '\u0001', '\u0002', 'é', '😀', '\uffff', '-', '0'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('keys as they are stored', () => {
  it('come back as they were, each one apart from all others, in the order of their bytes', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        expect(fromStoredKey(toStoredKey(one))).toBe(one);
        expect(Math.sign(compareKeys(toStoredKey(one), toStoredKey(other)))).toBe(
          Math.sign(compareKeys(one, other)),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('begin as their beginnings are stored', () => {
    fc.assert(
      fc.property(keys, fc.nat(12), (key, length) => {
        const prefix = [...key].slice(0, length).join('');
        expect(toStoredKey(key).startsWith(toStoredKey(prefix))).toBe(true);
        expect(key.startsWith(fromStoredKey(toStoredKey(key).slice(0, toStoredKey(prefix).length)))).toBe(
          true,
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('are themselves, but for parts that begin with two dots, NUL and U+0001', () => {
    const changed = oddKeys.filter((key) => toStoredKey(key) !== key);
    expect(changed).toEqual(
      oddKeys.filter((key) => /(^|\/)\.\./.test(key) || key.includes('\0') || key.includes('\u0001')),
    );
    expect(toStoredKey('../a/../..b')).toBe('..~/a/..~/..~b');
    expect(toStoredKey('a..b/.c')).toBe('a..b/.c');
  });

  it('never lead out of what stands before them', () => {
    for (const key of oddKeys) expect(toStoredKey(key).split('/')).not.toContain('..');
  });

  it('are grouped by a delimiter as the keys themselves, or the delimiter is known not to be plain', () => {
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom('/', '-', 'a/', '.', '~', '\u0002', '..', '/..'),
        (key, delimiter) => {
          if (!isPlainDelimiter(delimiter)) return;
          const end = key.indexOf(delimiter);
          const stored = toStoredKey(key);
          const storedEnd = stored.indexOf(delimiter);
          const group =
            storedEnd < 0 ? undefined : fromStoredKey(stored.slice(0, storedEnd + delimiter.length));
          expect(group).toBe(end < 0 ? undefined : key.slice(0, end + delimiter.length));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('keys in requests and lists', () => {
  it('are escaped in paths but for their slashes, and read back from lists', () => {
    for (const key of oddKeys) {
      expect(keyPath(key)).toMatch(/^[\w.~%/-]+$/);
      expect(keyPath(key).split('/').map(decodeURIComponent).join('/')).toBe(key);
      expect(fromListedKey(keyPath(key).replaceAll('%20', '+'))).toBe(key);
    }
  });

  it('that are none are refused', () => {
    for (const key of ['', 7, undefined, '\ud800', 'x'.repeat(1025), 'ß'.repeat(513)])
      expect(() => checkKey(key)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    for (const key of ['x', 'x'.repeat(1024), 'ß'.repeat(512), '😀'.repeat(256)])
      expect(() => checkKey(key)).not.toThrow();
  });
});
