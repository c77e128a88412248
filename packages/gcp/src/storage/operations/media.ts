/** The bytes of an object. */
import { type Call, read, VendorError } from '@im/core';
import type { HttpDownload } from '@im/http';
import { conditionQuery, objectPath, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import type { GcsMedia } from '../model.ts';
import type { ReadOptions } from './objects.ts';

/** How to read an object's bytes. */
export interface MediaOptions extends ReadOptions {
  /** Bytes from `start` to `end`, both included; without `end`, to the last one. A negative `start` stands alone: the last ones. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined;
  /** Up to so many bytes are read at once and given as `bytes`: cheaper, and a cut is mended by trying again. Default 0. */
  readonly atOnceUpTo?: number | undefined;
  /** Gives an object with `contentEncoding: 'gzip'` as it is stored. Default `false`: decompressed. */
  readonly asStored?: boolean | undefined;
}

export function mediaOperations({ http, bucket }: StorageConnection) {
  return {
    getObject: read(
      async (name: string, options: MediaOptions | undefined, call: Call): Promise<GcsMedia> => {
        const { atOnceUpTo = 0, generation, asStored, range } = options ?? {};
        const download = await http.download(objectPath(bucket, name), call, {
          query: { alt: 'media', ...conditionQuery(options ?? {}), generation },
          headers: {
            accept: '*/*',
            range: rangeHeader(range),
            ...(asStored && { 'accept-encoding': 'gzip' }),
          },
          decode: asStored !== true,
        });
        const facts = {
          generation: download.headers.get('x-goog-generation') ?? undefined,
          offset: offsetOf(download),
          length: download.totalBytes,
          [Symbol.asyncDispose]: () => download[Symbol.asyncDispose](),
        };
        if (facts.length !== undefined && facts.length <= atOnceUpTo)
          return { ...facts, bytes: await download.bytes(atOnceUpTo) };
        return { ...facts, body: download.body };
      },
      { docs: 'https://cloud.google.com/storage/docs/json_api/v1/objects/get' },
    ),
  };
}

function rangeHeader(range: MediaOptions['range']): string | undefined {
  if (range === undefined) return undefined;
  const { start, end } = range;
  const isRange = end === undefined || (start >= 0 && end >= start);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end ?? 0) || !isRange)
    refuseArgument(`a range cannot begin at ${start} and end at ${end}`);
  return start < 0 ? `bytes=${start}` : `bytes=${start}-${end ?? ''}`;
}

function offsetOf({ status, headers }: HttpDownload): number {
  if (status !== 206) return 0;
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? [];
  if (start !== undefined) return Number(start);
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_headers',
    says: 'the answer is a part of the object, and does not say which',
  });
}
