import { VendorError } from '@im/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml } from '../common/xml.ts';
import { toListPage } from './list-page.ts';

/** As the service writes it, with what stands there that nobody asked for. */
function pageOf(inside: string, marker = ''): string {
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.blob.core.windows.net/" ContainerName="c"><Prefix>&lt;Blob&gt;</Prefix><MaxResults>5000</MaxResults><Blobs>${inside}</Blobs>${marker === '' ? '<NextMarker />' : `<NextMarker>${escapeXml(marker)}</NextMarker>`}</EnumerationResults>`;
}
function blobOf(name: string, properties: Readonly<Record<string, string>>): string {
  const listed = Object.entries(properties).map(([key, value]) =>
    value === '' ? `<${key} />` : `<${key}>${escapeXml(value)}</${key}>`,
  );
  return `<Blob><Name>${escapeXml(name)}</Name><Properties>${listed.join('')}</Properties><OrMetadata /></Blob>`;
}
/** A comment sends the page to the whole parser. */
const wholly = (page: string) => page.replace('<Blobs>', '<!-- read by the parser --><Blobs>');

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((one) => one.replace(/\p{Cc}/gu, ''));
const name = fc
  .oneof(text, fc.constantFrom('<Blob>', '</Blob>', '<Name>', 'a&amp;b', ' a ', '&lt;'))
  .filter((one) => one !== '');
const properties = fc.record({
  'Creation-Time': fc.constant('Wed, 25 Nov 2026 14:00:00 GMT'),
  'Last-Modified': fc.constant('Wed, 25 Nov 2026 14:00:00 GMT'),
  Etag: fc.constant('0x8DE1'),
  'Content-Length': fc.nat().map(String),
  'Content-Type': text,
  'Content-Encoding': fc.constantFrom('', 'gzip'),
  'Content-MD5': fc.constantFrom('', 'XUFAKrxLKna5cZ2REBfFkg=='),
  'Cache-Control': text,
  AccessTier: fc.constantFrom('Hot', 'Cool'),
  AccessTierInferred: fc.constantFrom('', 'true'),
  TagCount: fc.constantFrom('', '2'),
});
const entry = fc.oneof(
  fc.tuple(name, properties).map(([one, given]) => blobOf(one, given)),
  name.map((one) => `<BlobPrefix><Name>${escapeXml(one)}</Name></BlobPrefix>`),
);

describe('pages of a list', () => {
  it('are read alike by looking and by parsing', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), text, (entries, marker) => {
        const page = pageOf(entries.join(''), marker);
        const byKind = ({ items, next }: ReturnType<typeof toListPage>) => ({
          blobs: items.filter(({ kind }) => kind === 'blob'),
          prefixes: items.filter(({ kind }) => kind === 'prefix'),
          next,
        });
        expect(byKind(toListPage(page))).toEqual(byKind(toListPage(wholly(page))));
        expect(toListPage(page).items).toHaveLength(entries.length);
      }),
      { numRuns: 500 },
    );
  });

  it('names that XML cannot hold are decoded', () => {
    const page = pageOf(
      '<Blob><Name Encoded="true">a%EF%BF%BFb%20c</Name><Properties><Etag>1</Etag></Properties></Blob>',
    );
    for (const one of [page, wholly(page)])
      expect(toListPage(one).items.map((item) => item.name)).toEqual(['a\uffffb c']);
  });

  it('metadata may have any names, those of the vendor’s elements too', () => {
    const page = pageOf(
      '<Blob><Name>a</Name><Properties><Etag>1</Etag></Properties><Metadata><Name>x</Name><Blob>y</Blob></Metadata></Blob><Blob><Name>b</Name><Properties /></Blob>',
    );
    expect(toListPage(page).items).toMatchObject([
      { name: 'a', properties: { metadata: { name: 'x', blob: 'y' } } },
      { name: 'b' },
    ]);
  });

  it.each([
    ['cut', pageOf(blobOf('a', { Etag: '1' })).slice(0, -40)],
    ['with a DTD', pageOf('').replace('<EnumerationResults', '<!DOCTYPE x><EnumerationResults')],
    ['of something else', '<Error><Code>x</Code></Error>'],
    ['a web page', '<html></html>'],
    ['empty', ''],
  ])('a page that is %s is refused', (_what, page) => {
    expect(() => toListPage(page)).toThrow(VendorError);
  });
});
