import { VendorError } from '@im/core';
import { describe, expect, it } from 'vitest';
import { escapeXml, readXml } from './xml.ts';

describe('XML of answers', () => {
  it('is read by name, with texts as they were written', () => {
    const list = readXml(
      '\ufeff<?xml version="1.0"?><List Mode="a&amp;b"><Blob><Name> 007 </Name></Blob><Blob><Name>1.0</Name><Empty/></Blob></List>',
      'List',
    );
    expect(list.attribute('Mode')).toBe('a&b');
    expect(list.all('Blob').map((blob) => blob.textOf('Name'))).toEqual([' 007 ', '1.0']);
    expect(list.all('Blob')[1]?.textOf('Empty')).toBeUndefined();
    expect(list.first('Nothing')).toBeUndefined();
    expect(list.names).toEqual(['Blob']);
  });

  it('what was escaped comes back', () => {
    const text = `<&>"'\r\n\t é €`;
    expect(readXml(`<a><b>${escapeXml(text)}</b></a>`, 'a').textOf('b')).toBe(text);
    expect(readXml('<a><b>&#x1F600;&#65;&unknown;</b></a>', 'a').textOf('b')).toBe('😀A&unknown;');
  });

  it.each([
    ['a DTD', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['another document', '<b/>'],
    ['no XML', 'not found'],
    ['a cut document', '<a><b>'],
    ['nothing', ''],
  ])('%s is refused without quoting it', (_what, text) => {
    expect(() => readXml(text, 'a')).toThrow(VendorError);
    expect(() => readXml(text, 'a')).toThrow('the answer is not the XML <a> that was promised');
  });

  it('names that prototypes have are names like others', () => {
    const one = readXml('<a><b>1</b></a>', 'a');
    expect(one.first('constructor')).toBeUndefined();
    expect(one.first('__proto__')).toBeUndefined();
  });
});
