/**
 * Uploads in parts.
 *
 * The service has none of its own: it has blocks, staged for a blob and made its content by a list. Uncommitted blocks of one blob share one
 * namespace, must have ids of one length, and are all let go of by whatever write of that blob comes first. Staged at the object itself, two uploads would
 * destroy each other, any put would destroy both, blocks of a foreign tool could keep ours out for a week, and an aborted upload could not take its
 * own away. So each upload has a blob of its own, below our prefix, where nobody else writes:
 *
 * 1. `create` puts a record: what the object is to be, and its key. Records are what lists of open uploads are made of.
 * 2. `putPart` stages a block at the upload's own blob. The block's id tells number, size and checksum of the part, so `listParts` knows all three.
 * 3. `complete` makes that blob of the parts, and then copies it to the object inside the service: by one request, or for more than 256 MiB by blocks
 *    and one list. The conditions hold at that one request's instant; a reader sees the old object or the whole new one. Where they do not hold, the
 *    upload stays as it is and can be completed later.
 * 4. Then the blob goes, and the record last: whatever breaks in between is found by its record. `abort` does the same; writing the blob empty first is
 *    what lets go of uncommitted blocks.
 *
 * A process that dies leaves a record, which `sweepOrphans` finds. Blocks staged by a request that arrives after the end of its upload are let go of
 * by the service itself after a week.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/put-block-list | Azure: Put Block List}
 */
import { randomBytes } from 'node:crypto';
import {
  type DriverCall,
  type DriverUpload,
  type DriverUploads,
  driverError,
  type ObjectAttributes,
  type UploadedPart,
} from '@im/storage';
import type { BlobAttributes, BlobWritten } from '../model.ts';
import type { BlobClient } from '../operations/operations.ts';
import { areGone, type CopySettings, copyInside, missingParts } from './assemble.ts';
import { inPort, isAbsent, toAttributes, toMetadata, writtenInfo } from './info.ts';
import { ownPrefix, toName } from './names.ts';
import { fromPartId, toPartId } from './part-id.ts';

const recordPrefix = `${ownPrefix}u/`;
const dataPrefix = `${ownPrefix}d/`;
/** Metadata of a record: the key, in base64url. */
const keyName = 'im_key';
const idPattern = /^[\w-]{22}$/;
/** Etag of a part without bytes, which the service has no block for. */
const emptyPart = 'empty';
/** Uploads that are remembered as open. */
const mostKnown = 1_000;

/** What an upload is to become. */
type UploadRecord = Omit<ObjectAttributes, 'lock'> & { readonly key: string };

