/**
 * Copies inside the service. Up to 256 MiB one request does it at once. What is larger is staged as blocks from the source, several at a time,
 * and becomes the object by one list of blocks, under the conditions of that instant.
 *
 * Between staging and the list any other write of the same object lets go of our blocks. Then the list is refused, nothing has happened, and
 * the condition is looked at: where it still holds, or there is none, the blocks are staged again.
 */
import { randomBytes } from 'node:crypto';
import { IntegrationError, isIntegrationError } from '@im/core';
import { type DriverCall, driverError, holdCondition, type WriteCondition } from '@im/storage';
import type { BlobAttributes, BlobWritten } from '../model.ts';
import { maxCopyBytes } from '../operations/blobs.ts';
import { maxBlocks } from '../operations/blocks.ts';
import type { BlobClient } from '../operations/operations.ts';
import { inPort, isAbsent } from './info.ts';

/** What is copied, as it was when its facts were read. */
export interface CopySource {
  readonly name: string;
  readonly size: number;
  readonly etag: string;
}

/** How copies inside the service are made. */
export interface CopySettings {
  /** Most bytes that are copied by one request; what is larger goes by blocks. Default and most: 256 MiB. */
  readonly copyAtOnceBytes?: number | undefined;
  /** Bytes of a block that is staged from the source, where that makes few enough blocks. Default 64 MiB. */
  readonly copyBlockBytes?: number | undefined;
}

const defaultBlockBytes = 64 * 1024 * 1024;
/** Blocks staged at once. */
const stagedAtOnce = 8;
/** How often blocks are staged anew, each time because another write of the object came first. */
const mostTries = 16;

/** Makes the blob `to` of the source. @throws `failed_precondition` by the conditions, of the source as well */
export async function copyInside(
  client: BlobClient,
  source: CopySource,
  to: string,
  attributes: BlobAttributes,
  conditions: WriteCondition,
  call: DriverCall,
  settings: CopySettings,
): Promise<BlobWritten> {
  const atOnce = Math.min(settings.copyAtOnceBytes ?? maxCopyBytes, maxCopyBytes);
  if (source.size > atOnce) {
    const blockBytes = settings.copyBlockBytes ?? defaultBlockBytes;
    return assemble(client, source, to, attributes, conditions, call, blockBytes);
  }
  const { metadata, tier, tags } = attributes;
  return inPort(
    client.copyBlob(
      source.name,
      to,
      {
        ...conditions,
        metadata,
        tier,
        tags,
        sourceIfMatch: source.etag,
        key: randomBytes(16).toString('hex'),
      },
      call,
    ),
  );
}

async function assemble(
  client: BlobClient,
  source: CopySource,
  to: string,
  attributes: BlobAttributes,
  conditions: WriteCondition,
  call: DriverCall,
  blockBytes: number,
): Promise<BlobWritten> {
  for (let tries = 1; ; tries += 1) {
    await checkPresent(client, to, conditions, call);
    const ids = await inPort(stage(client, source, to, call, blockBytes));
    try {
      return await inPort(client.putBlockList(to, ids, { ...attributes, ...conditions }, call));
    } catch (error) {
      if (!areGone(error)) throw error;
      if (tries === mostTries)
        throw new IntegrationError(
          `the object was replaced by others ${tries} times while it was being copied`,
          { code: 'unavailable', remedy: 'copy it when they have ended' },
          { cause: error },
        );
    }
  }
}

/** Spares the staging where the condition does not hold already. */
async function checkPresent(
  client: BlobClient,
  name: string,
  conditions: WriteCondition,
  call: DriverCall,
): Promise<void> {
  if (conditions.ifMatch === undefined && conditions.ifNoneMatch === undefined) return;
  const etag = await client.getBlobProperties(name, undefined, call).then(
    (present) => present.etag,
    (error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    },
  );
  holdCondition(conditions, etag);
}

/** Stages all blocks. @returns their ids in order */
async function stage(
  client: BlobClient,
  { name, size, etag }: CopySource,
  to: string,
  call: DriverCall,
  blockBytes: number,
): Promise<readonly string[]> {
  const bytes = Math.max(blockBytes, Math.ceil(size / maxBlocks));
  const own = randomBytes(40);
  const blocks = Array.from({ length: Math.ceil(size / bytes) }, (_, index) => {
    const number = Buffer.alloc(8);
    number.writeUInt32BE(index);
    return {
      id: Buffer.concat([own, number]).toString('base64'),
      offset: index * bytes,
      count: Math.min(bytes, size - index * bytes),
    };
  });
  const next = blocks.values();
  const worker = async () => {
    for (const { id, offset, count } of next)
      await client.putBlockFromUrl(to, id, { name, offset, count, ifMatch: etag }, call);
  };
  await Promise.all(Array.from({ length: Math.min(stagedAtOnce, blocks.length) }, worker));
  return blocks.map(({ id }) => id);
}

/** Whether blocks were let go of by another write. */
export function areGone(error: unknown): boolean {
  return isIntegrationError(error) && /^(InvalidBlockList|InvalidBlobOrBlock)$/.test(error.reason ?? '');
}

/** A list of blocks that are not there. */
export function missingParts(error: unknown): unknown {
  return areGone(error) ? driverError('parts', { cause: error }) : error;
}
