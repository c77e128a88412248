/** Whole blobs: put, get, head, copy, delete. */
import { type Call, idempotent, keyed, read } from '@im/core';
import { writeKeyed, writeKeyName } from '../lanes/lane.ts';
import type {
  BlobConditions,
  BlobDownload,
  BlobProperties,
  BlobWritten,
  CopyBlobOptions,
  GetBlobOptions,
  PutBlobOptions,
} from '../model.ts';
import { invalid } from '../wire.ts';
import { type BlobParts, notes } from './shared.ts';
import { sourceOf } from './source.ts';

/** Most bytes of one put: 5,000 MiB. */
export const maxPutBytes = 5_000 * 1024 * 1024;

/** Most bytes that are copied at once: 256 MiB. */
export const maxCopyBytes = 256 * 1024 * 1024;

/** The operations. */
export function wholeBlobOperations(parts: BlobParts) {
  const { lane } = parts;
  return {
    /**
     * Puts a blob whole, in place of one of that name. Repeated with the same key it is one write, conditions included.
     *
     * @throws `already_exists` with `ifNoneMatch: '*'` where there is one; `failed_precondition` where the etag is another
     */
    putBlob: keyed(
      async (
        name: string,
        body: Uint8Array | string,
        options: PutBlobOptions | undefined,
        call: Call,
      ): Promise<BlobWritten> => {
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        if (bytes.byteLength > maxPutBytes)
          throw invalid(`${bytes.byteLength} bytes are more than the ${maxPutBytes} of one put; put blocks`);
        return lane.putBlob(name, bytes, options ?? {}, call);
      },
      notes('put-blob', 'write'),
    ),

    /** Gets a blob, or bytes of it. A whole one goes on after a cut, as long as it is the same. */
    getBlob: read(
      async (name: string, options: GetBlobOptions | undefined, call: Call): Promise<BlobDownload> => {
        checkRange(options?.range);
        return lane.getBlob(name, options ?? {}, call);
      },
      notes('get-blob', 'read'),
    ),

    /** What is known of a blob. */
    getBlobProperties: read(
      async (name: string, conditions: BlobConditions | undefined, call: Call): Promise<BlobProperties> =>
        lane.getBlobProperties(name, conditions ?? {}, call),
      notes('get-blob-properties', 'read'),
    ),

    /**
     * Copies a blob of this container, of 256 MiB or less, at once and inside the service. The credential must be able to show the source:
     * a SAS is made for it by the account's key, or the bearer token is sent along.
     *
     * @throws `not_found` without the source; `failed_precondition`, `already_exists` by the conditions
     */
    copyBlob: idempotent(
      async (
        source: string,
        name: string,
        options: CopyBlobOptions | undefined,
        call: Call,
      ): Promise<BlobWritten> => {
        const { metadata, tags, key } = options ?? {};
        if (key !== undefined && metadata === undefined)
          throw invalid('a copy with a key needs the metadata');
        const access = await sourceOf(parts, source, tags === 'source' ? 'rt' : 'r', call);
        const marked = key === undefined ? metadata : { ...metadata, [writeKeyName]: key };
        const write = () => lane.copyBlob(access, name, { ...options, metadata: marked }, call);
        return writeKeyed(key, write, () => lane.getBlobProperties(name, {}, call));
      },
      notes('copy-blob-from-url', 'read', 'write'),
    ),

    /** Deletes a blob. @returns whether it was there; `false` also where an attempt whose answer was lost had deleted it */
    deleteBlob: idempotent(
      async (name: string, conditions: BlobConditions | undefined, call: Call): Promise<boolean> =>
        lane.deleteBlob(name, conditions ?? {}, call),
      notes('delete-blob', 'delete'),
    ),
  };
}

function checkRange(range: GetBlobOptions['range']): void {
  if (range === undefined) return;
  const { offset, count } = range;
  const isRange =
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    (count === undefined || (Number.isSafeInteger(count) && count > 0));
  if (!isRange) throw invalid('the range needs a whole offset from 0, and a count from 1 or none');
}
