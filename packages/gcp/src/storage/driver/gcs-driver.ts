/** The driver of `@im/storage` over the operations of Cloud Storage. What each part of it does is told in the file of that part. */
import { randomUUID } from 'node:crypto';
import type { Bucket } from '@google-cloud/storage';
import type {
  DeleteResult,
  DriverCall,
  DriverCopy,
  DriverDelete,
  DriverPresign,
  DriverWrite,
  ObjectInfo,
  StorageDriver,
} from '@im/storage';
import { longestExpirySeconds } from '../sign-url.ts';
import type { GcsClient } from './client.ts';
import {
  attributesOf,
  generationOf,
  isGeneration,
  names,
  toAttributes,
  toCondition,
  toInfo,
} from './facts.ts';
import { isMismatch, isRepeated, lostAnswer, rethrow, worded } from './failures.ts';
import { toName } from './keys.ts';
import { listPage } from './list.ts';
import { pooled } from './pool.ts';
import { getObject, headObject } from './read.ts';
import { gcsUploads } from './uploads.ts';
import { gcsVersions } from './versions.ts';

/** What the driver declares. Earlier versions stay where the bucket has versioning; retentions need a bucket made for them. */
export type GcsAbility =
  | 'conditionalWrites'
  | 'conditionalDelete'
  | 'conditionalCopy'
  | 'multipart'
  | 'presign'
  | 'storageClasses'
  | 'versions'
  | 'objectLock';

const mebibyte = 1024 ** 2;
const tebibyte = 1024 ** 4;
/** Most bytes of an object: https://cloud.google.com/storage/quotas#objects */
const mostBytes = 5 * tebibyte;
/** Deletions at the same time. */
const concurrency = 32;

/** How a driver is made. */
export interface GcsDriverOptions {
  /**
   * Bodies of up to so many bytes, parts included, are sent with their MD5, so that the service refuses what changed on its way. Default
   * 1 MiB: for larger ones that would cost more than all the rest, and TLS guards the way. Whatever their size, the store's own
   * checksum is kept with an object, and each whole read is verified by it.
   */
  readonly verifyUpTo?: number | undefined;
}

/** Makes the driver of one bucket of the operations of a client of `storage`. */
export function gcsDriver(
  client: GcsClient,
  { verifyUpTo = mebibyte }: GcsDriverOptions = {},
): StorageDriver<GcsAbility, Bucket> {
  return {
    name: 'gcs',
    abilities: {
      conditionalWrites: true,
      conditionalDelete: true,
      conditionalCopy: true,
      multipart: true,
      presign: true,
      storageClasses: true,
      versions: true,
      objectLock: true,
    },
    limits: {
      maxKeyBytes: 1_024,
      maxPutBytes: mostBytes,
      minPartBytes: 1,
      maxPartBytes: mostBytes,
      // Three levels of compositions of 32.
      maxParts: 32 ** 3,
      maxDeleteKeys: 1_000,
      maxPageSize: 1_000,
      storageClasses: ['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'],
      presign: { maxSeconds: longestExpirySeconds, contentLength: 'range' },
    },
    get: (key, read, call) => getObject(client, key, read, call),
    head: (key, read, call) => headObject(client, key, read, call),
    put: (key, bytes, write, call) =>
      putObject(client, key, bytes, write, bytes.byteLength <= verifyUpTo, call),
    list: (list, call) => listPage(client, list, call),
    copy: (from, to, copy, call) => copyObject(client, from, to, copy, call),
    delete: async (targets, call) => {
      call.signal.throwIfAborted();
      return pooled(targets, concurrency, (target) => deleteOne(client, target, call));
    },
    uploads: gcsUploads(client, verifyUpTo),
    versions: gcsVersions(client),
    presign: (key, presign, call) => presignObject(client, key, presign, call),
    native: () => client.native(),
  };
}

