/** The way up: in one go while it is small, in parts from there on, under the same condition. */
import type { IntegrationError } from '@im/core';
import { hasAbility } from './abilities.ts';
import { abortUpload } from './abort-upload.ts';
import { abortable, checkPiece, isStream, parts, type Source, toSource } from './body.ts';
import { checksumOf } from './checksum.ts';
import { sniffContentType } from './content-type.ts';
import type { ObjectInfo } from './driver.ts';
import { type Place, storeError } from './errors.ts';
import { checkCount } from './keys.ts';
import type { Progress, StreamBody, WholeBody } from './object-store.types.ts';
import { attributesOf, checkCall, run, type StoreContext, signalOf, uploadsOf } from './store-context.ts';
import { createUpload, type LooseUpload, noBody } from './upload.ts';

/** Options of `put`, of all abilities. */
export interface LoosePut extends LooseUpload {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Puts whatever it is. */
export async function putObject(
  context: StoreContext,
  key: string,
  body: WholeBody | StreamBody,
  options: LoosePut,
): Promise<ObjectInfo> {
  const place = checkCall(context, 'put', key, options, 'conditionalWrites');
  const signal = signalOf(options);
  signal.throwIfAborted();
  if (options.size !== undefined) checkCount('size', options.size, 0, Number.MAX_SAFE_INTEGER, place);
  if (isStream(body)) uploadsOf(context, 'put');
  const given = toSource(body);
  if (given === undefined) throw noBody(place);
  attributesOf(options, () => 'application/octet-stream', place);
  const source = { ...given, size: given.size ?? options.size };
  const { maxPutBytes } = context.driver.limits;
  const canSplit = hasAbility(context.driver, 'multipart');
  const oneGo = canSplit ? Math.min(context.partBytes, maxPutBytes) : maxPutBytes;
  if (!canSplit && (source.size ?? 0) > maxPutBytes)
    throw storeError(`${source.size} bytes are more than one put takes`, place, {
      code: 'invalid_argument',
      remedy: `${maxPutBytes} are allowed; use a store with multipart`,
    });
  if (given.size !== undefined && given.size <= oneGo)
    return putWhole(context, key, await collect(given, given.size, signal), options, place);
  return putParts(context, key, source, options, place);
}

async function collect(source: Source, size: number, signal: AbortSignal): Promise<Uint8Array> {
  if (source.bytes !== undefined) return source.bytes;
  for await (const bytes of parts(source, Math.max(size, 1), signal)) return bytes;
  return new Uint8Array(0);
}

async function putWhole(
  context: StoreContext,
  key: string,
  bytes: Uint8Array,
  options: LoosePut,
  place: Place,
): Promise<ObjectInfo> {
  if (options.size !== undefined && options.size !== bytes.byteLength)
    throw wrongSize(options.size, bytes.byteLength, place);
  const write = {
    ...attributesOf(options, () => sniffContentType(key, bytes), place),
    checksum: checksumOf(context.algorithm, bytes),
  };
  const info = await run(place, signalOf(options), (call) => context.driver.put(key, bytes, write, call));
  options.onProgress?.({ bytes: bytes.byteLength, totalBytes: bytes.byteLength });
  return info;
}

async function putParts(
  context: StoreContext,
  key: string,
  source: Source,
  options: LoosePut,
  place: Place,
): Promise<ObjectInfo> {
  const signal = signalOf(options);
  const pieces = abortable(source.pieces(), signal);
  const first = await readFirst(pieces, context.partBytes);
  if (first.isAll && first.size <= context.driver.limits.maxPutBytes)
    return putWhole(context, key, Buffer.concat(first.pieces), options, place);
  const contentType =
    options.contentType ?? sniffContentType(key, Buffer.concat(first.pieces, Math.min(64, first.size)));
  const upload = await createUpload(
    context,
    key,
    { ...options, contentType, size: source.size },
    'put',
  ).catch(async (error: unknown) => {
    await pieces.return();
    throw error;
  });
  async function* all() {
    try {
      yield* first.pieces;
      yield* pieces;
    } finally {
      await pieces.return();
    }
  }
  try {
    const { bytes } = await upload.send(source.bytes ?? all(), {
      signal,
      onProgress:
        options.onProgress && (({ bytes }) => options.onProgress?.({ bytes, totalBytes: source.size })),
    });
    if (source.size !== undefined && bytes !== source.size) throw wrongSize(source.size, bytes, place);
    return await upload.complete({ signal });
  } catch (error) {
    throw await withoutLeftovers(context, upload.state, error);
  }
}

/** Looks at the beginning before anything is begun: many a stream is short. Copies, since a source may use its buffer again. */
async function readFirst(source: AsyncGenerator<Uint8Array>, partBytes: number) {
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size <= partBytes) {
    const next = await source.next();
    if (next.done) return { pieces, size, isAll: true };
    checkPiece(next.value);
    pieces.push(new Uint8Array(next.value));
    size += next.value.byteLength;
  }
  return { pieces, size, isAll: false };
}

/** Cleans up behind a failed put, whatever the caller's signal says; a clean-up that fails is left to `sweepOrphans`. */
async function withoutLeftovers(
  context: StoreContext,
  { key, uploadId }: { readonly key: string; readonly uploadId: string },
  error: unknown,
): Promise<unknown> {
  const stopped = AbortSignal.timeout(30_000);
  try {
    await abortUpload(context, key, uploadId, stopped);
  } catch (leftover) {
    // The put's own failure is what the caller has to know; this one goes along with it.
    if (typeof error === 'object' && error !== null && Object.isExtensible(error))
      Object.defineProperty(error, 'leftover', { value: leftover, configurable: true });
  }
  return error;
}

function wrongSize(size: number, bytes: number, place: Place): IntegrationError {
  return storeError(`the body has ${bytes} bytes, not the ${size} that were announced`, place, {
    code: 'invalid_argument',
    remedy: 'give the right size or none',
  });
}
