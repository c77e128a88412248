/** From what S3 tells of an object to what the port calls its info; and what of ours is stored beside it. */
import type { Checksum, ChecksumAlgorithm, ObjectAttributes, ObjectInfo } from '@im/storage';
import type { S3Dialect } from '../dialects.ts';
import type { S3Attributes, S3Checksums, S3Head } from '../model.ts';

/** Names of metadata that are ours. */
export const own = {
  /** `sha256:<hex>`, where the service keeps no checksums. */
  checksum: 'im-checksum',
  /** Bytes of each part of an upload but the last. */
  partBytes: 'im-part-bytes',
  /** That there are tags: not every service says so in an answer to HEAD. */
  tags: 'im-tags',
} as const;

const algorithms: readonly ChecksumAlgorithm[] = ['sha256', 'crc32'];

/** Attributes as S3 stores them. */
export function toS3Attributes(
  dialect: S3Dialect,
  attributes: ObjectAttributes,
  ours: { readonly checksum?: Checksum | undefined; readonly partBytes?: number | undefined },
): S3Attributes {
  const { contentType, storageClass, tags, lock } = attributes;
  const { checksum, partBytes } = ours;
  const metadata = dialect.keepsUnderscores ? attributes.metadata : renamed(attributes.metadata, '_', '.');
  const hasTags = tags !== undefined && Object.keys(tags).length > 0;
  if (checksum === undefined && partBytes === undefined && !hasTags)
    return { contentType, metadata, storageClass, tags, lock };
  return {
    contentType,
    metadata: {
      ...metadata,
      ...(checksum !== undefined && { [own.checksum]: `${checksum.algorithm}:${checksum.value}` }),
      ...(partBytes !== undefined && { [own.partBytes]: String(partBytes) }),
      ...(hasTags && { [own.tags]: 'yes' }),
    },
    storageClass,
    tags,
    lock,
  };
}

function renamed(
  metadata: Readonly<Record<string, string>>,
  from: string,
  to: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name.replaceAll(from, to), value]),
  );
}

/** Whether tags have to be asked for. */
export function hasTags({ tagCount, metadata }: Pick<S3Head, 'tagCount' | 'metadata'>): boolean {
  return tagCount > 0 || metadata[own.tags] !== undefined;
}

/** What is known of an object, as the port says it. */
export function toInfo(
  dialect: S3Dialect,
  key: string,
  head: S3Head,
  tags: Readonly<Record<string, string>> | undefined,
  checksum: Checksum | undefined = checksumOf(head),
): ObjectInfo {
  const given: Record<string, string> = {};
  for (const name in head.metadata) if (!name.startsWith('im-')) given[name] = head.metadata[name] ?? '';
  const metadata = dialect.keepsUnderscores ? given : renamed(given, '.', '_');
  const { size, etag, contentType, modifiedAt, storageClass, versionId, lock } = head;
  return {
    key,
    size,
    etag,
    contentType,
    metadata,
    modifiedAt,
    checksum,
    storageClass,
    ...(tags !== undefined && { tags }),
    versionId,
    ...(lock !== undefined && { lock }),
  };
}

/** The checksum of an object: S3's own, else the one that was stored beside it. */
export function checksumOf({ checksums, metadata, size }: Pick<S3Head, 'checksums' | 'metadata' | 'size'>) {
  for (const algorithm of algorithms) {
    const told = checksums[algorithm];
    if (told === undefined) continue;
    const [value = '', count] = told.split('-');
    if (count === undefined) return { algorithm, value: toHex(value) };
    const partBytes = Number(metadata[own.partBytes]);
    // Written by another program, in parts of sizes that nobody tells.
    if (!(Math.max(1, Math.ceil(size / partBytes)) === Number(count))) continue;
    return { algorithm, value: toHex(value), partBytes };
  }
  return storedChecksum(metadata[own.checksum]);
}

/** `sha256:<hex>`, and behind another colon the bytes of a part. */
export function storedChecksum(text: string | undefined): Checksum | undefined {
  const [, name, value = '', partBytes] = /^(\w+):([0-9a-f]+)(?::(\d+))?$/.exec(text ?? '') ?? [];
  const algorithm = algorithms.find((one) => one === name);
  if (algorithm === undefined) return undefined;
  return { algorithm, value, ...(partBytes !== undefined && { partBytes: Number(partBytes) }) };
}

/** The checksum of one part. */
export function partChecksum(checksums: S3Checksums): string | undefined {
  const told = checksums.sha256 ?? checksums.crc32;
  return told === undefined ? undefined : toHex(told);
}

function toHex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

/** What a copy of an object is to have. */
export function attributesOf(head: S3Head): S3Attributes {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, metadata } = head;
  return { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, metadata };
}