async function putObject(
  client: GcsClient,
  key: string,
  bytes: Uint8Array,
  write: DriverWrite,
  verify: boolean,
  call: DriverCall,
): Promise<ObjectInfo> {
  const name = toName(key);
  const condition = toCondition(write);
  const writeId = condition.ifGenerationMatch === undefined ? undefined : randomUUID();
  try {
    const attributes = toAttributes(write, write.checksum, writeId);
    return toInfo(await client.insertObject(name, bytes, { ...attributes, ...condition, verify }, call), key);
  } catch (error) {
    const look = () => client.getObjectMetadata(name, {}, call);
    const ours =
      writeId !== undefined &&
      isRepeated(error) &&
      (await lostAnswer(error, look, ({ metadata }) => metadata[names.write] === writeId));
    if (ours) return toInfo(ours, key);
    return rethrow()(error);
  }
}

/** Attributes go along by themselves; where one of them changes, or the write has to be known again, all are said. */
async function copyObject(
  client: GcsClient,
  from: string,
  to: string,
  copy: DriverCopy,
  call: DriverCall,
): Promise<ObjectInfo> {
  const [source, name] = [toName(from), toName(to)];
  const condition = toCondition(copy);
  const ifSourceGenerationMatch = generationOf(copy.sourceIfMatch);
  const writeId = condition.ifGenerationMatch === undefined ? undefined : randomUUID();
  const saysAll = writeId !== undefined || copy.storageClass !== undefined;
  const object = saysAll
    ? await client
        .getObjectMetadata(source, { ifGenerationMatch: ifSourceGenerationMatch }, call)
        .catch(rethrow())
    : undefined;
  const attributes = object && {
    ...attributesOf(object),
    metadata: { ...object.metadata, ...(writeId && { [names.write]: writeId }) },
    storageClass: copy.storageClass ?? object.storageClass,
  };
  const options = {
    ...condition,
    attributes,
    fromGeneration: object?.generation,
    ifSourceGenerationMatch,
  };
  try {
    let step = await client.rewriteObject(source, name, options, call);
    while (!step.done)
      step = await client.rewriteObject(source, name, { ...options, rewriteToken: step.rewriteToken }, call);
    return toInfo(step.object, to);
  } catch (error) {
    const look = () => client.getObjectMetadata(name, {}, call);
    const ours =
      writeId !== undefined &&
      isRepeated(error) &&
      (await lostAnswer(error, look, ({ metadata }) => metadata[names.write] === writeId));
    if (ours) return toInfo(ours, to);
    return rethrow()(error);
  }
}

async function deleteOne(
  client: GcsClient,
  { key, ifMatch, versionId }: DriverDelete,
  call: DriverCall,
): Promise<DeleteResult> {
  // No version has such an id: it is not there any more.
  if (versionId !== undefined && !isGeneration(versionId)) return { key };
  const name = toName(key);
  try {
    const condition = { ifGenerationMatch: generationOf(ifMatch) };
    await client.deleteObject(name, { ...condition, generation: versionId }, call);
    return { key };
  } catch (error) {
    call.signal.throwIfAborted();
    if (ifMatch !== undefined && isMismatch(worded(error)) && (await isAbsent(client, name, call)))
      return { key };
    return { key, error: worded(error) };
  }
}

/** A condition on an object that is gone may be refused as one that does not hold. */
async function isAbsent(client: GcsClient, name: string, call: DriverCall): Promise<boolean> {
  return client.getObjectMetadata(name, {}, call).then(
    () => false,
    (error: unknown) => isMismatch(error),
  );
}

async function presignObject(
  client: GcsClient,
  key: string,
  { method, expiresInSeconds, contentType, contentLength }: DriverPresign,
  call: DriverCall,
) {
  const isPut = method === 'PUT';
  const headers = {
    ...(isPut && contentType !== undefined && { 'content-type': contentType }),
    ...(contentLength && { 'x-goog-content-length-range': `${contentLength.min},${contentLength.max}` }),
  };
  const query = !isPut && contentType !== undefined ? { 'response-content-type': contentType } : {};
  const signed = await client.signUrl(toName(key), { method, expiresInSeconds, headers, query }, call);
  return { method, headers, ...signed };
}
