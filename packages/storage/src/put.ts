/** The way up: in one go while it is small, in parts from there on, under the same condition. */
import type { IntegrationError } from '@im/core';
import { hasAbility } from './abilities.ts';
import { abortUpload } from './abort-upload.ts';
import { isStream, type Source, toSource } from './body.ts';
import { checksumOf } from './checksum.ts';
import { sniffContentType } from './content-type.ts';
import type { ObjectInfo } from './driver.ts';
import { type Place, storeError } from './errors.ts';
import { checkCount } from './keys.ts';
import type { Progress, StreamBody, WholeBody } from './object-store.types.ts';
import { PartCutter } from './parts.ts';
import { attributesOf, checkCall, run, type StoreContext, signalOf, uploadsOf } from './store-context.ts';
import { type BegunUpload, beginUpload, type LooseUpload, noBody } from './upload.ts';

/** Bytes that tell a content type. */
const sniffedBytes = 64;

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
    return putWhole(context, key, await collect(context, given, given.size, signal), options, place);
  return putParts(context, key, source, options, place);
}

async function collect(
  { buffers }: StoreContext,
  source: Source,
  size: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (source.bytes !== undefined) return source.bytes;
  const cutter = new PartCutter(source, Math.max(size, 1), signal, buffers);
  try {
    return (await cutter.next()) ?? new Uint8Array(0);
  } finally {
    cutter.close();
  }
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
  const { partBytes, buffers } = context;
  // The beginning is looked at before anything is begun: many a stream is short.
  const cutter = new PartCutter(source, partBytes, signal, buffers);
  let begun: BegunUpload;
  try {
    const first = (await cutter.next()) ?? new Uint8Array(0);
    const isAll = first.byteLength < partBytes || (await cutter.isAtEnd());
    if (isAll && first.byteLength <= context.driver.limits.maxPutBytes) {
      const info = await putWhole(context, key, first, options, place);
      cutter.reuse(first);
      return info;
    }
    const contentType = options.contentType ?? sniffContentType(key, first.subarray(0, sniffedBytes));
    begun = await beginUpload(context, key, { ...options, contentType, size: source.size }, 'put');
    cutter.restart(first, begun.session.state.partBytes);
  } catch (error) {
    cutter.close();
    throw error;
  }
  const { session, send } = begun;
  const { onProgress } = options;
  try {
    const report = onProgress && (({ bytes }: Progress) => onProgress({ bytes, totalBytes: source.size }));
    const { bytes } = await send(source, { signal, onProgress: report }, cutter);
    if (source.size !== undefined && bytes !== source.size) throw wrongSize(source.size, bytes, place);
    return await session.complete({ signal });
  } catch (error) {
    throw await withoutLeftovers(context, session.state, error);
  }
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
