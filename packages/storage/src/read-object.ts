/** The way down: counts and verifies what passes. */
import { abortableStream, sourceOfStream, streamOfSource } from './byte-stream.ts';
import { checksumOf, createVerifier } from './checksum.ts';
import type { Checksum, DriverBody } from './driver.ts';
import { completeError, orAborted, type Place, storeError } from './errors.ts';
import type { Progress, StoredObject } from './object-store.types.ts';

type OnProgress = ((progress: Progress) => void) | undefined;

/** What a driver gave, as a stream. For drivers that stand over other drivers. */
export function streamOfBody(body: DriverBody): ReadableStream<Uint8Array> {
  if (body.bytes === undefined) return body.stream;
  let bytes: Uint8Array | undefined = body.bytes.byteLength === 0 ? undefined : body.bytes;
  return streamOfSource({
    async next() {
      const all = bytes;
      bytes = undefined;
      return all;
    },
    async cancel() {},
  });
}

/** Lets go of what a driver gave. */
export async function cancelBody(body: DriverBody): Promise<void> {
  await body.stream?.cancel();
}

/** Makes the object that a user holds of what the driver gave. */
export function readObject(
  body: DriverBody,
  place: Place,
  signal: AbortSignal,
  onProgress: OnProgress,
): StoredObject {
  const { info, offset, length } = body;
  let isTaken = false;
  const take = () => {
    if (isTaken)
      throw storeError('the object was read already', place, {
        code: 'failed_precondition',
        remedy: 'get it again',
      });
    isTaken = true;
  };
  const stream = () => {
    take();
    return verifiedStream(body, place, signal, onProgress);
  };
  const bytes = async () => {
    take();
    if (body.bytes !== undefined) return verifiedBytes(body, body.bytes, place, signal, onProgress);
    return readAll(body, place, signal, onProgress);
  };
  const cancel = async () => {
    if (isTaken) return;
    isTaken = true;
    await cancelBody(body);
  };
  return {
    info,
    offset,
    length,
    stream,
    bytes,
    text: async () => decoder.decode(await bytes()),
    cancel,
    [Symbol.asyncDispose]: cancel,
  };
}

const decoder = new TextDecoder();

/** Whether the checksum of the object is one over these bytes. */
const isWhole = ({ info, offset, length }: DriverBody) => offset === 0 && length === info.size;

const wrong = (says: string, place: Place) =>
  storeError(says, place, {
    code: 'internal',
    remedy: 'discard what was read; restore the object from another copy',
  });
const ended = (passed: number, length: number, place: Place) =>
  wrong(`the object ended after ${passed} of ${length} bytes`, place);
const tooLong = (length: number, place: Place) =>
  wrong(`the object is longer than its ${length} bytes`, place);
const damaged = (algorithm: string, place: Place) =>
  wrong(`the object's ${algorithm} checksum does not match its bytes`, place);

/** The short way, for bytes that are here: no stream is made. */
function verifiedBytes(
  body: DriverBody,
  bytes: Uint8Array,
  place: Place,
  signal: AbortSignal,
  onProgress: OnProgress,
): Uint8Array {
  signal.throwIfAborted();
  const { info, length } = body;
  if (bytes.byteLength < length) throw ended(bytes.byteLength, length, place);
  if (bytes.byteLength > length) throw tooLong(length, place);
  if (isWhole(body) && info.checksum !== undefined) {
    if (checksumLike(info.checksum, bytes) !== info.checksum.value)
      throw damaged(info.checksum.algorithm, place);
  }
  onProgress?.({ bytes: length, totalBytes: length });
  return bytes;
}

/** What the bytes' checksum is, made as that one was. */
function checksumLike(checksum: Checksum, bytes: Uint8Array): string {
  if (checksum.partBytes === undefined) return checksumOf(checksum.algorithm, bytes).value;
  const verifier = createVerifier(checksum);
  verifier.update(bytes);
  return verifier.value();
}

/** Follows the pieces of a streamed body: what does not match its facts throws. */
function follow(body: DriverBody, place: Place, onProgress: OnProgress) {
  const { info, length } = body;
  const verifier = isWhole(body) && info.checksum !== undefined ? createVerifier(info.checksum) : undefined;
  let passed = 0;
  return {
    /** @returns where the piece begins */
    piece(bytes: Uint8Array): number {
      const start = passed;
      passed += bytes.byteLength;
      if (passed > length) throw tooLong(length, place);
      verifier?.update(bytes);
      onProgress?.({ bytes: passed, totalBytes: length });
      return start;
    },
    end() {
      if (passed < length) throw ended(passed, length, place);
      if (verifier !== undefined && verifier.value() !== info.checksum?.value)
        throw damaged(info.checksum?.algorithm ?? '', place);
    },
  };
}

/** All bytes of a streamed body, without a second stream around it. */
async function readAll(
  body: DriverBody,
  place: Place,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Uint8Array> {
  const source = sourceOfStream(streamOfBody(body));
  const following = follow(body, place, onProgress);
  const all = new Uint8Array(body.length);
  const read = async () => {
    for (let next = await source.next(); next !== undefined; next = await source.next())
      all.set(next, following.piece(next));
    following.end();
    return all;
  };
  try {
    return await orAborted(read(), signal);
  } catch (error) {
    source.cancel(error).catch(() => undefined);
    throw signal.aborted ? signal.reason : completeError(error, place, signal);
  }
}

function verifiedStream(
  body: DriverBody,
  place: Place,
  signal: AbortSignal,
  onProgress: OnProgress,
): ReadableStream<Uint8Array> {
  const following = follow(body, place, onProgress);
  const source = sourceOfStream(streamOfBody(body));
  return abortableStream(
    {
      async next() {
        try {
          const next = await source.next();
          signal.throwIfAborted();
          if (next === undefined) following.end();
          else following.piece(next);
          return next;
        } catch (error) {
          source.cancel(error).catch(() => undefined);
          throw completeError(error, place, signal);
        }
      },
      cancel: (reason) => source.cancel(reason),
    },
    signal,
  );
}
