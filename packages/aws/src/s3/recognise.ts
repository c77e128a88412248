/**
 * A write under a condition that was sent, took effect, and whose answer was lost, is refused when it is repeated: by what it
 * did itself. So a repeated write that is refused looks at the object, and has succeeded when that is its own.
 */
import { createHash } from 'node:crypto';
import { type Call, VendorError } from '@im/core';
import { nameOf, s3Reasons } from './errors.ts';
import { writeIdName } from './facts.ts';
import type { S3Head, WrittenObject } from './model.ts';

/** Refusals that a write may have caused itself. */
const ownDoing: ReadonlySet<string | undefined> = new Set([
  s3Reasons.condition,
  s3Reasons.uploadConflict,
  'ConditionalRequestConflict',
  'NoSuchKey',
  'NoSuchUpload',
]);

/**
 * Waits for a write, and if it is refused after an earlier attempt, looks whether that one did it.
 *
 * @param isOwn whether the object that is there now is this write's
 */
export async function orOwnWrite<Written extends WrittenObject>(
  write: Promise<Written>,
  call: Call,
  head: () => Promise<S3Head>,
  isOwn: (head: S3Head) => boolean,
): Promise<Written | WrittenObject> {
  try {
    return await write;
  } catch (refusal) {
    if (call.attempt === 1 || !(refusal instanceof VendorError)) throw refusal;
    const { status, reason, says = '', headers } = refusal.failure;
    if (!ownDoing.has(nameOf(status, reason, says, headers))) throw refusal;
    const present = await head().catch((error: unknown) => {
      if (error instanceof VendorError && error.failure.status === 404) return undefined;
      throw error;
    });
    if (present === undefined || !isOwn(present)) throw refusal;
    return { etag: present.etag, versionId: present.versionId, modifiedAt: present.modifiedAt };
  }
}

/** Whether the object carries the id of the write. */
export function hasWriteId(head: S3Head, writeId: string | undefined): boolean {
  return writeId !== undefined && head.metadata[writeIdName] === writeId;
}

/**
 * The etag that S3 gives to an object of these parts: the MD5 over theirs, and their number. `undefined` where those are no MD5, as
 * under encryption with a key of one's own.
 */
export function etagOfParts(parts: readonly { readonly etag: string }[]): string | undefined {
  const digest = createHash('md5');
  for (const { etag } of parts) {
    const [, hex] = /^"?([0-9a-f]{32})"?$/.exec(etag) ?? [];
    if (hex === undefined) return undefined;
    digest.update(Buffer.from(hex, 'hex'));
  }
  return `"${digest.digest('hex')}-${parts.length}"`;
}
