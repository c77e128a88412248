import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dn, rawDn } from './dn.ts';

const normal = (text: string) => text.replace(/\\[0-9a-f]{2}/gi, (pair) => pair.toLowerCase());

describeVectors('names of RFC 4514', 'ldap', (folder) => {
  const { dn: cases } = JSON.parse(readFileSync(join(folder, 'escapes.json'), 'utf8')) as {
    readonly dn: readonly { rdn: string; value: string; dn: string }[];
  };

  it.each(cases)('$dn is made of its value', ({ rdn, value, dn: expected }) => {
    const above = rawDn(
      expected
        .split(/(?<!\\),/)
        .slice(1)
        .join(','),
    );
    const made = rawDn(`${rdn}=x`).rdns[0]?.[0]?.type === 'CN' ? dn`CN=${value},${above}` : above;
    expect(made.rdns).toEqual(rawDn(expected).rdns);
    expect(made.name).toBe(value);
    // Letters beyond ASCII may stand as they are.
    if (Buffer.byteLength(value) === value.length) expect(normal(made.text)).toBe(normal(expected));
  });
});

describe('a name', () => {
  it('of spaces alone, or with many of them in its value, is read in time that grows as it does', () => {
    // Tried in n³ and n² ways, it took minutes.
    const begin = performance.now();
    expect(() => rawDn(`cn${' '.repeat(16_000)}x`)).toThrow();
    expect(rawDn(`cn=a${' '.repeat(16_000)}b\\  `).name).toBe(`a${' '.repeat(16_000)}b `);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('escapes what is put in, and nothing of the template', () => {
    expect(dn`uid=${'a,b+c="d"'},ou=people,${rawDn('dc=example,dc=org')}`.text).toBe(
      'uid=a\\,b\\+c\\=\\"d\\",ou=people,dc=example,dc=org',
    );
    expect(dn`cn=${' #a '}`.text).toBe('cn=\\ #a\\ ');
    expect(dn`cn=${'#a'}`.text).toBe('cn=\\#a');
    expect(dn`cn=${'a\0b\u0085'}`.text).toBe('cn=a\\00b\\c2\\85');
    expect(dn`cn=${'a'},${rawDn('')}`.text).toBe('cn=a');
  });

  it('is compared by the usual rules', () => {
    expect(rawDn('CN=Ada  Lovelace, DC=Example').key).toBe(rawDn('cn=ada lovelace,dc=example').key);
    expect(rawDn('cn=a\\2cb').key).toBe(rawDn('cn=a\\,b').key);
    expect(rawDn('cn=a+sn=b').key).toBe(rawDn('sn=b+cn=a').key);
    expect(rawDn('cn=a,dc=b').key).not.toBe(rawDn('cn=a\\,dc=b').key);
    expect(rawDn('cn=a,ou=b,dc=c').isWithin(rawDn('DC=c'))).toBe(true);
    expect(rawDn('cn=a,ou=b,dc=c').isWithin(rawDn(''))).toBe(true);
    expect(rawDn('cn=a\\,dc=c').isWithin(rawDn('dc=c'))).toBe(false);
    expect(rawDn('cn="a,b",dc=c').name).toBe('a,b');
    expect(rawDn('cn=#0401ff,dc=c').name).toBe('#0401ff');
    expect(JSON.stringify({ at: rawDn('dc=c') })).toBe('{"at":"dc=c"}');
  });

  it.each([
    'a',
    'cn',
    '=a',
    'cn=a,',
    ',cn=a',
    'cn=a,,dc=b',
    'cn=a\\',
    'cn=a\\zb',
    'c n=a',
    'cn=a"b',
    'cn=<a>',
    `cn=${'a'.repeat(20_000)}`,
  ])('%o is none', (text) => {
    expect(() => rawDn(text)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', reason: 'bad_dn' }),
    );
  });

  it('no value changes its shape', { timeout: 60_000 }, () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(',', '+', '"', '\\', ' ', '#', '=', ';', '<', '\0', '\r', 'é', 'a', '\ud800'),
      }),
    );
    fc.assert(
      fc.property(anything, (value) => {
        const { rdns } = dn`uid=${value},dc=example`;
        expect(rdns).toEqual([
          [{ type: 'uid', value: value.toWellFormed() }],
          [{ type: 'dc', value: 'example' }],
        ]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
