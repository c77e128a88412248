/** Reads: bytes that are here, or a stream of them. */
import type { DriverBody, DriverCall, DriverRead, ObjectInfo } from '@im/storage';
import { driverError, resolveRange, streamOfSource } from '@im/storage';
import type { BlobDownload, BlobProperties, GetBlobOptions } from '../model.ts';
import type { BlobClient } from '../operations/operations.ts';
import { driverFailure, inPort, isAbsent, toInfo } from './info.ts';
import { namesOf } from './names.ts';

/** How often the last bytes are looked for in a blob that keeps changing. */
const mostTries = 5;

/** Gets an object, or bytes of it. */
export async function getObject(
  client: BlobClient,
  key: string,
  read: DriverRead,
  call: DriverCall,
): Promise<DriverBody> {
  const last = read.range?.last;
  const { found: download, name } = await findBlob(key, (name) =>
    last === undefined
      ? client.getBlob(name, plainRead(read), call)
      : getLast(client, name, read, last, call),
  );
  try {
    const info = await infoOf(client, key, name, download.properties, call);
    const { offset, length, bytes } = download;
    return bytes === undefined
      ? { info, offset, length, stream: streamOf(download) }
      : { info, offset, length, bytes };
  } catch (error) {
    await download[Symbol.asyncDispose]();
    throw error;
  }
}

function plainRead({ ifMatch, ifNoneMatch, range }: DriverRead): GetBlobOptions {
  if (range?.offset === undefined) return { ifMatch, ifNoneMatch };
  return { ifMatch, ifNoneMatch, range: { offset: range.offset, count: range.length } };
}

/** The service has no ranges from the end: the size is asked for first, and the bytes of that very blob then. */
async function getLast(
  client: BlobClient,
  name: string,
  { ifMatch, ifNoneMatch }: DriverRead,
  last: number,
  call: DriverCall,
): Promise<BlobDownload> {
  for (let tries = 1; ; tries += 1) {
    const { size, etag } = await client.getBlobProperties(name, { ifMatch, ifNoneMatch }, call);
    const range = resolveRange({ last }, size);
    if (range === undefined) throw driverError('range');
    try {
      return await client.getBlob(
        name,
        { range: { offset: range.offset, count: range.length }, ifMatch: etag },
        call,
      );
    } catch (error) {
      // Replaced in between.
      const isReplaced = (error as { readonly status?: number }).status === 412;
      if (!isReplaced || ifMatch !== undefined || tries === mostTries) throw error;
    }
  }
}

/** A blob that was found, and under which name. */
export interface FoundBlob<Value> {
  readonly found: Value;
  readonly name: string;
}

/** Looks for a key under each of its names. @throws `not_found` when it is under none, and whatever else `look` throws */
export async function findBlob<Value>(
  key: string,
  look: (name: string) => Promise<Value>,
): Promise<FoundBlob<Value>> {
  const names = namesOf(key);
  for (const [index, name] of names.entries()) {
    try {
      return { found: await look(name), name };
    } catch (error) {
      if (index < names.length - 1 && isAbsent(error)) continue;
      throw driverFailure(error);
    }
  }
  throw driverError('not_found');
}

/** Facts of an object, and the name it has. */
export async function headObject(
  client: BlobClient,
  key: string,
  { ifMatch, ifNoneMatch }: Omit<DriverRead, 'range'>,
  call: DriverCall,
): Promise<FoundBlob<ObjectInfo> & { readonly properties: BlobProperties }> {
  const { found: properties, name } = await findBlob(key, (name) =>
    client.getBlobProperties(name, { ifMatch, ifNoneMatch }, call),
  );
  return { found: await infoOf(client, key, name, properties, call), name, properties };
}

/** The service tells how many tags there are; which ones is asked for where there are any. */
async function infoOf(
  client: BlobClient,
  key: string,
  name: string,
  properties: BlobProperties,
  call: DriverCall,
): Promise<ObjectInfo> {
  const tags = properties.tagCount ? await inPort(client.getBlobTags(name, call)) : undefined;
  return toInfo(key, properties, tags);
}

function streamOf(download: BlobDownload): ReadableStream<Uint8Array> {
  const iterator = download.body[Symbol.asyncIterator]();
  return streamOfSource({
    async next() {
      try {
        return (await iterator.next()).value as Uint8Array | undefined;
      } catch (error) {
        throw driverFailure(error);
      }
    },
    async cancel() {
      // Both: an iterator that was never asked has nothing to end.
      await iterator.return?.();
      await download[Symbol.asyncDispose]();
    },
  });
}
