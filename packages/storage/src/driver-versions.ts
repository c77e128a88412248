/** The part of a driver that knows earlier versions, and what keeps one from being deleted. */
import type { Page } from '@im/core';
import type { DriverCall } from './driver.ts';

/** For how long a version stays. */
export interface ObjectRetention {
  /**
   * `governance`: whoever is allowed to may shorten it. `compliance`: nobody may.
   * Elsewhere the two are called unlocked and locked.
   */
  readonly mode: 'governance' | 'compliance';
  /** Milliseconds since 1970. Services keep whole seconds. */
  readonly until: number;
}

/**
 * What keeps a version from being deleted, or overwritten where there is but one version.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html | S3: Object Lock}
 * @see {@link https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview | Azure: immutable storage}
 * @see {@link https://cloud.google.com/storage/docs/object-lock | Cloud Storage: Object Retention Lock}
 */
export interface ObjectLock {
  readonly retention?: ObjectRetention | undefined;
  /** Without end, until it is lifted. Absent: `false`. */
  readonly legalHold?: boolean | undefined;
}

/** What to change of a lock. What is absent stays as it is. */
export interface LockChange {
  /** `null` ends it. Ending or shortening it takes `bypassGovernance`, and is never possible in mode `compliance`. */
  readonly retention?: ObjectRetention | null | undefined;
  readonly legalHold?: boolean | undefined;
}

/** Which lock to change. */
export interface DriverLock {
  /** Default: the present version. */
  readonly versionId?: string | undefined;
  /** Whether a retention in mode `governance` may become shorter, or end. */
  readonly bypassGovernance: boolean;
}

/** One version of a key; or the mark of its deletion, where the service leaves one. */
export type VersionEntry =
  | {
      readonly kind: 'version';
      readonly key: string;
      readonly versionId: string;
      /** Whether it is what `get` gives. */
      readonly isLatest: boolean;
      readonly size: number;
      readonly etag: string;
      readonly modifiedAt: number;
    }
  | {
      readonly kind: 'deletion';
      readonly key: string;
      readonly versionId: string;
      readonly isLatest: boolean;
      readonly modifiedAt: number;
    };

/** Which versions to list. */
export interface DriverVersionList {
  readonly prefix: string;
  readonly cursor?: string | undefined;
  readonly pageSize: number;
}

/** Earlier versions. */
export interface DriverVersions {
  /** In the order of the keys' UTF-8 bytes; those of one key in the service's own order. Versions of deleted keys as well. */
  list(list: DriverVersionList, call: DriverCall): Promise<Page<VersionEntry>>;
  /**
   * Present exactly where `objectLock` is declared. A change that the lock forbids is `failed_precondition`; so is, in `delete`,
   * a version that is locked.
   */
  readonly setLock?:
    | ((key: string, change: LockChange, lock: DriverLock, call: DriverCall) => Promise<void>)
    | undefined;
}
