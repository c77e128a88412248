/** The vendor's headers, XML and names, and what they are here. */
import { VendorError } from '@im/core';
import { type Path, rawPath } from '@im/http';
import { versionFor } from '../common/api-version.ts';
import { metadataHeaders, metadataOf } from '../common/metadata.ts';
import type {
  BlobAttributes,
  BlobConditions,
  BlobProperties,
  BlobWritten,
  CopyBlobOptions,
} from './model.ts';

/** Reads a header of an answer. */
export type ReadHeader = (name: string) => string | null | undefined;

/** Longest name of a blob, in UTF-16 units. */
const maxNameLength = 1024;
const maxSegments = 254;

/**
 * Refuses names that the service stores otherwise or not at all.
 *
 * @throws `VendorError` `invalid_argument`
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#blob-names | Azure: Blob names}
 */
export function checkBlobName(name: string): string {
  const fault =
    typeof name !== 'string' || name === '' || !name.isWellFormed()
      ? 'is empty or no well-formed text'
      : name.length > maxNameLength
        ? `is longer than ${maxNameLength} characters`
        : unstorable.test(name)
          ? 'has a backslash, a control character, or a segment that ends in a dot'
          : name.split('/').length > maxSegments
            ? `has more than ${maxSegments} segments`
            : undefined;
  if (fault === undefined) return name;
  throw invalid(`the name of the blob ${fault}`);
}

/** Backslashes become slashes, dots at the end of a segment are lost, control characters are refused. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
export const unstorable = /[\u0000-\u001f\u007f-\u009f\\\ufffe\uffff]|\.(?:\/|$)/u;

/** A refusal before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ sent: false, code: 'invalid_argument', says });
}

/** A blob's path below the account's address; its slashes stay slashes. */
export function blobPath(container: string, name: string): Path {
  return rawPath(`${container}/${encodeName(checkBlobName(name))}`);
}

/** A name as it stands in a URL. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%2F', '/');
}

/** An etag as headers have it. `*` is every one. */
export function quoted(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '*' || etag.startsWith('"') ? etag : `"${etag}"`;
}

/** An etag as it is here. */
export function unquoted(etag: string | null | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}

/** Conditions as headers. */
export function conditionHeaders({
  ifMatch,
  ifNoneMatch,
}: BlobConditions): Record<string, string | undefined> {
  return { 'if-match': quoted(ifMatch), 'if-none-match': quoted(ifNoneMatch) };
}

/** What goes beside the bytes, as headers. @throws `VendorError` `invalid_argument` */
export function attributeHeaders(attributes: BlobAttributes): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {
    'x-ms-blob-content-type': attributes.contentType ?? 'application/octet-stream',
    'x-ms-blob-cache-control': attributes.cacheControl,
    'x-ms-blob-content-disposition': attributes.contentDisposition,
    'x-ms-blob-content-encoding': attributes.contentEncoding,
    'x-ms-blob-content-language': attributes.contentLanguage,
    'x-ms-tags': attributes.tags === undefined ? undefined : tagsHeader(attributes.tags),
    ...tierHeaders(attributes.tier),
  };
  return Object.assign(headers, metadataHeaders(attributes.metadata));
}

/** What a copy has of its own, as headers. @throws `VendorError` `invalid_argument` */
export function copyHeaders({ metadata, tier, tags }: CopyBlobOptions): Record<string, string | undefined> {
  return {
    ...metadataHeaders(metadata),
    ...tierHeaders(tier),
    ...(tags === 'source'
      ? { 'x-ms-copy-source-tag-option': 'COPY' }
      : tags !== undefined && { 'x-ms-tags': tagsHeader(tags) }),
  };
}

function tierHeaders(tier: string | undefined): Record<string, string> {
  return tier === undefined ? {} : { 'x-ms-access-tier': tier, 'x-ms-version': versionFor('blob', tier) };
}

function tagsHeader(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Facts of a write. */
export function toWritten(header: ReadHeader): BlobWritten {
  return {
    etag: unquoted(header('etag')),
    lastModified: Date.parse(header('last-modified') ?? '') || 0,
    versionId: header('x-ms-version-id') ?? undefined,
  };
}

/** A blob's properties by the headers of an answer. */
export function toProperties(
  headers: { readonly get: ReadHeader } & Iterable<readonly [string, string]>,
  size: number,
): BlobProperties {
  const text = (name: string) => headers.get(name) ?? undefined;
  const tagCount = text('x-ms-tag-count');
  return {
    size,
    etag: unquoted(headers.get('etag')),
    lastModified: Date.parse(headers.get('last-modified') ?? '') || 0,
    contentType: text('content-type') ?? 'application/octet-stream',
    contentEncoding: text('content-encoding'),
    contentLanguage: text('content-language'),
    contentDisposition: text('content-disposition'),
    cacheControl: text('cache-control'),
    contentMd5: text('x-ms-blob-content-md5') ?? text('content-md5'),
    metadata: metadataOf(headers),
    accessTier: text('x-ms-access-tier'),
    accessTierInferred: text('x-ms-access-tier-inferred') === 'true' || undefined,
    archiveStatus: text('x-ms-archive-status'),
    tagCount: tagCount === undefined ? undefined : Number(tagCount),
    versionId: text('x-ms-version-id'),
    blobType: text('x-ms-blob-type'),
  };
}

/** Where the bytes of an answer lie in the blob, by `content-range` or `content-length`. */
export function extentOf(header: ReadHeader): {
  readonly offset: number;
  readonly length: number;
  readonly size: number;
} {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  if (first === undefined) {
    const length = Number(header('content-length') ?? 0);
    return { offset: 0, length, size: length };
  }
  return { offset: Number(first), length: Number(last) - Number(first) + 1, size: Number(total) };
}

/** Whether a range begins past the end: the emulator answers it with nothing, or with everything. */
export function isBeyond(
  range: { readonly offset: number } | undefined,
  { size }: { readonly size: number },
): boolean {
  return range !== undefined && range.offset >= size;
}

/** What the service says of such a range. */
export function beyond({ size }: { readonly size: number }): VendorError {
  return new VendorError({
    sent: true,
    status: 416,
    reason: 'InvalidRange',
    says: `the blob has ${size} bytes`,
  });
}
