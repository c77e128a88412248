import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml, findRoot, isXmlText, parseXml, type XmlElement } from './xml.ts';

describe('XML of answers', () => {
  it('is read by the names of elements, with spaces, escapes and namespaces', () => {
    const root = parseXml(
      '<?xml version="1.0"?><List xmlns="urn:x"><Key> a &amp; b&#10;😀&lt; </Key><Empty/><Item><N>1</N></Item><Item><N>2</N></Item></List>',
      'List',
    );
    expect(root.text('Key')).toBe(' a & b\n😀< ');
    expect([root.text('Empty'), root.text('None')]).toEqual(['', undefined]);
    expect(root.children('Item').map((item) => item.text('N'))).toEqual(['1', '2']);
  });

  it('keeps numbers, and elements that are named as JavaScript’s own, as what they are', () => {
    const root = parseXml('<R><Key>007</Key><__proto__><x>y</x></__proto__></R>', 'R');
    expect([root.text('Key'), root.text('toString'), root.text('x')]).toEqual(['007', undefined, undefined]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('has comments, literal text, empty elements and attributes with anything in them', () => {
    const content = `<?xml version="1.0"?>
      <!-- <R>no</R> --><R xmlns="urn:x" a="1 > 0" b='"/>'>
        <Empty/><Spaced  x="y" ></Spaced ><Text>a<![CDATA[ <&amp;> ]]>b<!-- c -->d</Text>
      </R>
    `;
    const root = parseXml(content, 'R');
    expect([root.text('Empty'), root.text('Spaced'), root.text('Text')]).toEqual(['', '', 'a <&amp;> bd']);
  });

  it('of any shape is read as it was written, and no text makes it throw', () => {
    interface Tree {
      readonly text: string;
      readonly children: readonly Tree[];
    }
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.record({
        text: fc.string({ unit: 'grapheme' }).filter(isXmlText),
        children: fc.oneof({ maxDepth: 5 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
      }),
    }));
    const write = ({ text, children }: Tree): string =>
      `<T><V>${escapeXml(text)}</V>${children.map(write).join('')}</T>`;
    const check = (element: XmlElement, { text, children }: Tree): void => {
      expect(element.text('V')).toBe(text);
      const below = element.children('T');
      expect(below).toHaveLength(children.length);
      for (const [index, child] of children.entries()) check(below[index] as XmlElement, child);
    };
    fc.assert(fc.property(tree, (one) => check(parseXml(write(one), 'T'), one)));
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('<', '>', '/', 'a', '"', "'", '<!--', '-->', '<![CDATA[', '&', ' ', '<a>', '</a>'),
        ),
        (parts) => {
          findRoot(parts.join(''), 'a');
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('that is nested too deeply, or not nested rightly, is no answer', () => {
    for (const content of ['<R><A></R></A>', '<R></A></R>', '</R>', '<R', '<R a="x></R>'])
      expect(findRoot(content, 'R')).toBeUndefined();
    expect(findRoot(`<R>${'<A>'.repeat(100_000)}${'</A>'.repeat(100_000)}</R>`, 'R')).toBeUndefined();
    expect(findRoot('<R></R>', 'R')).toBeDefined();
  });

  it('with a document type, of another kind, or broken is no answer', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><R>&b;</R>';
    for (const content of [
      bomb,
      '<Other/>',
      '<R>',
      'text',
      '',
      '{"json":1}',
      '<html><body>R</body></html>',
    ]) {
      expect(findRoot(content, 'R')).toBeUndefined();
      expect(() => parseXml(content, 'R')).toThrow(
        expect.objectContaining({ failure: expect.objectContaining({ code: 'internal' }) }),
      );
    }
  });

  it('is written so that it is read as it was', () => {
    for (const text of ['a & <b> "c" \'d\'', 'line\r\n\tend', '😀\u0085\u2028', ' space '])
      expect(parseXml(`<R><K>${escapeXml(text)}</K></R>`, 'R').text('K')).toBe(text);
    expect(['a\n', '\u0001', '\0', '\uffff', '\u001f'].map(isXmlText)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
