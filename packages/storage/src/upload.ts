/** Uploads in parts: parallel, in constant memory, and good in another process. */
import { isIntegrationError } from '@im/core';
import { abortUpload } from './abort-upload.ts';
import { type Source, toSource } from './body.ts';
import { checksumOf, checksumOfParts, isAlgorithm } from './checksum.ts';
import { sniffContentType } from './content-type.ts';
import type { UploadedPart } from './driver-uploads.ts';
import { completeError, type Place, storeError } from './errors.ts';
import { checkCount } from './keys.ts';
import type { StoreCall } from './object-store.types.ts';
import { fittingPartBytes, PartCutter } from './parts.ts';
import {
  attributesOf,
  checkCall,
  type LooseOptions,
  placeOf,
  run,
  type StoreContext,
  signalOf,
  uploadsOf,
} from './store-context.ts';
import type { SendOptions, SendReport, UploadSession, UploadState } from './upload.types.ts';

/** Options of `createUpload`, of all abilities. */
export interface LooseUpload extends LooseOptions {
  readonly partBytes?: number | undefined;
  readonly size?: number | undefined;
}

/** A session, and a way to send for whoever has looked at the beginning of the source. */
export interface BegunUpload {
  readonly session: UploadSession;
  readonly send: (source: Source, options: SendOptions, cutter?: PartCutter) => Promise<SendReport>;
}

/** Begins an upload, for `operation`. */
export async function beginUpload(
  context: StoreContext,
  key: string,
  options: LooseUpload,
  operation: string,
): Promise<BegunUpload> {
  const place = checkCall(context, operation, key, options, 'conditionalWrites');
  const uploads = uploadsOf(context, operation);
  const { minPartBytes, maxPartBytes } = context.driver.limits;
  if (options.partBytes !== undefined)
    checkCount('partBytes', options.partBytes, minPartBytes, maxPartBytes, place);
  const partBytes = fittingPartBytes(
    context.driver.limits,
    options.partBytes ?? context.partBytes,
    options.size,
    place,
  );
  const attributes = attributesOf(options, () => sniffContentType(key, new Uint8Array(0)), place);
  const { algorithm } = context;
  const uploadId = await run(place, signalOf(options), (call) =>
    uploads.create(key, { ...attributes, algorithm, partBytes, size: options.size }, call),
  );
  const { ifMatch, ifNoneMatch } = attributes;
  return begun(context, {
    version: 1,
    key,
    uploadId,
    partBytes,
    algorithm,
    parts: [],
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  });
}

/** Begins an upload. */
export async function createUpload(
  context: StoreContext,
  key: string,
  options: LooseUpload,
): Promise<UploadSession> {
  return (await beginUpload(context, key, options, 'createUpload')).session;
}

/** Goes on with one: the service is asked which parts have arrived. */
export async function resumeUpload(
  context: StoreContext,
  state: UploadState,
  options: StoreCall,
): Promise<UploadSession> {
  const known = checkState(context, state);
  const place = checkCall(context, 'resumeUpload', state.key, state, 'conditionalWrites');
  const uploads = uploadsOf(context, 'resumeUpload');
  const arrived = await run(place, signalOf(options), (call) =>
    uploads.listParts(state.key, state.uploadId, call),
  );
  const merged = arrived.map((part) => {
    const noted = known.find(({ number, etag }) => number === part.number && etag === part.etag);
    return { ...part, checksum: part.checksum ?? noted?.checksum };
  });
  return begun(context, { ...state, parts: merged }).session;
}

/** A state comes from a file: nothing in it is taken for granted. */
function checkState(context: StoreContext, state: UploadState): readonly UploadedPart[] {
  const { minPartBytes, maxPartBytes } = context.driver.limits;
  const isState =
    state?.version === 1 &&
    typeof state.uploadId === 'string' &&
    isAlgorithm(state.algorithm) &&
    Number.isSafeInteger(state.partBytes) &&
    state.partBytes >= minPartBytes &&
    state.partBytes <= maxPartBytes &&
    Array.isArray(state.parts);
  if (isState) return state.parts;
  throw storeError('this is no state of an upload', placeOf(context, 'resumeUpload', state?.key), {
    code: 'invalid_argument',
    remedy: 'give what UploadSession.state gave, unchanged',
  });
}

