import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../refusals.ts';
import { instantOf, textOf } from './read.ts';
import { everyElement, parseXml } from './strict.ts';
import { escapeXml, xml } from './write.ts';

describe('a document', () => {
  it('is read with its text as signatures want it: line ends are one character', () => {
    const { text, root } = parseXml(
      '\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n<a:b xmlns:a="urn:x">\r1 &amp; &#50;\r\n</a:b>\r\n',
    );
    expect(text).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n<a:b xmlns:a="urn:x">\n1 &amp; &#50;\n</a:b>\n',
    );
    expect(textOf(root)).toBe('1 & 2');
    expect(root.namespaceURI).toBe('urn:x');
  });

  it('gives back what was written, whatever it holds', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        // What XML cannot hold is refused, never changed.
        const document = xml('a', { b: value }, xml('c', {}, value)).toString();
        try {
          const { root } = parseXml(document);
          expect(root.getAttribute('b')).toBe(value);
          expect(root.textContent).toBe(value);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'bad_encoding' });
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('whatever is done to one, it is refused or it is what it looks like', { timeout: 60_000 }, () => {
    const whole =
      '<?xml version="1.0"?><p:R xmlns:p="urn:p" ID="_1"><p:A ID="_2" x="1">text &lt; more</p:A><p:B/></p:R>';
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      "'",
      '&',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x?>',
      '<!DOCTYPE a>',
      '&x;',
      '&#0;',
      '\0',
      '<a>',
      '</a>',
      ' ID="_1"',
      'x',
      '\ud800',
    );
    const edit = fc.record({ at: fc.nat(whole.length), cut: fc.nat(6), put: pieces });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce(
          (now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut),
          whole,
        );
        try {
          const { root } = parseXml(text);
          expect(text).not.toMatch(/<!|<\?x\?|&x;/);
          const elements = [...everyElement(root)].length;
          expect(elements).toBe((text.match(/<[^/?]/g) ?? []).length);
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
          refused += 1;
        }
      }),
      { numRuns: 3_000, seed: 1 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it.each([
    ['no text at all', '', 'not_xml'],
    ['text alone', 'x', 'not_xml'],
    ['text in front', 'x<a/>', 'not_xml'],
    ['text behind', '<a/>x', 'not_xml'],
    ['tags that do not match', '<a><b></a></b>', 'not_xml'],
    ['a tag that is not closed', '<a>', 'not_xml'],
    ['a closing tag with attributes', '<a></a b="1">', 'not_xml'],
    ['an attribute twice', '<a b="1" b="2"/>', 'not_xml'],
    ['an attribute without quotes', '<a b=1/>', 'not_xml'],
    ['an attribute without a value', '<a b/>', 'not_xml'],
    ['attributes without a space', '<a b="1"c="2"/>', 'not_xml'],
    ['a prefix that nobody explained', '<x:a/>', 'not_xml'],
    ['an ampersand alone', '<a>&</a>', 'bad_entity'],
    ['an entity in an attribute', '<a b="&x;"/>', 'bad_entity'],
    ['a surrogate by number', '<a>&#xD800;</a>', 'bad_entity'],
    ['a character beyond Unicode', '<a>&#x110000;</a>', 'bad_entity'],
    ['a NUL', '<a>\0</a>', 'bad_encoding'],
    ['half a surrogate pair', '<a>\ud800</a>', 'bad_encoding'],
    [
      'an encoding in which bytes mean other things',
      '<?xml version="1.0" encoding="utf-16"?><a/>',
      'bad_encoding',
    ],
    ['an instruction', '<?xml-stylesheet href="x"?><a/>', 'comment_or_instruction'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>', 'comment_or_instruction'],
    ['a comment behind the end', '<a/><!-- x -->', 'comment_or_instruction'],
    ['an id twice', '<a ID="x"><b ID="x"/></a>', 'duplicate_id'],
    ['an id twice, under two names', '<a ID="x"><b id="x"/></a>', 'duplicate_id'],
    ['an id with a quote', `<a ID="x'y"/>`, 'duplicate_id'],
    ['an empty id', '<a ID=""/>', 'duplicate_id'],
  ])('with %s is refused', (_what, text, reason) => {
    expect(() => parseXml(text)).toThrowError(expect.objectContaining({ name: 'Refused', reason }));
  });
});

describe('an instant', () => {
  it.each([
    ['2030-01-01T00:00:00Z', 0],
    ['2030-01-01T00:00:00.5Z', 500],
    ['2030-01-01T00:00:00.123456789Z', 123],
    ['2030-01-01T02:00:00+02:00', 0],
    ['2029-12-31T19:00:00-05:00', 0],
  ])('%s is understood', (text, after) => {
    expect(instantOf(text, 'it')).toBe(Date.UTC(2030, 0, 1) + after);
  });

  it.each([
    '',
    '2030-01-01',
    '2030-01-01T00:00:00',
    '2030-13-01T00:00:00Z',
    'tomorrow',
    '1893456000000',
    '2030-01-01T00:00:00ZZ',
    ' 2030-01-01T00:00:00Z',
  ])('%o is none', (text) => {
    expect(() => instantOf(text, 'it')).toThrowError(expect.objectContaining({ reason: 'bad_time' }));
  });
});

it('what is written cannot become markup', () => {
  expect(escapeXml(`<a b='c' d="e">&\r\n`)).toBe('&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;&#13;&#10;');
  expect(xml('a', { b: undefined, c: true }, undefined, ['x', xml('d', {})]).toString()).toBe(
    '<a c="true">x<d/></a>',
  );
});
