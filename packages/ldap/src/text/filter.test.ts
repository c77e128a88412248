import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIntegration } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import fc from 'fast-check';
import { BerReader, BerWriter } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { sentFilter } from '../connection/sent-filter.ts';
import { readableFilter } from '../fake/readable.ts';
import { ldap } from '../ldap.ts';
import type { DirectorySearch } from '../model.ts';
import { startFake } from '../testing.ts';
import { type Dn, dn } from './dn.ts';
import { and, Filter, filter, not, or, rawFilter } from './filter.ts';
import { parseFilter } from './parse-filter.ts';

const bytesOf = (one: Filter): string => {
  const writer = new BerWriter();
  sentFilter(one).write(writer);
  return writer.buffer.toString('hex');
};

describeVectors('filters of RFC 4515', 'ldap', (folder) => {
  const { filter: cases } = JSON.parse(readFileSync(join(folder, 'escapes.json'), 'utf8')) as {
    readonly filter: readonly { value?: string; valueHex?: string; filter: string; kind?: string }[];
  };

  it.each(cases)('$filter is made of its value', ({ value, valueHex, filter: expected, kind }) => {
    const given = value ?? Buffer.from(valueHex ?? '', 'hex');
    const [, attribute = ''] = /^\(([^=]+)=/.exec(expected) ?? [];
    const made = kind === 'substring' ? filter`(${attribute}=*${given}*)` : filter`(${attribute}=${given})`;
    // Which of the bytes that may be escaped are, is free: what is meant, and what is sent, is not.
    expect(parseFilter(made.text)).toEqual(parseFilter(expected));
    expect(bytesOf(made)).toBe(bytesOf(rawFilter(expected)));
    if (/^[\x20-\x7e]*$/.test(value ?? '\n')) expect(made.text.toLowerCase()).toBe(expected.toLowerCase());
  });
});

describe('a filter', () => {
  it('escapes what is put in, and nothing of the template', () => {
    expect(filter`(&(objectClass=person)(cn=${'a*(b)\\c\0d'}*))`.text).toBe(
      '(&(objectClass=person)(cn=a\\2a\\28b\\29\\5cc\\00d*))',
    );
    expect(filter`(bin=${new Uint8Array([0, 255])})`.text).toBe('(bin=\\00\\ff)');
    expect(filter`(n>=${5})`.text).toBe('(n>=5)');
    expect(filter`(member=${dn`uid=${'a,b'}`})`.text).toBe('(member=uid=a\\5c,b)');
  });

  it('is put into others as it is', () => {
    const one = filter`(uid=${'a'})`;
    const other = filter`(uid=b)`;
    expect(filter`(|${one}${other})`.text).toBe('(|(uid=a)(uid=b))');
    expect(and(one, not(or(one, other))).text).toBe('(&(uid=a)(!(|(uid=a)(uid=b))))');
    expect(JSON.stringify({ one })).toBe('{"one":"(uid=a)"}');
  });

  it('sends every kind as RFC 4511 §4.5.1.7 has it', () => {
    const texts = [
      '(&(a=1)(b=2))',
      '(|(a=1)(!(b=2)))',
      '(a=*)',
      '(a;binary=x)',
      '(a=x*y*z)',
      '(a=*y*)',
      '(a>=1)',
      '(a<=1)',
      '(a~=1)',
      '(1.2.3=x)',
      '(a:dn:=x)',
      '(a:1.2.3:=x)',
      '(:dn:caseIgnoreMatch:=x)',
      '(:1.2.3:=x)',
      '(a=)',
    ];
    for (const text of texts) {
      const bytes = Buffer.from(bytesOf(rawFilter(text)), 'hex');
      const reader = new BerReader(bytes);
      reader.readSequence();
      expect(reader.remain, text).toBe(reader.length);
      expect(readableFilter(parseFilter(text))).toBe(text);
    }
    expect(bytesOf(rawFilter('(cn=é)'))).toBe('a3080402636e0402c3a9');
    expect(bytesOf(rawFilter('(cn=\\c3\\a9)'))).toBe('a3080402636e0402c3a9');
  });

  it.each([
    ['nothing', ''],
    ['no brackets', 'uid=a'],
    ['an open bracket', '(uid=a'],
    ['a second filter behind it', '(uid=a)(uid=b)'],
    ['no operator', '(uid)'],
    ['no attribute', '(=a)'],
    ['an attribute that is none', '(u id=a)'],
    ['an escape that is none', '(uid=\\zz)'],
    ['a bracket in a value', '(uid=a(b)'],
    ['a set of nothing', '(&)'],
    ['a not without a filter', '(!)'],
    ['neither rule nor attribute', '(:=x)'],
    ['two rules', '(a:b:c:=x)'],
    ['a hundred levels', `${'(!'.repeat(100)}(a=b)${')'.repeat(100)}`],
    ['a megabyte', `(a=${'b'.repeat(1_000_000)})`],
  ])('is refused with %s, without printing it', (_what, text) => {
    expect(() => rawFilter(text)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', reason: 'bad_filter' }),
    );
    const secret = 'the-value-that-nobody-should-see';
    expect(() => filter`(${secret}=a)(`).toThrowError(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });

  it('does not compile as a plain string, nor does a name; and is refused where nobody compiles', async () => {
    await using fake = await startFake();
    await using client = createIntegration(ldap, { options: fake.options() });
    const name = '*';
    const looksLikeOne = { text: '(uid=*)', toString: () => '(uid=*)', toJSON: () => '(uid=*)' };
    const refused = { code: 'invalid_argument' };
    // @ts-expect-error a filter that was put together by hand
    const byHand: DirectorySearch = { filter: `(uid=${name})` };
    // @ts-expect-error what looks like a filter
    const lookalike: DirectorySearch = { filter: looksLikeOne };
    await expect(client.search(byHand).toArray()).rejects.toMatchObject(refused);
    await expect(client.search(lookalike).toArray()).rejects.toMatchObject(refused);
    await expect(client.searchUsers(byHand).toArray()).rejects.toMatchObject(refused);
    // @ts-expect-error a name that was put together by hand
    const nameByHand: Dn = `uid=${name},dc=example`;
    await expect(client.groupsOf(nameByHand)).rejects.toMatchObject(refused);
    await expect(client.compare(nameByHand, 'uid', 'x')).rejects.toMatchObject(refused);
    expect(fake.exchanges).toEqual([]);
  });
});

describe('LDAP injection', () => {
  it('no value, whatever it holds, changes the shape of a filter', { timeout: 60_000 }, () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('*', '(', ')', '\\', '\0', '&', '|', '!', '=', 'a', 'é', '\ud800') }),
      fc.constantFrom(
        '*',
        '*)(uid=*',
        ')(|(password=*',
        'admin)(&)',
        '\\2a',
        'a)(!(objectClass=*))',
        '\u202e)(',
      ),
    );
    fc.assert(
      fc.property(anything, (value) => {
        expect(parseFilter(filter`(&(objectClass=person)(uid=${value}))`.text)).toEqual({
          kind: 'and',
          of: [
            { kind: 'equal', attribute: 'objectClass', value: Buffer.from('person') },
            { kind: 'equal', attribute: 'uid', value: Buffer.from(value.toWellFormed()) },
          ],
        });
        expect(parseFilter(filter`(cn=${value}*)`.text)).toMatchObject(
          value === '' ? { kind: 'present' } : { kind: 'substrings', any: [], final: undefined },
        );
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('a filter that is put where a value belongs is refused', () => {
    expect(() => filter`(uid=${rawFilter('(a=b)')})`).toThrowError(/no search filter/);
  });

  it('only this package makes filters', () => {
    expect(new Filter('(a=b)', { kind: 'present', attribute: 'a' })).toBeInstanceOf(Filter);
    expect(() => filter`${'(a=b)'}`).toThrowError(/no search filter/);
  });
});
