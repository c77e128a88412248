import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetadata, encodeMetadata } from './metadata.ts';

describe('values of metadata', () => {
  it('of any text come back as they were, by way of printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const text = value.toWellFormed();
        expect(encodeMetadata(text)).toMatch(/^([!-~]([ -~]*[!-~])?)?$/);
        expect(decodeMetadata(encodeMetadata(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that look encoded come back as they were too', () => {
    for (const value of ["UTF-8''x", "utf-8''%20", '=?UTF-8?B?w4PChE0=?=', ' x', 'x ', 'a\nb', '\ttab'])
      expect(decodeMetadata(encodeMetadata(value))).toBe(value);
  });

  it('of plain text are not touched', () => {
    for (const value of ['', 'x', 'a=b; c, d%20', '"quoted"']) expect(encodeMetadata(value)).toBe(value);
  });

  it('that other programs wrote are read as S3 gives them back (RFC 2047)', () => {
    expect(decodeMetadata('=?UTF-8?B?w4TDnA==?=')).toBe('ÄÜ');
    expect(decodeMetadata('=?UTF-8?Q?=C3=84_x?=')).toBe('Ä x');
    expect(decodeMetadata('=?utf-8?B?w4Q=?= =?utf-8?B?w5w=?=')).toBe('ÄÜ');
    for (const broken of ['=?no-such-set?B?w4Q=?=', '=?UTF-8?B?/w==?=', "UTF-8''%E9"])
      expect(decodeMetadata(broken)).toBe(broken);
  });
});
