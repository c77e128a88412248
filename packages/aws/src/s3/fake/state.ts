/** What a fake S3 keeps: buckets of accounts, versions of objects, uploads. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import { compareKeys, type ObjectLock } from '@im/storage';
import type { Checksums } from './integrity.ts';

/** What is stored of one version, or the mark of a deletion. */
export interface FakeVersion {
  readonly versionId: string;
  readonly isDeletion: boolean;
  readonly bytes: Uint8Array;
  /** Between quotes. */
  readonly etag: string;
  /** Headers that were stored and are given back: content type, metadata… */
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly checksums: Checksums;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  tags: Readonly<Record<string, string>>;
  lock: ObjectLock | undefined;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** A part of an upload. */
export interface FakePart {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly checksums: Checksums;
  readonly modifiedAt: number;
}

/** An upload in parts. */
export interface FakeUpload {
  readonly id: string;
  readonly key: string;
  readonly startedAt: number;
  /** What the object will have. */
  readonly object: Pick<FakeVersion, 'headers' | 'storageClass' | 'tags' | 'lock'>;
  readonly algorithm: keyof Checksums | undefined;
  readonly parts: Map<number, FakePart>;
}

/** What a write brings. */
export type NewVersion = Omit<FakeVersion, 'versionId' | 'isDeletion' | 'modifiedAt'>;

/** One bucket. */
export class FakeBucket {
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  readonly hasLocks: boolean;
  versioning: 'Enabled' | 'Suspended' | undefined;
  readonly uploads = new Map<string, FakeUpload>();
  readonly #clock: Clock;
  readonly #seed: string;
  /** Newest last. */
  readonly #objects = new Map<string, FakeVersion[]>();
  #ordered: string[] | undefined;
  #count = 0;

  constructor(
    clock: Clock,
    seed: number,
    facts: Pick<FakeBucket, 'name' | 'owner' | 'region' | 'hasLocks' | 'versioning'>,
  ) {
    this.#clock = clock;
    this.#seed = `${seed}/${facts.name}`;
    this.name = facts.name;
    this.owner = facts.owner;
    this.region = facts.region;
    this.hasLocks = facts.hasLocks;
    this.versioning = facts.versioning;
    this.createdAt = clock.now();
  }

  get isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  /** An id that nobody can guess from another, and the same in every run. */
  nextId(): string {
    this.#count += 1;
    return createHash('sha256').update(`${this.#seed}/${this.#count}`).digest('base64url').slice(0, 32);
  }

  /** Keys with any version, in the order of their bytes. */
  keys(): readonly string[] {
    this.#ordered ??= [...this.#objects.keys()].sort(compareKeys);
    return this.#ordered;
  }

  /** Oldest first. */
  versions(key: string): readonly FakeVersion[] {
    return this.#objects.get(key) ?? [];
  }

  /** What a reader sees; also the mark of a deletion. */
  latest(key: string): FakeVersion | undefined {
    return this.#objects.get(key)?.at(-1);
  }

  /** What is there for readers. */
  present(key: string): FakeVersion | undefined {
    const latest = this.latest(key);
    return latest?.isDeletion === true ? undefined : latest;
  }

  find(key: string, versionId: string): FakeVersion | undefined {
    return this.#objects.get(key)?.find((one) => one.versionId === versionId);
  }

  /** Keeps a version; without versioning it replaces the one that was there. */
  add(key: string, version: NewVersion, isDeletion = false): FakeVersion {
    const kept: FakeVersion = {
      ...version,
      isDeletion,
      versionId: this.versioning === 'Enabled' ? this.nextId() : 'null',
      modifiedAt: Math.floor(this.#clock.now() / 1000) * 1000,
    };
    const others = this.versions(key).filter((one) => one.versionId !== kept.versionId);
    if (!this.#objects.has(key)) this.#ordered = undefined;
    this.#objects.set(key, [...others, kept]);
    return kept;
  }

  /** Removes a version for good. */
  remove(key: string, versionId: string): void {
    const left = this.versions(key).filter((one) => one.versionId !== versionId);
    if (left.length > 0) this.#objects.set(key, left);
    else if (this.#objects.delete(key)) this.#ordered = undefined;
  }

  /** Whether the lock of a version holds now. */
  isLocked({ lock }: FakeVersion, bypassGovernance: boolean): boolean {
    if (lock?.legalHold === true) return true;
    const { mode, until = 0 } = lock?.retention ?? {};
    return until > this.#clock.now() && !(mode === 'governance' && bypassGovernance);
  }
}

/** A mark of a deletion, which has nothing. */
export const deletion: NewVersion = {
  bytes: new Uint8Array(),
  etag: '',
  headers: {},
  storageClass: 'STANDARD',
  checksums: {},
  checksumType: 'FULL_OBJECT',
  tags: {},
  lock: undefined,
};

/** Index of the first key that is after `key`; with `orSame`, not before it. */
export function firstAfter(keys: readonly string[], key: string, orSame = false): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys(keys[middle] ?? '', key);
    if (order < 0 || (order === 0 && !orSame)) low = middle + 1;
    else high = middle;
  }
  return low;
}
