import { compareKeys } from '@im/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBlobName } from '../wire.ts';
import { fromMetadataName, fromMetadataValue, toMetadataName, toMetadataValue } from './metadata.ts';
import { fromOddName, isPlainPrefix, namesOf, oddPrefix, oddPrefixOf, ownPrefix, toName } from './names.ts';

/** Texts with what is special here in them. */
const key = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '.',
        '/',
        '\\',
        '..',
        'a',
        '~',
        '\u0000',
        '\u001f',
        '\u007f',
        '\uffff',
        '\ue000',
        '😀',
        ownPrefix,
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && text.isWellFormed());
const isOurs = (name: string) => name.startsWith(oddPrefix);
const back = (name: string) => (isOurs(name) ? fromOddName(name) : name);

describe('keys as names of blobs', () => {
  it('every key comes back, and its name is one that the service stores as it is', () => {
    fc.assert(
      fc.property(key, (one) => {
        const name = toName(one);
        expect(back(name)).toBe(one);
        expect(checkBlobName(name)).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('odd keys are in the order of their bytes', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const [left, right] = [toName(one), toName(other)];
        if (!isOurs(left) || !isOurs(right)) return;
        expect(Math.sign(Number(left > right) - Number(left < right))).toBe(
          Math.sign(compareKeys(one, other)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('keys of a prefix have names of a prefix', () => {
    fc.assert(
      fc.property(key, fc.nat(), (one, cut) => {
        const prefix = one.slice(0, cut % (one.length + 1));
        if (!prefix.isWellFormed()) return;
        for (const name of namesOf(one)) {
          if (isOurs(name)) expect(name.startsWith(oddPrefixOf(prefix))).toBe(true);
          else expect(prefix === '' || isPlainPrefix(prefix)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('ordinary keys are their own names', () => {
    for (const one of [
      'photo.jpg',
      'a/b/c.tar.gz',
      '.env',
      'a b',
      'ü',
      '日本',
      '😀',
      '..a',
      'a//b',
      '/a',
      'a/',
    ])
      expect(toName(one)).toBe(one);
    expect(toName('../a')).toMatch(/^\.im~\/k\/[\u4e00-\u8dff]+$/);
  });

  it('a name below our prefix that we did not write is nobody’s key', () => {
    for (const name of [
      `${oddPrefix}abc`,
      oddPrefix,
      `${oddPrefix}一`,
      `${oddPrefix}${toName('..').slice(oddPrefix.length)}一一`,
    ])
      expect(fromOddName(name), name).toBeUndefined();
  });

  it('the longest keys have names that are short enough', () => {
    for (const one of ['/'.repeat(1024), '\\'.repeat(1024), '\uffff'.repeat(341), 'A/'.repeat(512)])
      expect(toName(one).length).toBeLessThanOrEqual(1024);
  });
});

describe('metadata of the port in metadata of Azure', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
  const tricky = fc
    .array(fc.constantFrom('_', '-', '2d', '5f', '31', '_2d_', '_5f_', 'a', '1'), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join(''))
    .filter((text) => /^[a-z0-9][a-z0-9_-]*$/.test(text));

  it('every name is a C# identifier, and comes back', () => {
    fc.assert(
      fc.property(fc.oneof(name, tricky), (one) => {
        expect(toMetadataName(one)).toMatch(/^[a-z_][a-z0-9_]*$/);
        expect(fromMetadataName(toMetadataName(one))).toBe(one);
      }),
      { numRuns: 5_000 },
    );
    expect(toMetadataName('content_hash')).toBe('content_hash');
    expect(toMetadataName('with-dash_1')).toBe('with_2d_dash_1');
  });

  it('every value is printable ASCII, and comes back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (value) => {
        if (!value.isWellFormed()) return;
        expect(toMetadataValue(value)).toMatch(/^[!-~]+( [!-~]+)*$/);
        expect(fromMetadataValue(toMetadataValue(value))).toBe(value);
      }),
      { numRuns: 2_000 },
    );
    expect(toMetadataValue('plain text, 1')).toBe('plain text, 1');
    expect(toMetadataValue("UTF-8''x")).toBe("UTF-8''UTF-8''x");
    expect(fromMetadataValue("UTF-8''%E0%A4%A")).toBe("UTF-8''%E0%A4%A");
  });
});
