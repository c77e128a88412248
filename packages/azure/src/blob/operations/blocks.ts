/** Blocks: staged one by one, made a blob by a list. */
import { type Call, idempotent, keyed, read } from '@im/core';
import type { BlobWritten, BlockList, BlockSource, PutBlobOptions } from '../model.ts';
import { checkBlobName, invalid } from '../wire.ts';
import { type BlobParts, notes } from './shared.ts';
import { sourceOf } from './source.ts';

/** Most bytes of a block: 4,000 MiB. */
export const maxBlockBytes = 4_000 * 1024 * 1024;
/** Most blocks of a blob. */
export const maxBlocks = 50_000;

/** The operations. */
export function blockOperations(parts: BlobParts) {
  const { lane, run } = parts;
  return {
    /**
     * Stages a block. All uncommitted blocks of a blob share one namespace and must have ids of one length; every write of the blob lets go
     * of those that it does not take up.
     *
     * @param blockId base64 of up to 64 bytes
     */
    putBlock: idempotent(
      async (name: string, blockId: string, body: Uint8Array, call: Call): Promise<void> => {
        if (body.byteLength > maxBlockBytes)
          throw invalid(`${body.byteLength} bytes are more than the ${maxBlockBytes} of a block`);
        checkBlockId(blockId);
        return lane.putBlock(name, blockId, body, call);
      },
      notes('put-block', 'write'),
    ),

    /** Stages bytes of another blob of this container as a block, inside the service. */
    putBlockFromUrl: idempotent(
      async (name: string, blockId: string, source: BlockSource, call: Call): Promise<void> => {
        checkBlockId(blockId);
        const access = await sourceOf(parts, source.name, 'r', call);
        return lane.putBlockFromUrl(name, blockId, access, source, call);
      },
      notes('put-block-from-url', 'read', 'write'),
    ),

    /**
     * Makes the blob of staged blocks, and of those that it has, each the latest of its id. Repeated with the same key it is one write.
     *
     * @throws `failed_precondition` when a block is not there any more, and by the conditions; `already_exists`
     */
    putBlockList: keyed(
      async (
        name: string,
        blockIds: readonly string[],
        options: PutBlobOptions | undefined,
        call: Call,
      ): Promise<BlobWritten> => {
        if (blockIds.length > maxBlocks)
          throw invalid(`${blockIds.length} blocks are more than ${maxBlocks}`);
        for (const id of blockIds) checkBlockId(id);
        return lane.putBlockList(name, blockIds, options ?? {}, call);
      },
      notes('put-block-list', 'write'),
    ),

    /** The blocks of a blob, committed and staged. @throws `not_found` when there is neither */
    getBlockList: read(
      (name: string, call: Call): Promise<BlockList> =>
        run(call, async ({ container }, abortSignal) => {
          const list = await container
            .getBlockBlobClient(checkBlobName(name))
            .getBlockList('all', { abortSignal });
          const blocks = (given: typeof list.committedBlocks) =>
            (given ?? []).map((block) => ({ id: block.name, size: block.size }));
          return { committed: blocks(list.committedBlocks), uncommitted: blocks(list.uncommittedBlocks) };
        }),
      notes('get-block-list', 'read'),
    ),
  };
}

function checkBlockId(blockId: string): void {
  const bytes = Buffer.from(blockId, 'base64');
  if (bytes.byteLength < 1 || bytes.byteLength > 64 || bytes.toString('base64') !== blockId)
    throw invalid('the id of a block is no base64 of 1 to 64 bytes');
}
