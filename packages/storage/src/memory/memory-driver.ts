/** A store in this process's memory, for tests and development; forgets everything with it. */
import { type Clock, systemClock } from '@im/core';
import { streamOfSource } from '../byte-stream.ts';
import { createVerifier } from '../checksum.ts';
import type { Checksum, DeleteResult, ListEntry, StorageDriver } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import { resolveRange } from '../keys.ts';
import { listPage, readCursor } from '../listing.ts';
import { memoryObjects } from './memory-objects.ts';
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
  | 'versions'
  | 'objectLock';

/** The classes it pretends to have. */
const storageClasses = ['standard', 'infrequent', 'archive'];
const gibibyte = 1024 ** 3;
const pieceBytes = 64 * 1024;

/**
 * Makes an empty store. It has every ability but `presign`, for which there would have to be a server. Earlier versions stay, also
 * those of deleted objects, until they are deleted by their ids.
 */
export function memoryDriver(options: MemoryDriverOptions = {}): StorageDriver<MemoryAbility, never> {
  const clock = options.clock ?? systemClock;
  const objects = memoryObjects(clock);
  const describe = (key: string): ListEntry | undefined => {
    const found = objects.present(key);
    return found && { kind: 'object', key, size: found.size, etag: found.etag, modifiedAt: found.modifiedAt };
  };

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
      objectLock: true,
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
      const { info, bytes } = objects.find(key, read);
      const range = resolveRange(read.range, info.size);
      if (range === undefined) throw driverError('range');
      const wanted = bytes.subarray(range.offset, range.offset + range.length);
      // A copy: a Buffer's own `slice` would hand out the store's bytes.
      if (range.length <= pieceBytes) return { info, ...range, bytes: new Uint8Array(wanted) };
      return { info, ...range, stream: streamOf(wanted) };
    },
    head: async (key, read) => objects.find(key, read).info,
    async put(key, bytes, write, call) {
      return objects.publish(key, checked(new Uint8Array(bytes), write.checksum), write, call);
    },
    list: async (list) => listPage(objects.keys(list.prefix, readCursor(list.cursor)?.after), list, describe),
    async copy(from, to, copy, call) {
      const source = objects.find(from, { ifMatch: copy.sourceIfMatch });
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
      return objects.publish(to, source.bytes, write, call);
    },
    async delete(targets, call) {
      call.signal.throwIfAborted();
      return targets.map((target): DeleteResult => {
        try {
          objects.remove(target);
          return { key: target.key };
        } catch (error) {
          return { key: target.key, error };
        }
      });
    },
    uploads: memoryUploads(clock, objects.publish),
    versions: {
      list: async (list) => objects.versions(list),
      setLock: async (key, change, lock, call) => {
        call.signal.throwIfAborted();
        objects.setLock(key, change, lock);
      },
    },
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
  return streamOfSource({
    async next() {
      if (offset >= bytes.byteLength) return undefined;
      const piece = new Uint8Array(bytes.subarray(offset, offset + pieceBytes));
      offset += pieceBytes;
      return piece;
    },
    async cancel() {},
  });
}
