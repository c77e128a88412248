/** The way down: counts and verifies what passes. */
import { createVerifier } from './checksum.ts';
import type { DriverBody } from './driver.ts';
import { completeError, type Place, storeError } from './errors.ts';
import type { Progress, StoredObject } from './object-store.types.ts';

/** Makes the object that a user holds of what the driver gave. */
export function readObject(
  body: DriverBody,
  place: Place,
  signal: AbortSignal,
  onProgress: ((progress: Progress) => void) | undefined,
): StoredObject {
  const { info, offset, length } = body;
  let isTaken = false;
  const take = (): ReadableStream<Uint8Array> => {
    if (isTaken)
      throw storeError('the object was read already', place, {
        code: 'failed_precondition',
        remedy: 'get it again',
      });
    isTaken = true;
    return verified(body, place, signal, onProgress);
  };
  const cancel = async () => {
    if (isTaken) return;
    isTaken = true;
    await body.stream.cancel();
  };
  const bytes = async () => {
    const all = new Uint8Array(length);
    let filled = 0;
    for await (const piece of take()) {
      all.set(piece, filled);
      filled += piece.byteLength;
    }
    return all;
  };
  return {
    info,
    offset,
    length,
    stream: take,
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
    cancel,
    [Symbol.asyncDispose]: cancel,
  };
}

function verified(
  { info, offset, length, stream }: DriverBody,
  place: Place,
  signal: AbortSignal,
  onProgress: ((progress: Progress) => void) | undefined,
): ReadableStream<Uint8Array> {
  const isWhole = offset === 0 && length === info.size;
  const verifier = isWhole && info.checksum !== undefined ? createVerifier(info.checksum) : undefined;
  const reader = stream.getReader();
  let passed = 0;
  const wrong = (says: string) =>
    storeError(says, place, {
      code: 'internal',
      remedy: 'discard what was read; restore the object from another copy',
    });
  const check = () => {
    if (passed < length) throw wrong(`the object ended after ${passed} of ${length} bytes`);
    if (verifier !== undefined && verifier.value() !== info.checksum?.value)
      throw wrong(`the object's ${info.checksum?.algorithm} checksum does not match its bytes`);
  };
  let stop: (() => void) | undefined;
  const release = () => {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop = () => {
          controller.error(signal.reason);
          reader.cancel(signal.reason).catch(() => undefined);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      },
      async pull(controller) {
        try {
          const next = await reader.read();
          if (signal.aborted) return;
          if (next.done) {
            check();
            release();
            return controller.close();
          }
          passed += next.value.byteLength;
          if (passed > length) throw wrong(`the object is longer than its ${length} bytes`);
          verifier?.update(next.value);
          onProgress?.({ bytes: passed, totalBytes: length });
          controller.enqueue(next.value);
        } catch (error) {
          release();
          reader.cancel(error).catch(() => undefined);
          if (!signal.aborted) controller.error(completeError(error, place, signal));
        }
      },
      async cancel(reason) {
        release();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
