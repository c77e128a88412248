/** Uploads in parts. */
import { randomUUID } from 'node:crypto';
import { errorCode } from '@im/core';
import {
  type ChecksumAlgorithm,
  type DriverCall,
  type DriverComplete,
  type DriverUploads,
  driverError,
  type ObjectInfo,
  type UploadedPart,
} from '@im/storage';
import { toBase64 } from '../facts.ts';
import { fromStoredKey, toStoredKey } from '../keys.ts';
import { partChecksum, toInfo, toS3Attributes } from './info.ts';
import { infoOf } from './read.ts';
import {
  callOf,
  type DriverContext,
  firstPage,
  readCursor,
  store,
  translate,
  unlessAbsent,
  writeCursor,
} from './support.ts';
import { checksumTags } from './tagged-checksum.ts';

/**
 * The id of an upload as the port keeps it: S3's own, with the id of the write in front, by which the object is recognised when the
 * answer to its completion was lost. In a list there is S3's alone.
 */
const joinId = (writeId: string, uploadId: string): string => `${writeId}.${uploadId}`;

function splitId(id: string): { readonly writeId: string | undefined; readonly uploadId: string } {
  const [, writeId, uploadId] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.+)$/.exec(id) ?? [];
  return uploadId === undefined ? { writeId: undefined, uploadId: id } : { writeId, uploadId };
}

/** Makes the part of the driver. */
export function uploadsOf(context: DriverContext): DriverUploads {
  const { client, dialect } = context;

  return {
    async create(key, upload, call) {
      const { algorithm, partBytes } = upload;
      const writeId = randomUUID();
      const attributes = toS3Attributes(dialect, upload, { partBytes });
      const uploadId = await client.createMultipartUpload(
        store(key),
        { ...attributes, algorithm, writeId },
        callOf(call),
      );
      return joinId(writeId, uploadId);
    },

    async putPart(key, uploadId, { number, bytes, checksum }, call) {
      const part = await client.uploadPart(
        store(key),
        splitId(uploadId).uploadId,
        { number, bytes, checksum },
        callOf(call),
      );
      return { number, size: bytes.byteLength, etag: part.etag, checksum: checksum.value };
    },

    async listParts(key, uploadId, call) {
      const parts: UploadedPart[] = [];
      for await (const part of client.listParts(store(key), splitId(uploadId).uploadId, callOf(call))) {
        const { number, size, etag, checksums } = part;
        parts.push({ number, size, etag, checksum: partChecksum(checksums) });
      }
      return parts;
    },

    async complete(key, id, parts, complete, call) {
      const { checksum, size, ifMatch, ifNoneMatch } = complete;
      const { writeId, uploadId } = splitId(id);
      const stored = store(key);
      const completed = await client
        .completeMultipartUpload(
          stored,
          uploadId,
          parts.map((part) => ({
            number: part.number,
            etag: part.etag,
            checksums: dialect.checksums ? checksumsOf(checksum.algorithm, part) : {},
          })),
          { ifMatch, ifNoneMatch, size, writeId },
          callOf(call),
        )
        .catch(translate(complete));
      const told = partChecksum(completed.checksums ?? {});
      if (told !== undefined && told !== checksum.value) throw driverError('checksum');
      return infoOfCompleted(context, key, stored, completed, complete, call);
    },

    async abort(key, uploadId, call) {
      await client
        .abortMultipartUpload(store(key), splitId(uploadId).uploadId, callOf(call))
        .catch(unlessAbsent);
    },

    async list({ prefix, cursor }, call) {
      const page = await firstPage(
        client.listMultipartUploads(
          { prefix: toStoredKey(prefix) },
          { ...callOf(call), cursor: readCursor(cursor) },
        ),
      );
      return {
        items: page.items.map((upload) => ({ ...upload, key: fromStoredKey(upload.key) })),
        next: writeCursor(page.next),
      };
    },
  };
}

function checksumsOf(algorithm: ChecksumAlgorithm, { checksum }: UploadedPart) {
  return checksum === undefined ? {} : { [algorithm]: toBase64(checksum) };
}

/** What was made; asked for, since the completion tells next to nothing. */
async function infoOfCompleted(
  context: DriverContext,
  key: string,
  stored: string,
  completed: { readonly etag: string; readonly versionId?: string | undefined },
  { checksum, size }: DriverComplete,
  call: DriverCall,
): Promise<ObjectInfo> {
  const { client, dialect } = context;
  const { versionId } = completed;
  const head = await client.headObject(stored, { versionId }, callOf(call));
  const etag = completed.etag === '' ? head.etag : completed.etag;
  if (!dialect.checksums && !dialect.tagsLater)
    return { ...toInfo(dialect, key, head, undefined), etag, size };
  if (!dialect.checksums) {
    await client.putObjectTagging(stored, checksumTags(checksum, etag), { versionId }, callOf(call)).catch(
      // Gone or replaced already: then there is nothing to add it to.
      (error: unknown) => (errorCode(error) === 'not_found' ? undefined : Promise.reject(error)),
    );
    return { ...toInfo(dialect, key, head, undefined, checksum), etag, size };
  }
  // Another write may have come between where there are no versions.
  const info = await infoOf(context, key, head, versionId, call);
  return { ...info, etag, size, checksum };
}
