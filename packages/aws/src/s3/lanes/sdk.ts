/** The same operations by the vendor's SDK. */
import type {
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  ObjectLockMode,
  PutObjectCommandInput,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { Page } from '@im/core';
import { queryString } from '../../common/query.ts';
import { type S3Connection, withHeaders } from '../connection.ts';
import { etagFor, lockOf, quoted, rangeHeader, readContentRange, toBase64, writeIdName } from '../facts.ts';
import { fromListedKey } from '../keys.ts';
import { decodeMetadata, encodeMetadata } from '../metadata.ts';
import type {
  GetObjectInput,
  HotLane,
  ListedObject,
  S3Attributes,
  S3Checksum,
  S3Checksums,
  S3Head,
} from '../model.ts';
import { collect, smallBytes, streamOf } from './body.ts';
import { inOrder } from './listed.ts';

/** Makes the lane. */
export function sdkLane(connection: S3Connection): HotLane {
  const { bucket: Bucket, dialect } = connection;
  const read = ({ ifMatch, ifNoneMatch, versionId }: GetObjectInput) => ({
    Bucket,
    ...(ifMatch !== undefined && { IfMatch: quoted(ifMatch) }),
    ...(ifNoneMatch !== undefined && { IfNoneMatch: quoted(ifNoneMatch) }),
    ...(versionId !== undefined && { VersionId: versionId }),
  });
  const checksumMode = dialect.checksums ? ({ ChecksumMode: 'ENABLED' } as const) : {};
  const integrity = (checksum: S3Checksum | undefined) => (dialect.checksums ? sdkChecksum(checksum) : {});

  return {
    async putObject(Key, Body, input, call) {
      const { ifMatch, ifNoneMatch, checksum } = input;
      const output = await connection.send(
        ({ PutObjectCommand }) =>
          new PutObjectCommand({
            Bucket,
            Key,
            Body,
            ...sdkAttributes(input),
            ...integrity(checksum),
            ...(ifMatch !== undefined && { IfMatch: etagFor(dialect, ifMatch) }),
            ...(ifNoneMatch !== undefined && { IfNoneMatch: ifNoneMatch }),
          }),
        call,
      );
      return { etag: quoted(output.ETag ?? ''), versionId: output.VersionId, modifiedAt: connection.now() };
    },

    async getObject(Key, input, call) {
      const { range } = input;
      const output = await connection.send(
        ({ GetObjectCommand }) =>
          withHeaders(
            new GetObjectCommand({ Key, ...read(input), ...(range && { Range: rangeHeader(range) }) }),
            // As a header, since the SDK would verify what it asked for itself, and the store verifies it anyway.
            dialect.checksums && range === undefined ? { 'x-amz-checksum-mode': 'ENABLED' } : {},
          ),
        call,
      );
      const offset = readContentRange(output.ContentRange)?.offset ?? 0;
      const length = output.ContentLength ?? 0;
      const body = output.Body as (AsyncIterable<Uint8Array> & { destroy?(): void }) | undefined;
      const head = sdkHead(Key, output);
      if (length <= smallBytes)
        return { head, offset, length, body: { bytes: await collect(body ?? empty(), length) } };
      const stream = streamOf(body ?? empty(), async () => body?.destroy?.());
      return { head, offset, length, body: { stream } };
    },

    async headObject(Key, input, call) {
      const output = await connection.send(
        ({ HeadObjectCommand }) => new HeadObjectCommand({ Key, ...read(input), ...checksumMode }),
        call,
      );
      return sdkHead(Key, output);
    },

    async listObjects({ prefix, delimiter }, call): Promise<Page<ListedObject>> {
      const output = await connection.send(
        ({ ListObjectsV2Command }) =>
          new ListObjectsV2Command({
            Bucket,
            EncodingType: 'url',
            ...(prefix !== undefined && { Prefix: prefix }),
            ...(delimiter !== undefined && { Delimiter: delimiter }),
            ...(call.pageSize !== undefined && { MaxKeys: call.pageSize }),
            ...(call.cursor !== undefined && { ContinuationToken: call.cursor }),
          }),
        call,
      );
      const decode = output.EncodingType === 'url' ? fromListedKey : (key: string) => key;
      const objects = (output.Contents ?? []).map(
        (one): ListedObject => ({
          kind: 'object',
          key: decode(one.Key ?? ''),
          size: one.Size ?? 0,
          etag: quoted(one.ETag ?? ''),
          modifiedAt: one.LastModified?.getTime() ?? 0,
          storageClass: one.StorageClass ?? 'STANDARD',
        }),
      );
      const prefixes = (output.CommonPrefixes ?? []).map(
        ({ Prefix = '' }): ListedObject => ({ kind: 'prefix', key: decode(Prefix) }),
      );
      return {
        items: inOrder(objects, prefixes),
        next: output.IsTruncated === true ? output.NextContinuationToken : undefined,
      };
    },

    async uploadPart(Key, UploadId, { number, bytes, checksum }, call) {
      const output = await connection.send(
        ({ UploadPartCommand }) =>
          new UploadPartCommand({
            Bucket,
            Key,
            UploadId,
            PartNumber: number,
            Body: bytes,
            ...integrity(checksum),
          }),
        call,
      );
      const checksums = checksumsOf(output);
      return { number, size: bytes.byteLength, etag: quoted(output.ETag ?? ''), checksums };
    },
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

/** A checksum as the SDK takes it. */
function sdkChecksum(checksum: S3Checksum | undefined) {
  if (checksum === undefined) return { ChecksumAlgorithm: 'SHA256' } as const;
  const value = toBase64(checksum.value);
  return checksum.algorithm === 'sha256' ? { ChecksumSHA256: value } : { ChecksumCRC32: value };
}

/** Checksums as the SDK gives them. */
export function checksumsOf(output: {
  readonly ChecksumSHA256?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
}): S3Checksums {
  const { ChecksumSHA256: sha256, ChecksumCRC32: crc32 } = output;
  return { ...(sha256 && { sha256 }), ...(crc32 && { crc32 }) };
}

/** What is stored beside the bytes, in the SDK's words. */
export function sdkAttributes(attributes: S3Attributes): Partial<PutObjectCommandInput> {
  const { metadata = {}, tags, lock, writeId } = attributes;
  const encoded = Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, encodeMetadata(value)]),
  );
  const { retention, legalHold } = lock ?? {};
  return given({
    ContentType: attributes.contentType ?? 'application/octet-stream',
    CacheControl: attributes.cacheControl,
    ContentDisposition: attributes.contentDisposition,
    ContentEncoding: attributes.contentEncoding,
    ContentLanguage: attributes.contentLanguage,
    StorageClass: attributes.storageClass as StorageClass | undefined,
    ServerSideEncryption: attributes.serverSideEncryption,
    SSEKMSKeyId: attributes.kmsKeyId,
    Metadata: writeId === undefined ? encoded : { ...encoded, [writeIdName]: writeId },
    Tagging: tags === undefined || Object.keys(tags).length === 0 ? undefined : queryString(tags),
    ObjectLockMode: retention?.mode.toUpperCase() as ObjectLockMode | undefined,
    ObjectLockRetainUntilDate: retention && new Date(retention.until),
    ObjectLockLegalHoldStatus: legalHold === undefined ? undefined : legalHold ? 'ON' : 'OFF',
  });
}

/** Without what is undefined. */
export function given<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function sdkHead(key: string, output: GetObjectCommandOutput | HeadObjectCommandOutput): S3Head {
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(output.Metadata ?? {})) metadata[name] = decodeMetadata(value);
  return {
    key,
    size: readContentRange(output.ContentRange)?.size ?? output.ContentLength ?? 0,
    etag: quoted(output.ETag ?? ''),
    contentType: output.ContentType ?? 'application/octet-stream',
    cacheControl: output.CacheControl,
    contentDisposition: output.ContentDisposition,
    contentEncoding: output.ContentEncoding,
    contentLanguage: output.ContentLanguage,
    modifiedAt: output.LastModified?.getTime() ?? 0,
    metadata,
    storageClass: output.StorageClass ?? 'STANDARD',
    versionId: output.VersionId,
    tagCount: output.TagCount ?? 0,
    checksums: checksumsOf(output),
    lock: lockOf(
      output.ObjectLockMode,
      output.ObjectLockRetainUntilDate?.getTime(),
      output.ObjectLockLegalHoldStatus,
    ),
  };
}
