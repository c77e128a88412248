/** Bytes of an answer as a web stream. */
import { errorCode, IntegrationError, VendorError } from '@im/core';
import { streamOfSource } from '@im/storage';

/** Most bytes of an object that are read at once, within the operation, rather than given as a stream. */
export const smallBytes = 64 * 1024;

/** All bytes of an answer. @throws VendorError `unavailable` when there are fewer than `length` */
export async function collect(bytes: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  if (all.byteLength >= length) return all;
  throw new VendorError({
    sent: true,
    code: 'unavailable',
    reason: 'cut',
    says: 'the answer ended before its announced length',
  });
}

/**
 * A stream over the bytes of an answer, read only as it is read.
 *
 * @param letGo called when it is cancelled
 */
export function streamOf(
  bytes: AsyncIterable<Uint8Array>,
  letGo: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  return streamOfSource({
    async next() {
      try {
        return (await iterator.next()).value as Uint8Array | undefined;
      } catch (thrown) {
        throw cutError(thrown);
      }
    },
    cancel: letGo,
  });
}

/** The operation is over when its stream breaks, so core does not see what it throws. */
function cutError(thrown: unknown): unknown {
  const isOurs = thrown instanceof VendorError;
  if (!isOurs && errorCode(thrown) === 'cancelled') return thrown;
  const failure = isOurs ? thrown.failure : undefined;
  return new IntegrationError(
    failure?.says ?? 'the answer broke off',
    {
      code: failure?.code ?? 'unavailable',
      provider: 'aws-s3',
      operation: 'getObject',
      reason: failure?.reason,
      remedy: 'get the rest by a range',
    },
    { cause: thrown },
  );
}
