/** Copies of objects that are too large for one request: in parts, which never leave the service. */
import { randomUUID } from 'node:crypto';
import type { DriverCall, DriverCopy, ObjectInfo } from '@im/storage';
import type { S3Head, S3Part } from '../model.ts';
import { attributesOf, hasTags, own } from './info.ts';
import { infoOf } from './read.ts';
import { callOf, type DriverContext, translate } from './support.ts';

/** Copied at once. */
const concurrency = 4;
const leastPartBytes = 5 * 1024 * 1024;

/** @param target the stored key of the copy */
export async function copyInParts(
  context: DriverContext,
  head: S3Head,
  target: string,
  to: string,
  { ifMatch, ifNoneMatch, storageClass }: DriverCopy,
  call: DriverCall,
): Promise<ObjectInfo> {
  const { client, dialect } = context;
  const partBytes = Math.max(leastPartBytes, Math.ceil(context.mostCopyBytes / 5));
  const writeId = randomUUID();
  const attributes = attributesOf(head);
  const hasClasses = dialect.storageClasses.length > 0;
  const tags = hasTags(head) ? await client.getObjectTagging(head.key, {}, callOf(call)) : undefined;
  const uploadId = await client.createMultipartUpload(
    target,
    {
      ...attributes,
      metadata: { ...attributes.metadata, [own.partBytes]: String(partBytes) },
      storageClass: storageClass ?? (hasClasses ? head.storageClass : undefined),
      tags,
      writeId,
    },
    callOf(call),
  );
  try {
    const parts: S3Part[] = [];
    const numbers = Array.from(
      { length: Math.ceil(head.size / partBytes) },
      (_, index) => index + 1,
    ).values();
    const work = async () => {
      for (const number of numbers) {
        const offset = (number - 1) * partBytes;
        const length = Math.min(partBytes, head.size - offset);
        const part = { number, offset, length, sourceIfMatch: head.etag };
        parts.push(await client.uploadPartCopy(head.key, target, uploadId, part, callOf(call)));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    parts.sort((one, other) => one.number - other.number);
    const condition = { ifMatch, ifNoneMatch, size: head.size, writeId };
    const { versionId } = await client
      .completeMultipartUpload(target, uploadId, parts, condition, callOf(call))
      .catch(translate({ ifMatch }));
    const copied = await client.headObject(target, { versionId }, callOf(call));
    return await infoOf(context, to, copied, versionId, call);
  } catch (error) {
    // The copy has failed; whether its leftovers go now or with the next sweep does not change that.
    await client.abortMultipartUpload(target, uploadId).catch(() => undefined);
    throw error;
  }
}
