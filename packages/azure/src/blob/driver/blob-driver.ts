/** The driver of object storage over the operations of `@im/azure/blob`. */
import type { ContainerClient } from '@azure/storage-blob';
import { isIntegrationError } from '@im/core';
import type { DeleteResult, DriverCall, DriverDelete, StorageDriver } from '@im/storage';
import { blobTiers } from '../model.ts';
import { maxPutBytes } from '../operations/blobs.ts';
import { maxBlockBytes, maxBlocks } from '../operations/blocks.ts';
import { maxSasSeconds } from '../operations/details.ts';
import type { BlobClient } from '../operations/operations.ts';
import { type CopySettings, copyInside } from './assemble.ts';
import { driverFailure, inPort, isAbsent, toAttributes, toMetadata, writtenInfo } from './info.ts';
import { listObjects } from './list.ts';
import { namesOf, toName } from './names.ts';
import { getObject, headObject } from './read.ts';
import { blobUploads } from './uploads.ts';

/**
 * What the driver declares. Not `versions` and `objectLock`: the service has them only where the account and the container were set up for
 * them, and its emulator not at all.
 */
export type BlobAbility =
  | 'conditionalWrites'
  | 'conditionalDelete'
  | 'conditionalCopy'
  | 'multipart'
  | 'presign'
  | 'storageClasses'
  | 'tags';

const mostDeleted = 256;
/** Deletions under way at once. */
const deletedAtOnce = 16;

/**
 * Makes the driver of a container. Storage classes are the access tiers. A presigned PUT cannot hold its sender to a type or length; the
 * headers to send are given along.
 *
 * @see {@link https://learn.microsoft.com/azure/storage/blobs/scalability-targets | Azure: Scale targets}
 */
export function blobDriver(
  client: BlobClient,
  settings: CopySettings = {},
): StorageDriver<BlobAbility, ContainerClient> {
  return {
    name: 'azure-blob',
    abilities: {
      conditionalWrites: true,
      conditionalDelete: true,
      conditionalCopy: true,
      multipart: true,
      presign: true,
      storageClasses: true,
      tags: true,
    },
    limits: {
      maxKeyBytes: 1024,
      maxPutBytes,
      minPartBytes: 1,
      maxPartBytes: maxBlockBytes,
      maxParts: maxBlocks,
      maxDeleteKeys: mostDeleted,
      maxPageSize: 5_000,
      storageClasses: blobTiers,
      presign: { maxSeconds: maxSasSeconds, contentLength: 'none' },
    },

    get: (key, read, call) => getObject(client, key, read, call),
    head: async (key, read, call) => (await headObject(client, key, read, call)).found,

    async put(key, bytes, write, call) {
      const { ifMatch, ifNoneMatch, checksum } = write;
      const options = { ...toAttributes(write, checksum), ifMatch, ifNoneMatch };
      const written = await inPort(client.putBlob(toName(key), bytes, options, call));
      return writtenInfo(key, bytes.byteLength, write, checksum, written);
    },

    list: (list, call) => listObjects(client, list, call),

    async copy(from, to, { ifMatch, ifNoneMatch, sourceIfMatch, storageClass }, call) {
      const {
        found: info,
        name,
        properties,
      } = await headObject(client, from, { ifMatch: sourceIfMatch }, call);
      const tier = storageClass ?? (properties.accessTierInferred ? undefined : properties.accessTier);
      const attributes = {
        ...toAttributes({ ...info, storageClass: tier }, undefined),
        metadata: toMetadata(info.metadata, info.checksum),
      };
      const written = await copyInside(
        client,
        { name, size: info.size, etag: info.etag },
        toName(to),
        attributes,
        { ifMatch, ifNoneMatch },
        call,
        settings,
      );
      return writtenInfo(to, info.size, { ...info, storageClass: tier }, info.checksum, written);
    },

    delete: (targets, call) => deleteAll(client, targets, call),
    uploads: blobUploads(client, settings),

    async presign(key, { method, expiresInSeconds, contentType }, call) {
      const isGet = method === 'GET';
      const sas = { permissions: isGet ? 'r' : 'cw', expiresInSeconds, ...(isGet && { contentType }) };
      const { url, expiresAt } = await inPort(client.createSasUrl(toName(key), sas, call));
      const headers = {
        'x-ms-blob-type': 'BlockBlob',
        ...(contentType !== undefined && { 'content-type': contentType }),
      };
      return { method, url, headers: isGet ? {} : headers, expiresAt };
    },

    native: () => client.native(),
  };
}

async function deleteAll(
  client: BlobClient,
  targets: readonly DriverDelete[],
  call: DriverCall,
): Promise<readonly DeleteResult[]> {
  const results: DeleteResult[] = [];
  const next = targets.entries();
  const worker = async () => {
    for (const [index, { key, ifMatch }] of next) {
      results[index] = await Promise.all(
        namesOf(key).map((name) => deleteOne(client, name, ifMatch, call)),
      ).then(
        () => ({ key }),
        (error: unknown) => {
          call.signal.throwIfAborted();
          return { key, error: driverFailure(error) };
        },
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(deletedAtOnce, targets.length) }, worker));
  return results;
}

/** The emulator says of what is gone that the condition does not hold: what is gone is deleted. */
async function deleteOne(
  client: BlobClient,
  name: string,
  ifMatch: string | undefined,
  call: DriverCall,
): Promise<void> {
  try {
    await client.deleteBlob(name, { ifMatch }, call);
  } catch (error) {
    if (!isIntegrationError(error) || error.reason !== 'ConditionNotMet') throw error;
    const isGone = await client.getBlobProperties(name, undefined, call).then(() => false, isAbsent);
    if (!isGone) throw error;
  }
}
