/**
 * Uploads in parts. The JSON API has none whose parts may come at the same time, so each part is an object of its own below
 * `.im-uploads/`, and `compose` makes one of them:
 *
 * ```
 * .im-uploads/<id>/begun        the key and its attributes, written first and deleted last
 * .im-uploads/<id>/part-00001   a part, with the key and its checksum in the metadata
 * .im-uploads/<id>/tree-1-0     32 parts, where there are more: a composition takes 32 objects
 * ```
 *
 * The last composition writes the key itself, under the upload's condition, and of exactly the generations of the parts that were
 * agreed on. So of many writers one wins, and a part that comes late changes nothing. It also deletes what it was made of, which costs
 * neither versions nor soft deletion nor a fee for early deletion.
 *
 * Weighed and not taken: the multipart upload of the XML API, whose requests take no preconditions, and whose metadata (our
 * checksum) has to be there before the bytes; a resumable upload, whose pieces come one after the other.
 *
 * What a killed process leaves is found by name: `list` looks at everything below `.im-uploads/`, with its beginning or without.
 *
 * @see {@link https://cloud.google.com/storage/docs/composite-objects | Cloud Storage: Composite objects}
 * @see {@link https://cloud.google.com/storage/docs/multipart-uploads#considerations | Cloud Storage: XML API multipart uploads, considerations}
 */
import { randomBytes } from 'node:crypto';
import { isIntegrationError } from '@im/core';
import type { DriverCall, DriverUploads, OpenUpload, UploadedPart } from '@im/storage';
import { driverError } from '@im/storage';
import type { GcsListEntry, GcsObject } from '../model.ts';
import type { GcsClient } from './client.ts';
import { composeUpload } from './compose.ts';
import { names } from './facts.ts';
import { rethrow } from './failures.ts';
import { behind, toName, uploadsPrefix } from './keys.ts';
import { firstPage } from './list.ts';
import { pooled } from './pool.ts';
import {
  type Beginning,
  folderOf,
  isUploadId,
  partName,
  readBeginning,
  toBeginning,
} from './upload-layout.ts';

/** Most bytes of a beginning: key, content type and metadata are bounded by the port. */
const mostBeginningBytes = 64 * 1024;
/** Deletions at the same time. */
const concurrency = 16;
const pageSize = 1_000;
/** Uploads whose beginning is remembered, so that a part costs one request. */
const mostRemembered = 1_000;

