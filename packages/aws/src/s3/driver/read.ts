/** The way down. A stream that is cut goes on where it was, as long as it is the same object. */
import { isIntegrationError } from '@im/core';
import {
  type ByteSource,
  type DriverBody,
  type DriverCall,
  type DriverRead,
  type ObjectInfo,
  sourceOfStream,
  streamOfSource,
} from '@im/storage';
import type { S3Body, S3Head, S3Object } from '../model.ts';
import { hasTags, toInfo } from './info.ts';
import { callOf, type DriverContext, store, translate } from './support.ts';
import { findTaggedChecksum } from './tagged-checksum.ts';

/** How often in a row a stream goes on after a cut without a new byte. */
const fruitlessResumes = 3;

/** Reads an object. */
export async function getObject(
  context: DriverContext,
  key: string,
  read: DriverRead,
  call: DriverCall,
): Promise<DriverBody> {
  const stored = store(key);
  const { range, ifMatch, ifNoneMatch, versionId } = read;
  const object = await context.client
    .getObject(stored, { range, ifMatch, ifNoneMatch, versionId }, callOf(call))
    .catch(translate(undefined));
  const { offset, length, body, head } = object;
  try {
    const info = await infoOf(context, key, head, versionId, call);
    if (body.bytes !== undefined) return { info, offset, length, bytes: body.bytes };
    return { info, offset, length, stream: resuming(context, stored, object, versionId, call) };
  } catch (error) {
    await body.stream?.cancel();
    throw error;
  }
}

/** What is known of an object, with what takes further requests: only where there are tags. */
export async function infoOf(
  { client, dialect }: DriverContext,
  key: string,
  head: S3Head,
  versionId: string | undefined,
  call: DriverCall,
): Promise<ObjectInfo> {
  if (!hasTags(head)) return toInfo(dialect, key, head, dialect.abilities.includes('tags') ? {} : undefined);
  const tags = await client.getObjectTagging(head.key, { versionId }, callOf(call));
  if (dialect.abilities.includes('tags')) return toInfo(dialect, key, head, tags);
  return toInfo(dialect, key, head, undefined, findTaggedChecksum(head, tags));
}

function resuming(
  { client }: DriverContext,
  stored: string,
  { head, offset, length, body }: S3Object,
  versionId: string | undefined,
  call: DriverCall,
): ReadableStream<Uint8Array> {
  let source = sourceOf(body);
  let received = 0;
  let fruitless = 0;

  /** Asks for the rest. */
  const goOn = async (): Promise<void> => {
    const rest = await client.getObject(
      stored,
      { versionId, ifMatch: head.etag, range: { offset: offset + received, length: length - received } },
      callOf(call),
    );
    source = sourceOf(rest.body);
  };

  return streamOfSource({
    async next() {
      while (true) {
        try {
          const bytes = await source.next();
          if (bytes === undefined) return undefined;
          received += bytes.byteLength;
          fruitless = 0;
          return bytes;
        } catch (cut) {
          fruitless += 1;
          const isOver = call.signal.aborted || received >= length || fruitless > fruitlessResumes;
          if (isOver || !isIntegrationError(cut) || !cut.retryable) throw cut;
          await goOn();
        }
      }
    },
    cancel: (reason) => source.cancel(reason),
  });
}

function sourceOf({ stream, bytes }: S3Body): ByteSource {
  return sourceOfStream(stream ?? new Blob([new Uint8Array(bytes)]).stream());
}
