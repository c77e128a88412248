/**
 * One writer at a time for each key, over all processes of one machine.
 *
 * A lock is a file that is made whole (by a hard link, which fails when the name is taken) and holds its owner. It is held while a
 * condition is looked at and a rename made, well under a millisecond. A process that is killed in between leaves its lock behind:
 * whoever finds the lock of a dead process of this machine removes it, and only one process at a time may do so.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { IntegrationError, sleep, systemClock } from '@im/core';
import { isSystemError } from './system-errors.ts';

/** Real time: locks are between processes. */
const longestWaitMs = 60_000;
const breakerMs = 10_000;

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 12);

/** This process, as a name that another process of the machine can judge. */
export const ownName = `${host}-${process.pid}`;

/** Whether the process of that name surely is no more. Processes of other machines never are. */
export function isDead(name: string): boolean {
  const [machine, pid] = name.split('-');
  if (machine !== host || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isSystemError(error, 'ESRCH');
  }
}

/** Runs `work` alone for `key`, after all that began to wait earlier in this process. */
export type WithLock = <Value>(
  key: string,
  signal: AbortSignal,
  work: () => Promise<Value>,
) => Promise<Value>;

/** Locks whose files lie in `folder`. */
export function createLocks(folder: string): WithLock {
  const queues = new Map<string, Promise<unknown>>();
  return async (key, signal, work) => {
    const name = createHash('sha256').update(key).digest('hex');
    const before = queues.get(name) ?? Promise.resolve();
    const mine = before.then(() => locked(join(folder, name), signal, work));
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    queues.set(name, settled);
    try {
      return await mine;
    } finally {
      if (queues.get(name) === settled) queues.delete(name);
    }
  };
}

async function locked<Value>(path: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  await acquire(path, signal);
  try {
    return await work();
  } finally {
    await unlink(path);
  }
}

async function acquire(path: string, signal: AbortSignal): Promise<void> {
  const until = systemClock.now() + longestWaitMs;
  while (!(await tryCreate(path))) {
    const owner = await ownerOf(path);
    if (owner !== undefined && isDead(owner)) await breakLock(path, owner);
    else if (systemClock.now() > until)
      throw new IntegrationError('another writer holds the lock of this key for too long', {
        code: 'unavailable',
        remedy: 'look for a process that hangs, or remove its file below "locks"',
      });
    else await sleep(systemClock, 1 + Math.random() * 4, signal);
  }
}

/** A link appears with its content; a file made under the name itself would be empty for a moment. */
async function tryCreate(path: string): Promise<boolean> {
  const own = `${path}.${ownName}-${randomUUID()}`;
  await writeFile(own, ownName, { flag: 'wx' });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(own);
  }
}

async function ownerOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Looks again under a lock of its own, so that the lock of a successor is never taken for the dead one's. */
async function breakLock(path: string, owner: string): Promise<void> {
  const breaker = `${path}.break`;
  if (!(await tryCreate(breaker))) {
    const age = await ageOf(breaker);
    if (age > breakerMs) await removeIfThere(breaker);
    return;
  }
  try {
    if ((await ownerOf(path)) === owner) await removeIfThere(path);
  } finally {
    await removeIfThere(breaker);
  }
}

async function ageOf(path: string): Promise<number> {
  try {
    return systemClock.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Removes a file that another may have removed meanwhile. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}