/** Makes the driver's uploads. */
export function blobUploads(client: BlobClient, settings: CopySettings): DriverUploads {
  /** Uploads that this driver has seen open, so that neither parts nor the end of them need to ask. */
  const known = new Map<string, UploadRecord>();
  const remember = (uploadId: string, record: UploadRecord) => {
    known.set(uploadId, record);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  };

  const findRecord = async (
    key: string,
    uploadId: string,
    call: DriverCall,
  ): Promise<UploadRecord | undefined> => {
    if (!idPattern.test(uploadId)) throw driverError('no_upload');
    const bytes = await client.getBlob(recordPrefix + uploadId, undefined, call).then(
      (found) => found.bytes ?? new Uint8Array(0),
      (error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      },
    );
    if (bytes === undefined) {
      known.delete(uploadId);
      return undefined;
    }
    const record = JSON.parse(Buffer.from(bytes).toString()) as UploadRecord;
    if (record.key !== key) throw driverError('no_upload');
    remember(uploadId, record);
    return record;
  };
  const readRecord = async (key: string, uploadId: string, call: DriverCall): Promise<UploadRecord> => {
    const record = await findRecord(key, uploadId, call);
    if (record === undefined) throw driverError('no_upload');
    return record;
  };
  const openRecord = async (key: string, uploadId: string, call: DriverCall): Promise<UploadRecord> => {
    const record = known.get(uploadId);
    return record?.key === key ? record : readRecord(key, uploadId, call);
  };

  /** Makes the upload's own blob of its parts. Those that are gone were let go of with the upload, or are missing. */
  const commit = async (
    key: string,
    uploadId: string,
    ids: readonly string[],
    attributes: BlobAttributes,
    call: DriverCall,
  ): Promise<BlobWritten> => {
    try {
      return await inPort(client.putBlockList(dataPrefix + uploadId, ids, attributes, call));
    } catch (error) {
      if (areGone(error)) await inPort(readRecord(key, uploadId, call));
      throw missingParts(error);
    }
  };

  /** Lets go of everything, the record last. */
  const remove = async (uploadId: string, call: DriverCall): Promise<void> => {
    known.delete(uploadId);
    const data = dataPrefix + uploadId;
    if (!(await client.deleteBlob(data, undefined, call))) {
      await client.putBlob(data, '', undefined, call);
      await client.deleteBlob(data, undefined, call);
    }
    await client.deleteBlob(recordPrefix + uploadId, undefined, call);
  };

  return {
    async create(key, upload: DriverUpload, call) {
      const uploadId = randomBytes(16).toString('base64url');
      const { contentType, metadata, storageClass, tags } = upload;
      const record: UploadRecord = { key, contentType, metadata, storageClass, tags };
      await inPort(
        client.putBlob(
          recordPrefix + uploadId,
          JSON.stringify(record),
          {
            contentType: 'application/json',
            metadata: { [keyName]: Buffer.from(key).toString('base64url') },
            ifNoneMatch: '*',
          },
          call,
        ),
      );
      remember(uploadId, record);
      return uploadId;
    },

    async putPart(key, uploadId, { number, bytes, checksum }, call) {
      await inPort(openRecord(key, uploadId, call));
      const size = bytes.byteLength;
      if (size === 0) return { number, size, etag: emptyPart, checksum: checksum.value };
      const id = toPartId(number, size, checksum);
      await inPort(client.putBlock(dataPrefix + uploadId, id, bytes, call));
      return { number, size, etag: id, checksum: checksum.value };
    },

    async listParts(key, uploadId, call) {
      await inPort(readRecord(key, uploadId, call));
      const { committed, uncommitted } = await inPort(blocksOf(client, dataPrefix + uploadId, call));
      const parts = new Map<number, UploadedPart>();
      for (const { id } of [...committed, ...uncommitted]) {
        const part = fromPartId(id);
        if (part !== undefined) parts.set(part.number, part);
      }
      return [...parts.values()].sort((one, other) => one.number - other.number);
    },

    async complete(key, uploadId, parts, { checksum, size, ifMatch, ifNoneMatch }, call) {
      const ids = parts.filter(({ etag }) => etag !== emptyPart).map(({ etag }) => etag);
      // No part that could be missing would tell that an upload without bytes is over.
      const find = ids.length === 0 ? readRecord : openRecord;
      const record = await inPort(find(key, uploadId, call));
      // Of the default tier, since an archived blob cannot be copied.
      const plain = { contentType: record.contentType, metadata: toMetadata(record.metadata, checksum) };
      const { etag } = await commit(key, uploadId, ids, plain, call);
      const attributes = toAttributes(record, checksum);
      const written = await copyInside(
        client,
        { name: dataPrefix + uploadId, size, etag },
        toName(key),
        attributes,
        { ifMatch, ifNoneMatch },
        call,
        settings,
      );
      // The object is there. What is left of the upload is found by its record, if it cannot be taken away now.
      await remove(uploadId, call).catch(leftToSweep);
      return writtenInfo(key, size, record, checksum, written);
    },

    async abort(key, uploadId, call) {
      const record = await inPort(findRecord(key, uploadId, call));
      if (record !== undefined) await inPort(remove(uploadId, call));
    },

    async list({ prefix, cursor }, call) {
      const pages = client
        .listBlobs({ prefix: recordPrefix, metadata: true }, { cursor, signal: call.signal })
        .pages();
      const page = await inPort(pages[Symbol.asyncIterator]().next());
      if (page.done === true) return { items: [] };
      const items = page.value.items.flatMap((entry) => {
        if (entry.kind !== 'blob') return [];
        const { metadata, lastModified } = entry.properties;
        const key = Buffer.from(metadata[keyName] ?? '', 'base64url').toString();
        const uploadId = entry.name.slice(recordPrefix.length);
        return key === '' || !key.startsWith(prefix) ? [] : [{ key, uploadId, startedAt: lastModified }];
      });
      return { items, next: page.value.next };
    },
  };
}

async function blocksOf(client: BlobClient, name: string, call: DriverCall) {
  try {
    return await client.getBlockList(name, call);
  } catch (error) {
    // No part has arrived yet.
    if (isAbsent(error)) return { committed: [], uncommitted: [] };
    throw error;
  }
}

/** The upload is complete all the same. */
function leftToSweep(): void {}
