/** One object from one store to another: streamed, in constant memory, its checksum the same on both sides where that can be. */
import { isIntegrationError } from '@im/core';
import { hasAbility } from '../abilities.ts';
import { abortUpload } from '../abort-upload.ts';
import { checksumOf } from '../checksum.ts';
import type { DriverBody, ObjectInfo, WriteCondition } from '../driver.ts';
import { storeError } from '../errors.ts';
import { readObject } from '../read-object.ts';
import { createContext, placeOf, run, type StoreContext } from '../store-context.ts';
import { createUpload, resumeUpload } from '../upload.ts';
import type { UploadSession, UploadState } from '../upload.types.ts';
import { keepable, type Member } from './member.ts';

/** How to copy one object. */
export interface CopyObject {
  readonly from: Member;
  readonly to: Member;
  /** What `from` has, as its `head` told. Another object by now is `failed_precondition`. */
  readonly info: ObjectInfo;
  readonly signal: AbortSignal;
  /** Under which state of the target. Default: any. */
  readonly condition?: WriteCondition | undefined;
  /** Key at the target. Default: the same. */
  readonly key?: string | undefined;
  /** Parts under way at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** Bytes that have arrived, growing. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** An upload of an earlier run that may be gone on with. */
  readonly resume?: UploadState | undefined;
  /** Called when an upload in parts has begun, before its first part; awaited. Its parts then stay when the copy fails. */
  readonly onUpload?: ((state: UploadState) => Promise<void>) | undefined;
}

/** @returns what the target has then */
export async function copyObject(copy: CopyObject): Promise<ObjectInfo> {
  const { from, to, info, signal } = copy;
  const whole = wholeBytes(to, info);
  const context = contextOf(copy);
  const place = placeOf(context, 'copyObject', info.key);
  const source = { driver: from.driver.name, store: from.name, operation: 'copyObject', key: info.key };
  const upload = whole ? undefined : await beginUpload(context, copy);
  let body: DriverBody | undefined;
  try {
    body = await run(source, signal, (call) => from.driver.get(info.key, { ifMatch: info.etag }, call));
    const object = readObject(body, source, signal, undefined);
    if (upload === undefined) return await putWhole(context, copy, await object.bytes());
    await upload.send(object.stream(), { signal, onProgress: ({ bytes }) => copy.onBytes?.(bytes) });
    const put = await upload.complete({ signal });
    if (put.size !== info.size)
      throw storeError(`${put.size} bytes arrived of ${info.size}`, place, {
        code: 'internal',
        remedy: 'copy it again',
      });
    return put;
  } catch (error) {
    if (upload !== undefined && copy.onUpload === undefined)
      await abortUpload(context, upload.key, upload.state.uploadId, AbortSignal.timeout(30_000)).catch(
        () => undefined,
      );
    throw error;
  }
}

const mebibyte = 1024 * 1024;
const mostWholeBytes = 8 * mebibyte;

/** Whether to put in one go: small, and not in parts at the source, whose checksum could not be kept then. */
function wholeBytes(to: Member, { size, checksum }: ObjectInfo): boolean {
  const { limits } = to.driver;
  if (!hasAbility(to.driver, 'multipart')) return true;
  return size <= Math.min(limits.maxPutBytes, mostWholeBytes) && checksum?.partBytes === undefined;
}

/** Most bytes that copying it holds in memory. */
export function bytesHeld(to: Member, info: ObjectInfo, concurrency: number): number {
  if (wholeBytes(to, info)) return info.size;
  const { partBytes = mostWholeBytes } = info.checksum ?? {};
  return Math.min(info.size, partBytes * (concurrency + 1));
}

/** The target's settings for this object: its own algorithm and parts, so that its checksum is the same there. */
function contextOf({ to, info, concurrency }: CopyObject): StoreContext {
  const { minPartBytes, maxPartBytes, maxParts } = to.driver.limits;
  const partBytes = info.checksum?.partBytes;
  const fits =
    partBytes !== undefined &&
    partBytes >= minPartBytes &&
    partBytes <= maxPartBytes &&
    partBytes * maxParts >= info.size;
  return createContext(to.driver, {
    name: to.name,
    checksum: info.checksum?.algorithm,
    partBytes: fits ? partBytes : undefined,
    concurrency,
  });
}

async function beginUpload(context: StoreContext, copy: CopyObject): Promise<UploadSession> {
  const { to, info, signal, condition, key = info.key, resume } = copy;
  if (resume !== undefined && resume.key === key) {
    try {
      return await resumeUpload(context, resume, { signal });
    } catch (error) {
      // Completed, aborted or swept since then: begun anew.
      if (!isIntegrationError(error) || !['not_found', 'invalid_argument'].includes(error.code)) throw error;
    }
  }
  const { size } = info;
  const upload = await createUpload(context, key, {
    ...keepable(to.driver, info),
    ...condition,
    size,
    signal,
  });
  await copy.onUpload?.(upload.state);
  return upload;
}

async function putWhole(context: StoreContext, copy: CopyObject, bytes: Uint8Array): Promise<ObjectInfo> {
  const { to, info, signal, condition, key = info.key } = copy;
  const { maxPutBytes } = to.driver.limits;
  const place = placeOf(context, 'copyObject', key);
  if (bytes.byteLength > maxPutBytes)
    throw storeError(`${bytes.byteLength} bytes are more than one put takes`, place, {
      code: 'invalid_argument',
      remedy: `${maxPutBytes} are allowed; use a store with multipart`,
    });
  const isPlain = info.checksum !== undefined && info.checksum.partBytes === undefined;
  // What was read has been verified against it.
  const checksum = isPlain
    ? (info.checksum as NonNullable<typeof info.checksum>)
    : checksumOf(context.algorithm, bytes);
  const write = { ...keepable(to.driver, info), ...condition, checksum };
  const put = await run(place, signal, (call) => to.driver.put(key, bytes, write, call));
  copy.onBytes?.(bytes.byteLength);
  return put;
}
