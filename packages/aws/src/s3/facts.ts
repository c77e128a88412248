/** From the headers of an answer to what is known of an object, and to the headers of a request from what is to be stored. */
import type { HeaderReader } from '@im/core';
import type { ObjectLock } from '@im/storage';
import { queryString } from '../common/query.ts';
import type { S3Dialect } from './dialects.ts';
import { decodeMetadata, encodeMetadata, metadataPrefix } from './metadata.ts';
import type { S3Attributes, S3Checksum, S3Checksums, S3Head, S3Range, S3WriteCondition } from './model.ts';

/** Name of the metadata that recognises a write. */
export const writeIdName = 'im-write';

/** Headers that can be gone through, as those of `@im/http` can. */
export type AnswerHeaders = HeaderReader & Iterable<readonly [name: string, value: string]>;

/** Hexadecimal to the base64 of S3's headers. */
export function toBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** An etag between quotes, as most answers have it. */
export function quoted(etag: string): string {
  return etag === '' || etag === '*' || etag.startsWith('"') ? etag : `"${etag}"`;
}

/** An etag as a condition of a write wants it. */
export function etagFor(dialect: S3Dialect, etag: string): string {
  return dialect.quotesEtags ? quoted(etag) : etag.replaceAll('"', '');
}

/** The value of `Range`. */
export function rangeHeader(range: S3Range): string {
  if (range.last !== undefined) return `bytes=-${range.last}`;
  return `bytes=${range.offset}-${range.length === undefined ? '' : range.offset + range.length - 1}`;
}

/** `content-range: bytes 3-5/10` */
export function readContentRange(
  value: string | null | undefined,
): { readonly offset: number; readonly size: number } | undefined {
  const [, offset, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(value ?? '') ?? [];
  return offset === undefined ? undefined : { offset: Number(offset), size: Number(size) };
}

/** Headers that say what is stored beside the bytes. */
export function attributeHeaders(attributes: S3Attributes): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': attributes.contentType ?? 'application/octet-stream',
  };
  for (const [field, header] of plainHeaders) {
    const value = attributes[field];
    if (value !== undefined) headers[header] = value;
  }
  const { metadata, tags, lock, writeId } = attributes;
  for (const name in metadata) headers[metadataPrefix + name] = encodeMetadata(metadata[name] ?? '');
  if (writeId !== undefined) headers[metadataPrefix + writeIdName] = writeId;
  if (tags !== undefined && Object.keys(tags).length > 0) headers['x-amz-tagging'] = queryString(tags);
  if (lock !== undefined) Object.assign(headers, lockHeaders(lock));
  return headers;
}

const plainHeaders = [
  ['cacheControl', 'cache-control'],
  ['contentDisposition', 'content-disposition'],
  ['contentEncoding', 'content-encoding'],
  ['contentLanguage', 'content-language'],
  ['storageClass', 'x-amz-storage-class'],
  ['serverSideEncryption', 'x-amz-server-side-encryption'],
  ['kmsKeyId', 'x-amz-server-side-encryption-aws-kms-key-id'],
] as const satisfies readonly (readonly [keyof S3Attributes, string])[];

function lockHeaders({ retention, legalHold }: ObjectLock): Record<string, string> {
  return {
    ...(retention && {
      'x-amz-object-lock-mode': retention.mode.toUpperCase(),
      'x-amz-object-lock-retain-until-date': new Date(retention.until).toISOString(),
    }),
    ...(legalHold !== undefined && { 'x-amz-object-lock-legal-hold': legalHold ? 'ON' : 'OFF' }),
  };
}

/** Headers of a condition. */
export function conditionHeaders(
  { ifMatch, ifNoneMatch }: S3WriteCondition,
  dialect: S3Dialect,
): Record<string, string> {
  return {
    ...(ifMatch !== undefined && { 'if-match': etagFor(dialect, ifMatch) }),
    ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
  };
}

/** The header in which a checksum travels. */
export function checksumHeader({ algorithm, value }: S3Checksum): readonly [name: string, value: string] {
  return [`x-amz-checksum-${algorithm}`, toBase64(value)];
}

/** Checksums that an answer tells. */
export function readChecksums(headers: HeaderReader): S3Checksums {
  const sha256 = headers.get('x-amz-checksum-sha256');
  const crc32 = headers.get('x-amz-checksum-crc32');
  return { ...(sha256 && { sha256 }), ...(crc32 && { crc32 }) };
}

/** What the headers of an answer to GET and HEAD say. */
export function readHead(key: string, headers: AnswerHeaders): S3Head {
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of headers)
    if (name.startsWith(metadataPrefix)) metadata[name.slice(metadataPrefix.length)] = decodeMetadata(value);
  const optional = (name: string): string | undefined => headers.get(name) ?? undefined;
  const range = readContentRange(headers.get('content-range'));
  return {
    key,
    size: range?.size ?? Number(headers.get('content-length') ?? 0),
    etag: quoted(headers.get('etag') ?? ''),
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    cacheControl: optional('cache-control'),
    contentDisposition: optional('content-disposition'),
    contentEncoding: optional('content-encoding'),
    contentLanguage: optional('content-language'),
    modifiedAt: Date.parse(headers.get('last-modified') ?? '') || 0,
    metadata,
    storageClass: headers.get('x-amz-storage-class') ?? 'STANDARD',
    versionId: optional('x-amz-version-id'),
    tagCount: Number(headers.get('x-amz-tagging-count') ?? 0),
    checksums: readChecksums(headers),
    lock: lockOf(
      optional('x-amz-object-lock-mode'),
      Date.parse(headers.get('x-amz-object-lock-retain-until-date') ?? ''),
      optional('x-amz-object-lock-legal-hold'),
    ),
  };
}

/** A lock by S3's words for it; absent where nothing is locked. */
export function lockOf(
  mode: string | undefined,
  until: number | undefined,
  hold: string | undefined,
): ObjectLock | undefined {
  const isRetained = mode !== undefined && until !== undefined && !Number.isNaN(until);
  if (!isRetained && hold !== 'ON') return undefined;
  return {
    ...(isRetained && {
      retention: { mode: mode === 'COMPLIANCE' ? ('compliance' as const) : ('governance' as const), until },
    }),
    ...(hold === 'ON' && { legalHold: true }),
  };
}