/** The uploads of one bucket. @param verifyUpTo parts up to so many bytes are sent with their MD5 */
export function gcsUploads(client: GcsClient, verifyUpTo: number): DriverUploads {
  const remembered = new Map<string, Beginning>();
  const remember = (uploadId: string, begun: Beginning) => {
    remembered.set(uploadId, begun);
    const [oldest] = remembered.keys();
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
  };

  /** @throws `no_upload` */
  const find = async (key: string, uploadId: string, call: DriverCall): Promise<Beginning> => {
    if (!isUploadId(uploadId)) throw driverError('no_upload');
    const media = await client
      .getObject(`${folderOf(uploadId)}begun`, { atOnceUpTo: mostBeginningBytes }, call)
      .catch(rethrow('no_upload'));
    await media[Symbol.asyncDispose]();
    const begun = readBeginning(media.bytes);
    if (begun?.key !== key) throw driverError('no_upload');
    remember(uploadId, begun);
    return begun;
  };

  return {
    async create(key, upload, call) {
      const uploadId = randomBytes(16).toString('hex');
      const begun = toBeginning(toName(key) && key, upload);
      await client
        .insertObject(
          `${folderOf(uploadId)}begun`,
          JSON.stringify(begun),
          { contentType: 'application/json', storageClass: 'STANDARD', metadata: { [names.key]: key } },
          call,
        )
        .catch(rethrow());
      remember(uploadId, begun);
      return uploadId;
    },

    async putPart(key, uploadId, { number, bytes, checksum }, call) {
      const known = remembered.get(uploadId);
      const { storageClass } = known?.key === key ? known : await find(key, uploadId, call);
      const part = await client
        .insertObject(
          partName(uploadId, number),
          bytes,
          {
            storageClass,
            metadata: { [names.key]: key, [names.checksum]: checksum.value },
            verify: bytes.byteLength <= verifyUpTo,
          },
          call,
        )
        .catch(rethrow());
      return { number, size: part.size, etag: part.generation, checksum: checksum.value };
    },

    async listParts(key, uploadId, call) {
      await find(key, uploadId, call);
      const parts: UploadedPart[] = [];
      for await (const object of objectsOf(client, `${folderOf(uploadId)}part-`, false, call)) {
        const { name, size, generation: etag, metadata } = object;
        parts.push({ number: Number(name.slice(-5)), size, etag, checksum: metadata[names.checksum] });
      }
      return parts;
    },

    async complete(key, uploadId, parts, complete, call) {
      const begun = await find(key, uploadId, call);
      const object = await composeUpload(client, key, uploadId, parts, begun, complete, call);
      remembered.delete(uploadId);
      // The object is there. What cannot be cleaned up now is found by the next sweep.
      await cleanUp(client, uploadId, call).catch(unlessAborted(call));
      return object;
    },

    async abort(key, uploadId, call) {
      if (!isUploadId(uploadId)) return;
      remembered.delete(uploadId);
      try {
        await find(key, uploadId, call);
      } catch (error) {
        // Parts without a beginning are cleaned up as well; those of another key are not.
        if (!isIntegrationError(error) || error.code !== 'not_found') throw error;
        if ((await ownerOf(client, uploadId, call)) !== key) return;
      }
      remembered.delete(uploadId);
      await cleanUp(client, uploadId, call);
    },

    async list({ prefix, cursor }, call) {
      const start = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
      if (start !== undefined && !start.startsWith(uploadsPrefix.slice(0, -1))) throw driverError('cursor');
      const page = await firstPage(
        client,
        { prefix: uploadsPrefix, startOffset: start, versions: true },
        { pageSize, signal: call.signal },
      );
      const seen = new Map<string, OpenUpload>();
      for (const object of objectsIn(page.items)) {
        const uploadId = uploadIdOf(object);
        const key = object.metadata[names.key];
        if (!isUploadId(uploadId) || seen.has(uploadId) || key === undefined) continue;
        seen.set(uploadId, { key, uploadId, startedAt: object.createdAt });
      }
      const last = page.items.at(-1);
      const next =
        page.next && last?.kind === 'object' ? behind(folderOf(uploadIdOf(last.object))) : undefined;
      return {
        items: [...seen.values()].filter(({ key }) => key.startsWith(prefix)),
        ...(next && { next: Buffer.from(next).toString('base64url') }),
      };
    },
  };
}

const uploadIdOf = ({ name }: GcsObject) => name.slice(uploadsPrefix.length).split('/', 1)[0] ?? '';

/** The key that a part says it is of. */
async function ownerOf(client: GcsClient, uploadId: string, call: DriverCall): Promise<string | undefined> {
  for await (const object of objectsOf(client, folderOf(uploadId), true, call)) {
    const key = object.metadata[names.key];
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Deletes all that is left of an upload, its beginning last, so that a clean-up that breaks off can be done again. */
async function cleanUp(client: GcsClient, uploadId: string, call: DriverCall): Promise<void> {
  const folder = folderOf(uploadId);
  const begun: GcsObject[] = [];
  const parts: GcsObject[] = [];
  for await (const object of objectsOf(client, folder, true, call))
    (object.name === `${folder}begun` ? begun : parts).push(object);
  const remove = ({ name, generation }: GcsObject) => client.deleteObject(name, { generation }, call);
  await pooled(parts, concurrency, remove).catch(rethrow());
  await pooled(begun, concurrency, remove).catch(rethrow());
}

async function* objectsOf(
  client: GcsClient,
  prefix: string,
  versions: boolean,
  call: DriverCall,
): AsyncGenerator<GcsObject> {
  try {
    for await (const entry of client.listObjects({ prefix, versions }, { pageSize, signal: call.signal }))
      if (entry.kind === 'object') yield entry.object;
  } catch (error) {
    rethrow()(error);
  }
}

function* objectsIn(entries: readonly GcsListEntry[]): Generator<GcsObject> {
  for (const entry of entries) if (entry.kind === 'object') yield entry.object;
}

/** Lets failures pass unless they are the caller's own doing. */
function unlessAborted({ signal }: DriverCall): (error: unknown) => void {
  return () => signal.throwIfAborted();
}
