/** The objects of one memory driver, each with its versions, and the locks on them. */
import { randomUUID } from 'node:crypto';
import type { Clock, Page } from '@im/core';
import type { DriverCall, DriverDelete, DriverRead, DriverWrite, ObjectInfo } from '../driver.ts';
import { driverError, holdCondition, holdReadCondition } from '../driver-errors.ts';
import type {
  DriverLock,
  DriverVersionList,
  LockChange,
  ObjectLock,
  VersionEntry,
} from '../driver-versions.ts';
import { compareKeys } from '../keys.ts';

/** One version of an object. */
export interface StoredVersion {
  /** Replaced when its lock changes. */
  info: ObjectInfo;
  readonly bytes: Uint8Array;
}

/** Keeps an object: the one place where something becomes visible. */
export type Publish = (key: string, bytes: Uint8Array, write: DriverWrite, call: DriverCall) => ObjectInfo;

/** What is under one key. A deleted key keeps its versions, and has none that is present. */
interface History {
  /** Oldest first, at least one. */
  versions: StoredVersion[];
  isDeleted: boolean;
}

/** Objects in memory. */
export interface MemoryObjects {
  readonly publish: Publish;
  /** @throws `not_found`, `failed_precondition` */
  find(key: string, read: DriverRead): StoredVersion;
  present(key: string): ObjectInfo | undefined;
  /** @throws `failed_precondition` for a condition that does not hold, and for a version that is locked */
  remove(target: DriverDelete): void;
  setLock(key: string, change: LockChange, lock: DriverLock): void;
  /** Keys that have a present version, in order, from the first one after `after`. */
  keys(prefix: string, after: string | undefined): Generator<string, void, undefined>;
  versions(list: DriverVersionList): Page<VersionEntry>;
}

/** Makes an empty one. */
export function memoryObjects(clock: Clock): MemoryObjects {
  const objects = new Map<string, History>();
  /** Keys in order, made when needed. */
  let ordered: string[] | undefined;

  const presentOf = (history: History | undefined) =>
    history?.isDeleted === false ? history.versions.at(-1) : undefined;
  const find = (key: string, { versionId, ifMatch, ifNoneMatch }: DriverRead): StoredVersion => {
    const history = objects.get(key);
    const found =
      versionId === undefined
        ? presentOf(history)
        : history?.versions.find((one) => one.info.versionId === versionId);
    if (found === undefined) throw driverError(versionId === undefined ? 'not_found' : 'no_version');
    holdReadCondition({ ifMatch, ifNoneMatch }, found.info.etag);
    return found;
  };
  const isLocked = ({ lock }: ObjectInfo) =>
    lock?.legalHold === true || (lock?.retention?.until ?? 0) > clock.now();
  const inOrder = (): readonly string[] => {
    ordered ??= [...objects.keys()].sort(compareKeys);
    return ordered;
  };

  return {
    find,
    present: (key) => presentOf(objects.get(key))?.info,
    publish(key, bytes, write, call) {
      call.signal.throwIfAborted();
      const history = objects.get(key);
      holdCondition(write, presentOf(history)?.info.etag);
      const { contentType, metadata, checksum, storageClass = 'standard', tags = {}, lock } = write;
      const info: ObjectInfo = Object.freeze({
        ...{ key, contentType, metadata, checksum, storageClass, tags },
        ...lockOf(lock),
        size: bytes.byteLength,
        etag: `"${randomUUID()}"`,
        modifiedAt: clock.now(),
        versionId: randomUUID(),
      });
      if (history === undefined) {
        objects.set(key, { versions: [{ info, bytes }], isDeleted: false });
        ordered = undefined;
      } else {
        history.versions.push({ info, bytes });
        history.isDeleted = false;
      }
      return info;
    },
    remove({ key, ifMatch, versionId }) {
      const history = objects.get(key);
      const present = presentOf(history);
      if (history === undefined) return;
      if (ifMatch !== undefined && present !== undefined) holdCondition({ ifMatch }, present.info.etag);
      if (versionId === undefined) {
        history.isDeleted = true;
        return;
      }
      const gone = history.versions.find((one) => one.info.versionId === versionId);
      if (gone !== undefined && isLocked(gone.info)) throw driverError('locked');
      history.versions = history.versions.filter((one) => one !== gone);
      if (history.versions.length > 0) return;
      objects.delete(key);
      ordered = undefined;
    },
    setLock(key, change, { versionId, bypassGovernance }) {
      const found = find(key, { versionId });
      const { retention: old, legalHold } = found.info.lock ?? {};
      const retention = change.retention === undefined ? old : (change.retention ?? undefined);
      const isWeaker =
        old !== undefined &&
        old.until > clock.now() &&
        (retention === undefined ||
          retention.until < old.until ||
          (old.mode === 'compliance' && retention.mode === 'governance'));
      if (isWeaker && (old.mode === 'compliance' || !bypassGovernance)) throw driverError('locked');
      const { lock: _, ...rest } = found.info;
      const info = Object.freeze({
        ...rest,
        ...lockOf({ retention, legalHold: change.legalHold ?? legalHold }),
      });
      found.info = info;
    },
    *keys(prefix, after) {
      const keys = inOrder();
      // A cursor of another prefix, forged or mistaken, may lie before this one.
      const from = after === undefined || compareKeys(after, prefix) < 0 ? undefined : after;
      const start = from === undefined ? firstNotBefore(keys, prefix) : firstAfter(keys, from);
      for (let index = start; keys[index]?.startsWith(prefix); index += 1) {
        const key = keys[index] as string;
        if (presentOf(objects.get(key)) !== undefined) yield key;
      }
    },
    versions({ prefix, cursor, pageSize }) {
      const [after, seen] = readVersionCursor(cursor);
      const keys = inOrder();
      const items: VersionEntry[] = [];
      const start = firstNotBefore(
        keys,
        after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix,
      );
      for (let index = start; keys[index]?.startsWith(prefix); index += 1) {
        const key = keys[index] as string;
        const history = objects.get(key) as History;
        const newestFirst = [...history.versions].reverse();
        const told = key === after ? newestFirst.findIndex(({ info }) => info.versionId === seen) + 1 : 0;
        for (const version of newestFirst.slice(told)) {
          if (items.length === pageSize) return { items, next: writeVersionCursor(items.at(-1)) };
          items.push(entryOf(version.info, version === presentOf(history)));
        }
      }
      return { items };
    },
  };
}

function lockOf(lock: ObjectLock | undefined): { readonly lock?: ObjectLock } {
  const { retention, legalHold } = lock ?? {};
  if (retention === undefined && legalHold !== true) return {};
  return { lock: { ...(retention && { retention }), ...(legalHold && { legalHold }) } };
}

function entryOf(info: ObjectInfo, isLatest: boolean): VersionEntry {
  const { key, versionId = '', size, etag, modifiedAt } = info;
  return { kind: 'version', key, versionId, isLatest, size, etag, modifiedAt };
}

function writeVersionCursor(last: VersionEntry | undefined): string {
  return Buffer.from(JSON.stringify([last?.key, last?.versionId])).toString('base64url');
}

function readVersionCursor(cursor: string | undefined): readonly [key?: string, versionId?: string] {
  if (cursor === undefined) return [];
  try {
    const [key, versionId] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof key === 'string' && typeof versionId === 'string') return [key, versionId];
  } catch (cause) {
    throw driverError('cursor', { cause });
  }
  throw driverError('cursor');
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
