/**
 * A store in a folder. Writes are atomic: a temporary file, then a rename under the key's lock, so that readers see the old object or
 * the new one, and of two conditional writers in any two processes of the machine exactly one wins.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { type Clock, IntegrationError, systemClock } from '@im/core';
import { createVerifier } from '../checksum.ts';
import type { Checksum, DeleteResult, DriverRead, ListEntry, ObjectInfo, StorageDriver } from '../driver.ts';
import { driverError, holdReadCondition } from '../driver-errors.ts';
import { resolveRange } from '../keys.ts';
import { listPage, readCursor } from '../listing.ts';
import {
  type Container,
  pieceBytes,
  piecesOf,
  readAt,
  streamOf,
  type WriteBytes,
  writeBytes,
} from './container.ts';
import { filesystemUploads } from './filesystem-uploads.ts';
import { type ObjectFacts, openFolder } from './store-folder.ts';
import { withSystemErrors } from './system-errors.ts';
import { walk } from './walk.ts';

/** Settings of a filesystem driver. */
export interface FilesystemDriverOptions {
  /** Folder of the store; made when it is not there. Nothing outside it is read or written. */
  readonly root: string;
  /** Whether a write waits until it is on the disk, and survives a loss of power. Default false. */
  readonly fsync?: boolean | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Writes bytes to an open file. Default: the system's way. For tests of full disks. */
  readonly write?: WriteBytes | undefined;
}

/** What a filesystem driver declares. */
export type FilesystemAbility = 'conditionalWrites' | 'conditionalDelete' | 'conditionalCopy' | 'multipart';

const gibibyte = 1024 ** 3;

/** Makes the driver; touches nothing before its first call. */
export function filesystemDriver(options: FilesystemDriverOptions): StorageDriver<FilesystemAbility, never> {
  if (typeof options.root !== 'string' || options.root === '')
    throw new IntegrationError('root is empty', {
      code: 'invalid_argument',
      provider: 'filesystem',
      remedy: 'name the folder of the store',
    });
  const clock = options.clock ?? systemClock;
  const folder = openFolder(resolve(options.root), {
    fsync: options.fsync ?? false,
    write: options.write ?? writeBytes,
  });

  const openObject = async (key: string, read: DriverRead): Promise<Container<ObjectFacts>> => {
    const found = await folder.read(key);
    if (found === undefined) throw driverError('not_found');
    try {
      holdReadCondition(read, found.facts.etag);
    } catch (error) {
      await found.file.close();
      throw error;
    }
    return found;
  };
  const describe = async (key: string): Promise<ListEntry | undefined> => {
    const found = await folder.read(key);
    if (found === undefined) return undefined;
    await found.file.close();
    const { etag, modifiedAt } = found.facts;
    return { kind: 'object', key, size: found.size, etag, modifiedAt };
  };
  const fresh = (
    key: string,
    facts: Pick<ObjectInfo, 'contentType' | 'metadata' | 'checksum'>,
  ): ObjectFacts => ({
    ...{ key, contentType: facts.contentType, metadata: facts.metadata, checksum: facts.checksum },
    etag: `"${randomUUID()}"`,
    modifiedAt: clock.now(),
  });

  return {
    name: 'filesystem',
    abilities: { conditionalWrites: true, conditionalDelete: true, conditionalCopy: true, multipart: true },
    limits: {
      maxKeyBytes: 1024,
      maxPutBytes: gibibyte,
      minPartBytes: 1,
      maxPartBytes: gibibyte,
      maxParts: 10_000,
      maxDeleteKeys: 1000,
      maxPageSize: 1000,
    },
    get: (key, read) =>
      withSystemErrors(async () => {
        const { file, size, facts } = await openObject(key, read);
        const range = resolveRange(read.range, size);
        const info = { ...facts, size };
        if (range !== undefined && range.length > pieceBytes)
          return { info, ...range, stream: streamOf(file, range.offset, range.length) };
        try {
          if (range === undefined) throw driverError('range');
          return { info, ...range, bytes: await readAt(file, range.offset, range.length) };
        } finally {
          await file.close();
        }
      }),
    head: (key, read) =>
      withSystemErrors(async () => {
        const { file, size, facts } = await openObject(key, read);
        await file.close();
        return { ...facts, size };
      }),
    put: (key, bytes, write, call) =>
      withSystemErrors(async () => {
        verify(bytes, write.checksum);
        await folder.prepare();
        const facts = fresh(key, write);
        await folder.withTemporary([bytes], facts, call, (path) => folder.publish(path, key, write, call));
        return { ...facts, size: bytes.byteLength };
      }),
    list: (list) =>
      withSystemErrors(() => {
        const told: { group: string | undefined } = { group: undefined };
        const after = readCursor(list.cursor)?.after;
        const keys = walk(folder.objects, {
          prefix: Buffer.from(list.prefix),
          after: after === undefined ? undefined : Buffer.from(after),
          skip: () => (told.group === undefined ? undefined : Buffer.from(told.group)),
        });
        return listPage(keys, list, describe, told);
      }),
    copy: (from, to, copy, call) =>
      withSystemErrors(async () => {
        await folder.prepare();
        const { file, size, facts } = await openObject(from, { ifMatch: copy.sourceIfMatch });
        try {
          const copied = fresh(to, facts);
          await folder.withTemporary(
            piecesOf(file, 0, size, Buffer.allocUnsafeSlow(pieceBytes)),
            copied,
            call,
            (path) => folder.publish(path, to, copy, call),
          );
          return { ...copied, size };
        } finally {
          await file.close();
        }
      }),
    delete: (targets, call) =>
      withSystemErrors(async () => {
        await folder.prepare();
        const results: DeleteResult[] = [];
        for (const { key, ifMatch } of targets) {
          call.signal.throwIfAborted();
          try {
            await withSystemErrors(() => folder.remove(key, ifMatch, call));
            results.push({ key });
          } catch (error) {
            results.push({ key, error });
          }
        }
        return results;
      }),
    uploads: filesystemUploads(folder, clock),
  };
}

/** Refuses bytes that changed on their way. */
export function verify(bytes: Uint8Array, checksum: Checksum): void {
  const verifier = createVerifier(checksum);
  verifier.update(bytes);
  if (verifier.value() !== checksum.value) throw driverError('checksum');
}