function begun(context: StoreContext, start: UploadState): BegunUpload {
  const { key, uploadId, partBytes, algorithm, ifMatch, ifNoneMatch } = start;
  const uploads = uploadsOf(context, 'createUpload');
  const arrived = new Map(start.parts.map((part) => [part.number, part]));
  const ordered = () => [...arrived.values()].sort((a, b) => a.number - b.number);
  const state = (): UploadState => ({ ...start, parts: ordered() });
  let expected: number | undefined;

  /** Sends a part unless it has arrived already; tells whether it was sent. */
  async function putPart(
    number: number,
    bytes: Uint8Array,
    place: Place,
    signal: AbortSignal,
  ): Promise<boolean> {
    const checksum = checksumOf(algorithm, bytes);
    const there = arrived.get(number);
    if (there?.size === bytes.byteLength && there.checksum === checksum.value) return false;
    const part = await run(place, signal, (call) =>
      uploads.putPart(key, uploadId, { number, bytes, checksum }, call),
    );
    arrived.set(number, { ...part, checksum: checksum.value });
    return true;
  }

  async function send(source: Source, options: SendOptions, given?: PartCutter): Promise<SendReport> {
    const place = placeOf(context, 'upload.send', key);
    const failing = new AbortController();
    const signal = AbortSignal.any([signalOf(options), failing.signal]);
    const report = { sentParts: 0, keptParts: 0, bytes: 0 };
    const under = new Set<Promise<void>>();
    let failure: { readonly error: unknown } | undefined;
    let number = 0;
    const cutter = given ?? new PartCutter(source, partBytes, signalOf(options), context.buffers);
    const one = async (at: number, bytes: Uint8Array) => {
      try {
        const sent = await putPart(at, bytes, place, signal);
        report[sent ? 'sentParts' : 'keptParts'] += 1;
        report.bytes += bytes.byteLength;
        // Not after a failure: a call that was given up may still be reading.
        cutter.reuse(bytes);
        if (sent) options.onState?.(state());
        options.onProgress?.({ bytes: report.bytes, totalBytes: source.size });
      } catch (error) {
        failure ??= { error };
        failing.abort(error);
        cutter.stop(error);
      }
    };
    try {
      // The next part is gathered while others are on their way.
      for (let bytes = await cutter.next(); bytes !== undefined; bytes = await cutter.next()) {
        if (under.size >= context.concurrency) await Promise.race(under);
        if (failure !== undefined) break;
        if (number === context.driver.limits.maxParts)
          throw storeError(`the stream is longer than ${number} parts of ${partBytes} bytes`, place, {
            code: 'invalid_argument',
            remedy: 'give its size, or larger partBytes',
          });
        number += 1;
        const work: Promise<void> = one(number, bytes).finally(() => under.delete(work));
        under.add(work);
      }
    } catch (error) {
      // The source broke: parts under way arrive, so that a later `send` need not repeat them.
      failure ??= { error };
    } finally {
      cutter.close();
    }
    await Promise.all(under);
    if (failure !== undefined) throw sourceError(failure.error, place, signalOf(options));
    for (const part of arrived.keys()) if (part > number) arrived.delete(part);
    expected = number;
    return report;
  }

  async function complete(options: StoreCall) {
    const place = placeOf(context, 'upload.complete', key);
    const all = ordered();
    const isWhole = all.every(
      (part, index) =>
        part.number === index + 1 &&
        part.checksum !== undefined &&
        (part.size === partBytes || (index === all.length - 1 && part.size < partBytes)),
    );
    if (all.length === 0 || !isWhole || expected === undefined)
      throw storeError('not all parts have arrived', place, {
        code: 'failed_precondition',
        remedy: 'send the whole object first; parts that are there are not sent again',
      });
    const checksum = checksumOfParts(
      algorithm,
      partBytes,
      all.map((part) => part.checksum ?? ''),
    );
    const size = all.reduce((sum, part) => sum + part.size, 0);
    return run(place, signalOf(options), (call) =>
      uploads.complete(key, uploadId, all, { checksum, size, ifMatch, ifNoneMatch }, call),
    );
  }

  const session: UploadSession = {
    key,
    get state() {
      return state();
    },
    send: (body, options = {}) => {
      const source = toSource(body);
      if (source !== undefined) return send(source, options);
      throw noBody(placeOf(context, 'upload.send', key));
    },
    complete: (options = {}) => complete(options),
    abort: (options = {}) => abortUpload(context, key, uploadId, signalOf(options)),
  };
  return { session, send };
}

/** What the user's own stream throws is the user's, and passes as it is. */
function sourceError(error: unknown, place: Place, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return isIntegrationError(error) ? completeError(error, place, signal) : error;
}

/** What no bytes can come from. */
export function noBody(place: Place) {
  return storeError('the body is nothing that bytes can come from', place, {
    code: 'invalid_argument',
    remedy: 'give a Uint8Array, string, Blob, ReadableStream or async iterable',
  });
}
