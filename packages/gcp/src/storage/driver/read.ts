/**
 * The way down. The JSON API gives an object's bytes and what is known of it in two answers; both are asked for at once, and the
 * generation in the one of the bytes tells whether they belong together.
 */
import { isIntegrationError, VendorError } from '@im/core';
import type { ByteRange, DriverBody, DriverCall, DriverRead, ObjectInfo } from '@im/storage';
import { driverError, resolveRange, streamOfSource } from '@im/storage';
import type { GcsMedia, GcsObject } from '../model.ts';
import type { MediaOptions } from '../operations/media.ts';
import type { ReadOptions } from '../operations/objects.ts';
import type { GcsClient } from './client.ts';
import { generationOf, isGeneration, toInfo } from './facts.ts';
import { brokenBody, rethrow } from './failures.ts';
import { toName } from './keys.ts';

/** Objects up to so many bytes are given at once. */
const smallBytes = 256 * 1024;
/** How often in a row a read goes on after a cut without a new byte. */
const fruitlessResumes = 3;
/** How often an object may be overwritten between its two answers. */
const mostOvertakings = 5;

/** The conditions of a read as the service has them. @throws `no_version`, `condition` */
export function toReadOptions({ ifMatch, ifNoneMatch, versionId }: Omit<DriverRead, 'range'>): ReadOptions {
  if (versionId !== undefined && !isGeneration(versionId)) throw driverError('no_version');
  const isForeign = ifNoneMatch !== undefined && !isGeneration(ifNoneMatch);
  return {
    generation: versionId,
    ifGenerationMatch: generationOf(ifMatch),
    ifGenerationNotMatch: isForeign ? undefined : ifNoneMatch,
  };
}

/** What is known of an object. */
export async function headObject(
  client: GcsClient,
  key: string,
  read: Omit<DriverRead, 'range'>,
  call: DriverCall,
): Promise<ObjectInfo> {
  const object = await client
    .getObjectMetadata(toName(key), toReadOptions(read), call)
    .catch(rethrow(absentOf(read)));
  return toInfo(object, key);
}

const absentOf = ({ versionId }: Omit<DriverRead, 'range'>) =>
  versionId === undefined ? 'not_found' : 'no_version';

/** An object on its way. */
export async function getObject(
  client: GcsClient,
  key: string,
  read: DriverRead,
  call: DriverCall,
): Promise<DriverBody> {
  const name = toName(key);
  const options: MediaOptions = {
    ...toReadOptions(read),
    range: toRange(read.range),
    atOnceUpTo: smallBytes,
  };
  for (let overtaken = 0; overtaken < mostOvertakings; overtaken += 1) {
    const { object, media } = await both(client, name, options, read, call);
    const fitting = await fit(client, name, object, media, options, call);
    if (fitting !== undefined) return bodyOf(client, name, object, fitting, read.range, key, call);
  }
  throw driverError('condition');
}

/** Both answers, or the failure of either, with nothing left open. */
async function both(
  client: GcsClient,
  name: string,
  options: MediaOptions,
  read: DriverRead,
  call: DriverCall,
): Promise<{ readonly object: GcsObject; readonly media: GcsMedia }> {
  const { generation, ifGenerationMatch, ifGenerationNotMatch } = options;
  const facts = { generation, ifGenerationMatch, ifGenerationNotMatch };
  const [object, media] = await Promise.allSettled([
    client.getObjectMetadata(name, facts, call),
    client.getObject(name, options, call),
  ]);
  if (object.status === 'fulfilled' && media.status === 'fulfilled')
    return { object: object.value, media: media.value };
  if (media.status === 'fulfilled') await media.value[Symbol.asyncDispose]();
  const { reason } = object.status === 'rejected' ? object : (media as PromiseRejectedResult);
  return rethrow(absentOf(read))(reason);
}

/** The bytes of just this object as they are stored; `undefined` when it was overwritten meanwhile. */
async function fit(
  client: GcsClient,
  name: string,
  object: GcsObject,
  media: GcsMedia,
  options: MediaOptions,
  call: DriverCall,
): Promise<GcsMedia | undefined> {
  const isCompressed = object.contentEncoding === 'gzip';
  if (media.generation === object.generation && !isCompressed) return media;
  await media[Symbol.asyncDispose]();
  try {
    return await client.getObject(name, { ...options, generation: object.generation, asStored: true }, call);
  } catch (error) {
    if (isIntegrationError(error) && error.reason === 'notFound') return undefined;
    return rethrow()(error);
  }
}

function bodyOf(
  client: GcsClient,
  name: string,
  object: GcsObject,
  media: GcsMedia,
  wanted: ByteRange | undefined,
  key: string,
  call: DriverCall,
): DriverBody {
  const range = resolveRange(wanted, object.size);
  if (range === undefined) throw driverError('range');
  const facts = { info: toInfo(object, key), ...range };
  if (media.bytes !== undefined) return { ...facts, bytes: media.bytes };
  const { generation } = object;
  const more = (start: number) =>
    client.getObject(
      name,
      { generation, asStored: true, range: { start, end: range.offset + range.length - 1 } },
      call,
    );
  return { ...facts, stream: streamOf(media, range, more) };
}

/** `bytes=first-last`, or the last ones. */
function toRange(range: ByteRange | undefined): MediaOptions['range'] {
  if (range === undefined) return undefined;
  if (range.last !== undefined) return { start: -range.last };
  const { offset, length } = range;
  return { start: offset, end: length === undefined ? undefined : offset + length - 1 };
}

/** The bytes; what is cut goes on where it stopped, with the same generation. */
function streamOf(
  first: GcsMedia,
  range: { readonly offset: number; readonly length: number },
  more: (start: number) => Promise<GcsMedia>,
): ReadableStream<Uint8Array> {
  let media = first;
  let bytes = iterate(media);
  let received = 0;
  let fruitless = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      try {
        const { done, value } = await bytes.next();
        if (!done) {
          received += value.byteLength;
          fruitless = 0;
          return value;
        }
        if (received >= range.length) return undefined;
        throw new VendorError({
          sent: true,
          code: 'unavailable',
          says: 'the object ended before its length',
        });
      } catch (error) {
        await media[Symbol.asyncDispose]();
        if (!(error instanceof VendorError)) throw error;
        fruitless += 1;
        if (error.failure.code === 'internal' || fruitless > fruitlessResumes) throw brokenBody(error, error);
        media = await more(range.offset + received).catch(rethrow());
        bytes = iterate(media);
      }
    }
  };
  return streamOfSource({ next, cancel: async () => media[Symbol.asyncDispose]() });
}

function iterate({ body, bytes }: GcsMedia): AsyncIterator<Uint8Array> {
  if (body !== undefined) return body[Symbol.asyncIterator]();
  return (async function* () {
    yield bytes;
  })();
}
