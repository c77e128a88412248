import { describe, expect, it } from 'vitest';
import { escapeXml, findRoot, isXmlText, parseXml } from './xml.ts';

describe('XML of answers', () => {
  it('is read by the names of elements, with spaces, escapes and namespaces', () => {
    const root = parseXml(
      '<?xml version="1.0"?><List xmlns="urn:x"><Key> a &amp; b&#10;&#x1F600;&lt; </Key><Empty/><Item><N>1</N></Item><Item><N>2</N></Item></List>',
      'List',
    );
    expect(root.text('Key')).toBe(' a & b\n😀< ');
    expect([root.text('Empty'), root.text('None')]).toEqual(['', undefined]);
    expect(root.children('Item').map((item) => item.text('N'))).toEqual(['1', '2']);
  });

  it('keeps numbers as text, and refuses elements that are named as JavaScript’s own', () => {
    const root = parseXml('<R><Key>007</Key></R>', 'R');
    expect([root.text('Key'), root.text('toString')]).toEqual(['007', undefined]);
    for (const name of ['__proto__', 'constructor', 'prototype'])
      expect(findRoot(`<R><${name}>x</${name}></R>`, 'R')).toBeUndefined();
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
