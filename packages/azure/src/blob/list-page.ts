/**
 * Pages of a list of blobs.
 *
 * A page has up to 5,000 blobs of some 20 elements each, and a parser of XML stops the event loop for a quarter of a second over it. So the
 * few elements that are used are looked for in the text, blob by blob, at a tenth of that. This is sound because nothing in such a page can
 * look like an element without being one: there is no `<` in a text, and no comment or CDATA section, or the whole parser reads the page. It also
 * reads pages with metadata, whose names are elements of the user's choosing.
 */
import type { Page } from '@im/core';
import { decodeEntities, readXml, type XmlElement } from '../common/xml.ts';
import type { BlobEntry, BlobProperties } from './model.ts';
import { unquoted } from './wire.ts';

/** Text of an element inside another; `undefined` where there is none, or where it is empty. */
type ReadText = (name: string) => string | undefined;

/** One page. @throws `VendorError` `internal` for anything else than a page of a list */
export function toListPage(text: string): Page<BlobEntry> {
  return isPlain(text) ? scanned(text) : parsed(text);
}

const end = '</EnumerationResults>';

function isPlain(text: string): boolean {
  const isPage = text.includes('<EnumerationResults') && text.trimEnd().endsWith(end);
  return isPage && !text.includes('<!') && !text.includes('<Metadata') && !text.includes('<Tags');
}

function scanned(text: string): Page<BlobEntry> {
  const items: BlobEntry[] = [];
  for (let at = text.indexOf('<Blob'); at >= 0; at = text.indexOf('<Blob', at)) {
    const name = text.startsWith('>', at + 5)
      ? 'Blob'
      : text.startsWith('Prefix>', at + 5)
        ? 'BlobPrefix'
        : undefined;
    const close = name === undefined ? -1 : text.indexOf(`</${name}>`, at);
    if (close < 0) {
      // `<Blobs>` itself.
      at += 5;
      continue;
    }
    const element = text.slice(at, close);
    at = close;
    const blobName = scannedName(element);
    if (name === 'BlobPrefix') items.push({ kind: 'prefix', name: blobName });
    else items.push({ kind: 'blob', name: blobName, properties: toProperties(textIn(element), {}) });
  }
  return { items, next: textIn(text.slice(text.lastIndexOf('<NextMarker')))('NextMarker') };
}

const textIn =
  (element: string): ReadText =>
  (name) => {
    const start = element.indexOf(`<${name}>`);
    if (start < 0) return undefined;
    const from = start + name.length + 2;
    const text = element.slice(from, element.indexOf('</', from));
    return text === '' ? undefined : decodeEntities(text);
  };

function scannedName(element: string): string {
  const plain = textIn(element)('Name');
  if (plain !== undefined) return plain;
  const [, encoded = ''] = /<Name Encoded="true">([^<]*)</.exec(element) ?? [];
  return decodeURIComponent(decodeEntities(encoded));
}

function parsed(text: string): Page<BlobEntry> {
  const list = readXml(text, 'EnumerationResults');
  const blobs = list.first('Blobs');
  return {
    items: [
      ...(blobs?.all('Blob') ?? []).map(
        (blob): BlobEntry => ({ kind: 'blob', name: nameOf(blob), properties: parsedProperties(blob) }),
      ),
      ...(blobs?.all('BlobPrefix') ?? []).map((one): BlobEntry => ({ kind: 'prefix', name: nameOf(one) })),
    ],
    next: list.textOf('NextMarker'),
  };
}

/** Names that XML cannot hold come percent-encoded. */
function nameOf(element: XmlElement): string {
  const name = element.first('Name');
  if (name === undefined) return '';
  return name.attribute('Encoded') === 'true' ? decodeURIComponent(name.text) : name.text;
}

function parsedProperties(blob: XmlElement): BlobProperties {
  const properties = blob.first('Properties');
  const metadata = blob.first('Metadata');
  return toProperties(
    (name) => properties?.textOf(name),
    Object.fromEntries(
      (metadata?.names ?? []).map((name) => [name.toLowerCase(), metadata?.textOf(name) ?? '']),
    ),
  );
}

function toProperties(text: ReadText, metadata: Readonly<Record<string, string>>): BlobProperties {
  const tagCount = text('TagCount');
  return {
    size: Number(text('Content-Length') ?? 0),
    etag: unquoted(text('Etag')),
    lastModified: Date.parse(text('Last-Modified') ?? '') || 0,
    contentType: text('Content-Type') ?? 'application/octet-stream',
    contentEncoding: text('Content-Encoding'),
    contentLanguage: text('Content-Language'),
    contentDisposition: text('Content-Disposition'),
    cacheControl: text('Cache-Control'),
    contentMd5: text('Content-MD5'),
    metadata,
    accessTier: text('AccessTier'),
    accessTierInferred: text('AccessTierInferred') === 'true' || undefined,
    archiveStatus: text('ArchiveStatus'),
    tagCount: tagCount === undefined ? undefined : Number(tagCount),
    blobType: text('BlobType'),
  };
}
