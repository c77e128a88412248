/** The way up in one go, and copies. */
import { randomUUID } from 'node:crypto';
import { errorCode } from '@im/core';
import type { DriverCall, DriverCopy, DriverWrite, ObjectInfo } from '@im/storage';
import type { S3Head } from '../model.ts';
import { copyInParts } from './copy-in-parts.ts';
import { attributesOf, checksumOf, toInfo, toS3Attributes } from './info.ts';
import { infoOf } from './read.ts';
import { callOf, type DriverContext, store, translate } from './support.ts';

/** How often a copy is tried while its source changes under it. */
const copyTries = 3;

/** Writes an object. */
export async function putObject(
  { client, dialect }: DriverContext,
  key: string,
  bytes: Uint8Array,
  write: DriverWrite,
  call: DriverCall,
): Promise<ObjectInfo> {
  const { ifMatch, ifNoneMatch, checksum, contentType, metadata, storageClass, tags, lock } = write;
  const isConditional = ifMatch !== undefined || ifNoneMatch !== undefined;
  const attributes = toS3Attributes(dialect, write, { checksum: dialect.checksums ? undefined : checksum });
  const written = await client
    .putObject(
      store(key),
      bytes,
      { ...attributes, checksum, ifMatch, ifNoneMatch, writeId: isConditional ? randomUUID() : undefined },
      callOf(call),
    )
    .catch(translate(write));
  return {
    key,
    size: bytes.byteLength,
    etag: written.etag,
    contentType,
    metadata,
    modifiedAt: written.modifiedAt,
    checksum,
    storageClass: storageClass ?? 'STANDARD',
    tags,
    versionId: written.versionId,
    lock,
  };
}

/** Copies an object within the bucket. */
export async function copyObject(
  context: DriverContext,
  from: string,
  to: string,
  copy: DriverCopy,
  call: DriverCall,
): Promise<ObjectInfo> {
  const [source, target] = [store(from), store(to)];
  for (let tries = 1; ; tries += 1) {
    const head = await context.client.headObject(source, { ifMatch: copy.sourceIfMatch }, callOf(call));
    try {
      return head.size > context.mostCopyBytes
        ? await copyInParts(context, head, target, to, copy, call)
        : await copyVersion(context, head, target, to, copy, call);
    } catch (error) {
      if (
        errorCode(error) !== 'failed_precondition' ||
        copy.sourceIfMatch !== undefined ||
        tries === copyTries
      )
        throw error;
      const now = await context.client.headObject(source, {}, callOf(call));
      if (now.etag === head.etag) throw error;
    }
  }
}

async function copyVersion(
  context: DriverContext,
  head: S3Head,
  target: string,
  to: string,
  { ifMatch, ifNoneMatch, storageClass }: DriverCopy,
  call: DriverCall,
): Promise<ObjectInfo> {
  const { client, dialect } = context;
  const isConditional = ifMatch !== undefined || ifNoneMatch !== undefined;
  const hasClasses = dialect.storageClasses.length > 0;
  const wantedClass = storageClass ?? (hasClasses ? head.storageClass : undefined);
  const copied = await client
    .copyObject(
      head.key,
      target,
      {
        sourceIfMatch: head.etag,
        storageClass: wantedClass,
        ifMatch,
        ifNoneMatch,
        // Recognised by its id when it is repeated; all else goes along by itself.
        attributes: isConditional ? { ...attributesOf(head), writeId: randomUUID() } : undefined,
      },
      callOf(call),
    )
    .catch(translate({ ifMatch }));
  const { etag, versionId, modifiedAt, checksums } = copied;
  const source = await infoOf(context, to, head, undefined, call);
  const isKnown = Object.keys(checksums).length > 0;
  const { lock: _, ...info } = isKnown
    ? toInfo(dialect, to, head, source.tags, checksumOf({ ...head, checksums }))
    : source;
  return { ...info, etag, versionId, modifiedAt, storageClass: wantedClass ?? head.storageClass };
}
