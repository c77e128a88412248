/** A store in this process's memory, for tests and development; forgets everything with it. */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '@im/core';
import { createVerifier } from '../checksum.ts';
import type {
  Checksum,
  DeleteResult,
  DriverCall,
  DriverDelete,
  DriverRead,
  DriverWrite,
  ListEntry,
  ObjectInfo,
  StorageDriver,
} from '../driver.ts';
import { driverError, holdCondition, holdReadCondition } from '../driver-errors.ts';
import { compareKeys, resolveRange } from '../keys.ts';
import { listPage, readCursor } from '../listing.ts';
import { memoryUploads } from './memory-uploads.ts';

/** Settings of a memory driver. */
export interface MemoryDriverOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Default 1 byte, so that tests can use small parts. */
  readonly minPartBytes?: number | undefined;
}

/** What a memory driver declares. */
export type MemoryAbility =
  | 'conditionalWrites'
  | 'conditionalDelete'
  | 'conditionalCopy'
  | 'multipart'
  | 'storageClasses'
  | 'tags'
  | 'versions';

/** The classes it pretends to have. */
const storageClasses = ['standard', 'infrequent', 'archive'];
const gibibyte = 1024 ** 3;
const pieceBytes = 64 * 1024;

/** One version of an object. */
interface StoredVersion {
  readonly info: ObjectInfo;
  readonly bytes: Uint8Array;
}

/** Keeps an object: the one place where something becomes visible. */
export type Publish = (key: string, bytes: Uint8Array, write: DriverWrite, call: DriverCall) => ObjectInfo;

/** Makes an empty store. It has every ability but `presign`, for which there would have to be a server. */
export function memoryDriver(options: MemoryDriverOptions = {}): StorageDriver<MemoryAbility, never> {
  const clock = options.clock ?? systemClock;
  const objects = new Map<string, StoredVersion[]>();
  /** Keys in order, made when needed. */
  let ordered: string[] | undefined;

  const present = (key: string) => objects.get(key)?.at(-1);
  const find = (key: string, { versionId, ifMatch, ifNoneMatch }: DriverRead): StoredVersion => {
    const versions = objects.get(key);
    const found =
      versionId === undefined ? versions?.at(-1) : versions?.find((one) => one.info.versionId === versionId);
    if (found === undefined) throw driverError(versionId === undefined ? 'not_found' : 'no_version');
    holdReadCondition({ ifMatch, ifNoneMatch }, found.info.etag);
    return found;
  };
  const publish: Publish = (key, bytes, write, call) => {
    call.signal.throwIfAborted();
    holdCondition(write, present(key)?.info.etag);
    const { contentType, metadata, checksum, storageClass = 'standard', tags = {} } = write;
    const info: ObjectInfo = Object.freeze({
      ...{ key, contentType, metadata, checksum, storageClass, tags },
      size: bytes.byteLength,
      etag: `"${randomUUID()}"`,
      modifiedAt: clock.now(),
      versionId: randomUUID(),
    });
    const versions = objects.get(key);
    if (versions === undefined) ordered = undefined;
    objects.set(key, [...(versions ?? []), { info, bytes }]);
    return info;
  };
  const remove = ({ key, ifMatch, versionId }: DriverDelete): DeleteResult => {
    const versions = objects.get(key);
    if (versions === undefined) return { key };
    try {
      if (ifMatch !== undefined) holdCondition({ ifMatch }, versions.at(-1)?.info.etag);
    } catch (error) {
      return { key, error };
    }
    const left = versionId === undefined ? [] : versions.filter((one) => one.info.versionId !== versionId);
    if (left.length > 0) objects.set(key, left);
    else {
      objects.delete(key);
      ordered = undefined;
    }
    return { key };
  };
  const describe = (key: string): ListEntry | undefined => {
    const found = present(key)?.info;
    return found && { kind: 'object', key, size: found.size, etag: found.etag, modifiedAt: found.modifiedAt };
  };
  function* keysAfter(prefix: string, after: string | undefined): Generator<string, void, undefined> {
    ordered ??= [...objects.keys()].sort(compareKeys);
    const keys = ordered;
    // A cursor of another prefix, forged or mistaken, may lie before this one.
    const from = after === undefined || compareKeys(after, prefix) < 0 ? undefined : after;
    const start = from === undefined ? firstNotBefore(keys, prefix) : firstAfter(keys, from);
    for (let index = start; keys[index]?.startsWith(prefix); index += 1) yield keys[index] as string;
  }

  return {
    name: 'memory',
    abilities: {
      conditionalWrites: true,
      conditionalDelete: true,
      conditionalCopy: true,
      multipart: true,
      storageClasses: true,
      tags: true,
      versions: true,
    },
    limits: {
      maxKeyBytes: 1024,
      maxPutBytes: gibibyte,
      minPartBytes: options.minPartBytes ?? 1,
      maxPartBytes: gibibyte,
      maxParts: 10_000,
      maxDeleteKeys: 1000,
      maxPageSize: 1000,
      storageClasses,
    },
    async get(key, read) {
      const { info, bytes } = find(key, read);
      const range = resolveRange(read.range, info.size);
      if (range === undefined) throw driverError('range');
      return { info, ...range, stream: streamOf(bytes.subarray(range.offset, range.offset + range.length)) };
    },
    head: async (key, read) => find(key, read).info,
    async put(key, bytes, write, call) {
      return publish(key, checked(new Uint8Array(bytes), write.checksum), write, call);
    },
    list: async (list) => listPage(keysAfter(list.prefix, readCursor(list.cursor)?.after), list, describe),
    async copy(from, to, copy, call) {
      const source = find(from, { ifMatch: copy.sourceIfMatch });
      const { contentType, metadata, checksum, tags } = source.info;
      const { storageClass = source.info.storageClass, ifMatch, ifNoneMatch } = copy;
      // Everything that this driver stores has a checksum.
      const write = {
        contentType,
        metadata,
        tags,
        storageClass,
        ifMatch,
        ifNoneMatch,
        checksum: checksum as Checksum,
      };
      return publish(to, source.bytes, write, call);
    },
    async delete(targets, call) {
      call.signal.throwIfAborted();
      return targets.map(remove);
    },
    uploads: memoryUploads(clock, publish),
  };
}

/** Refuses bytes that changed on their way. */
function checked(bytes: Uint8Array, checksum: Checksum): Uint8Array {
  const verifier = createVerifier(checksum);
  verifier.update(bytes);
  if (verifier.value() !== checksum.value) throw driverError('checksum');
  return bytes;
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (offset >= bytes.byteLength) return controller.close();
        // A copy: a Buffer's own `slice` would hand out the store's bytes.
        controller.enqueue(new Uint8Array(bytes.subarray(offset, offset + pieceBytes)));
        offset += pieceBytes;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Index of the first key that is not before `least`. */
function firstNotBefore(ordered: readonly string[], least: string): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(ordered[middle] as string, least) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(ordered: readonly string[], key: string): number {
  const index = firstNotBefore(ordered, key);
  return ordered[index] === key ? index + 1 : index;
}
