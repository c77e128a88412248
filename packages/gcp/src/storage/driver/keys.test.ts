import { compareKeys } from '@im/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behind, toKey, toName, toNamePrefix, uploadsPrefix } from './keys.ts';

/** Keys made of what is escaped, and of its neighbours. */
const nasty = fc
  .array(
    fc.constantFrom(
      ...[
        '',
        '\u0000',
        '\u0001',
        '\u0002',
        '\t',
        '\n',
        '\u000b',
        '\f',
        '\r',
        '\u000e',
        '0',
        '1',
        '2',
        '5',
        '6',
      ],
      ...[
        '.',
        '..',
        '/',
        'a',
        '😀',
        '\uffff',
        '.well-known/acme-challeng',
        'd',
        'e',
        '.im-upload',
        'r',
        's',
        'c',
        't',
      ],
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const keys = fc.oneof(nasty, fc.string({ unit: 'binary' })).filter((key) => key !== '' && key.isWellFormed());

/** What the service does not store: https://cloud.google.com/storage/docs/objects#naming */
function isStorable(name: string): boolean {
  return (
    name !== '.' &&
    name !== '..' &&
    !/[\r\n]/.test(name) &&
    !name.includes('\0') &&
    !name.startsWith('.well-known/acme-challenge/') &&
    !name.startsWith(uploadsPrefix)
  );
}

describe('keys as names', () => {
  it('come back, can be stored, and never begin as parts of uploads do', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const name = toName(key);
        expect(toKey(name)).toBe(key);
        expect(isStorable(name), JSON.stringify(name)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('keep their order', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        expect(Math.sign(compareKeys(toName(one), toName(other)))).toBe(Math.sign(compareKeys(one, other)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('begin with the prefix of a key as the key does, and with no other', () => {
    fc.assert(
      fc.property(keys, keys, fc.nat(20), (key, other, at) => {
        const prefix = [...key].slice(0, at).join('');
        expect(toName(key).startsWith(toNamePrefix(prefix))).toBe(true);
        if (!other.startsWith(prefix)) expect(toName(other).startsWith(toNamePrefix(prefix))).toBe(false);
      }),
      { numRuns: 20_000 },
    );
  });

  it('are the same where nothing is to escape', () => {
    for (const key of ['a', 'a/b', '%2F', 'é', '😀', 'a..', '.a', '...', '.well-known/x', '.im-uploa'])
      expect(toName(key)).toBe(key);
  });

  it('are refused when the name becomes too long, before anything is sent', () => {
    expect(() => toName('\n'.repeat(512))).not.toThrow();
    expect(() => toName('\n'.repeat(513))).toThrow(/1026 bytes long once it is escaped/);
  });

  it('have a first name behind all that share a prefix', () => {
    fc.assert(
      fc.property(keys, keys, (prefix, name) => {
        const next = behind(prefix);
        if (next === undefined) return;
        expect(compareKeys(name, next) >= 0).toBe(!name.startsWith(prefix) && compareKeys(name, prefix) > 0);
      }),
      { numRuns: 5_000 },
    );
    expect(behind('a/')).toBe('a0');
    expect(behind('\u{10ffff}')).toBeUndefined();
    expect(behind('a\u{10ffff}')).toBe('b');
    expect(behind('\ud7ff')).toBe('\ue000');
  });
});
