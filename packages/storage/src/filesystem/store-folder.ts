/** The folder of a store: where things lie in it, and the one way in which something becomes visible. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DriverCall, ObjectInfo, WriteCondition } from '../driver.ts';
import { driverError, holdCondition } from '../driver-errors.ts';
import { openContainer, type WriteBytes, writeContainer } from './container.ts';
import { createLocks, isDead, ownName, removeIfThere, type WithLock } from './locks.ts';
import { pathOf } from './names.ts';
import { isSystemError } from './system-errors.ts';

/** What stands behind an object's bytes. */
export type ObjectFacts = Omit<ObjectInfo, 'size'>;

/** Tries against a deletion that removes the folder which was just made. */
const mostTries = 100;

/** The parts of the driver's folder, and what is done to them. */
export interface StoreFolder {
  readonly objects: string;
  readonly uploads: string;
  readonly fsync: boolean;
  readonly write: WriteBytes;
  /** Makes the folders, once, and removes what killed processes of this machine left half-written. */
  prepare(): Promise<void>;
  /** Writes a container under a name of its own, gives it to `use`, and sees to it that it is gone afterwards. */
  withTemporary<Value>(
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    facts: unknown,
    call: DriverCall,
    use: (path: string) => Promise<Value>,
  ): Promise<Value>;
  /** Puts a file in an object's place, if the condition holds at that instant. */
  publish(path: string, key: string, condition: WriteCondition, call: DriverCall): Promise<void>;
  /** Removes an object, if its etag is that one. */
  remove(key: string, ifMatch: string | undefined, call: DriverCall): Promise<void>;
  read(key: string): Promise<Awaited<ReturnType<typeof openContainer<ObjectFacts>>>>;
}

/** Opens the folder; nothing is touched before `prepare`. */
export function openFolder(
  root: string,
  options: { readonly fsync: boolean; readonly write: WriteBytes },
): StoreFolder {
  const objects = join(root, 'objects');
  const uploads = join(root, 'uploads');
  const temporary = join(root, 'temporary');
  const lockFolder = join(root, 'locks');
  const withLock: WithLock = createLocks(lockFolder);
  let prepared: Promise<void> | undefined;

  const prepare = async () => {
    for (const folder of [objects, uploads, temporary, lockFolder]) await mkdir(folder, { recursive: true });
    for (const name of await readdir(temporary)) if (isDead(name)) await removeFolder(join(temporary, name));
  };
  const read = async (key: string) => {
    const found = await openContainer<ObjectFacts>(pathOf(objects, key));
    if (found === undefined || found.facts.key === key) return found;
    await found.file.close();
    throw driverError('corrupt');
  };
  const etagOf = async (key: string): Promise<string | undefined> => {
    const found = await read(key);
    await found?.file.close();
    return found?.facts.etag;
  };

  return {
    objects,
    uploads,
    ...options,
    async prepare() {
      prepared ??= prepare();
      try {
        await prepared;
      } catch (error) {
        prepared = undefined;
        throw error;
      }
    },
    async withTemporary(pieces, facts, call, use) {
      const path = join(temporary, `${ownName}-${randomUUID()}`);
      try {
        await writeContainer(path, pieces, facts, options, call);
        return await use(path);
      } finally {
        await removeIfThere(path);
      }
    },
    publish: (path, key, condition, call) =>
      withLock(key, call.signal, async () => {
        if (condition.ifMatch !== undefined || condition.ifNoneMatch !== undefined)
          holdCondition(condition, await etagOf(key));
        call.signal.throwIfAborted();
        await place(path, pathOf(objects, key));
        if (options.fsync) await syncFolder(dirname(pathOf(objects, key)));
      }),
    remove: (key, ifMatch, call) =>
      withLock(key, call.signal, async () => {
        if (ifMatch !== undefined) {
          const etag = await etagOf(key);
          if (etag !== undefined) holdCondition({ ifMatch }, etag);
        }
        const path = pathOf(objects, key);
        if (await removeIfThere(path).catch(absentPath)) await prune(dirname(path), objects);
      }),
    read,
  };
}

/** A path through something that is no folder does not exist. */
function absentPath(error: unknown): false {
  if (isSystemError(error, 'ENOTDIR')) return false;
  throw error;
}

async function place(path: string, target: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
      // Made and removed by others at the same time: tried again below.
      if (!isSystemError(error, 'ENOENT') || tries === mostTries) throw error;
    });
    try {
      return await rename(path, target);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT') || tries === mostTries) throw error;
    }
  }
}

/** Removes folders that have become empty. */
async function prune(folder: string, root: string): Promise<void> {
  for (let here = folder; here !== root; here = dirname(here)) {
    try {
      await rmdir(here);
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST')) return;
      if (!isSystemError(error, 'ENOENT')) throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    // Pruned by another process meanwhile: then the object is gone as well.
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a folder with all that is in it, whether or not it is there. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
