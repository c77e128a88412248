/** What users hold: the portable store. Its members and options follow the driver's abilities. */
import type { Clock, Pages } from '@im/core';
import type { StorageAbility, Where } from './abilities.ts';
import type {
  ByteRange,
  ChecksumAlgorithm,
  DeleteResult,
  ListEntry,
  ObjectInfo,
  PresignedRequest,
  ReadCondition,
  WriteCondition,
} from './driver.ts';
import type { LockChange, ObjectLock, VersionEntry } from './driver-versions.ts';
import type { DrivenStore } from './store-driver.ts';
import type { UploadFeature } from './upload.types.ts';

/** Settings of a store. */
export interface ObjectStoreOptions<Needs extends StorageAbility = never> {
  /** Your name for it, in messages. Default: the driver's. */
  readonly name?: string | undefined;
  /** Abilities that must be there; checked at once, and known to the compiler. For drivers that come from a registry. */
  readonly needs?: readonly Needs[] | undefined;
  /** Default `sha256`. */
  readonly checksum?: ChecksumAlgorithm | undefined;
  /** Bytes a part, and the size up to which an object is put in one go. Default 8 MiB. */
  readonly partBytes?: number | undefined;
  /** Parts, or batches of deletes, under way at once. Memory for an upload is (concurrency + 1) × partBytes. Default 4. */
  readonly concurrency?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The last argument of every operation. */
export interface StoreCall {
  /** Ends the call at once; its reason is thrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a transfer has come. */
export interface Progress {
  readonly bytes: number;
  /** Absent while unknown. */
  readonly totalBytes?: number | undefined;
}

/** What bytes can come from. */
export type WholeBody = Uint8Array | string | Blob;
/** Bytes whose number is not known beforehand. */
export type StreamBody = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
/** What can be put: streams where the store has `multipart`. */
export type PutBody<Abilities> = WholeBody | ('multipart' extends Abilities ? StreamBody : never);

interface BasicGetOptions extends StoreCall, ReadCondition {
  readonly range?: ByteRange | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
interface VersionChoice {
  /** Default: the present version. */
  readonly versionId?: string | undefined;
}

/** How to get. */
export type GetOptions<Abilities> = BasicGetOptions & Where<Abilities, 'versions', VersionChoice>;
/** How to head. */
export type HeadOptions<Abilities> = StoreCall & ReadCondition & Where<Abilities, 'versions', VersionChoice>;

/** What to say of an object. */
export interface BasicAttributes {
  /** Default: by the first bytes, then by the key's extension, then `application/octet-stream`. */
  readonly contentType?: string | undefined;
  /** Names of lower-case letters, digits, `-` and `_`, not beginning with `im-`; 2,048 bytes with values. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}
/** Attributes and condition of a new object, as far as the abilities go. */
export type WriteOptions<Abilities> = BasicAttributes &
  StoreCall &
  Where<Abilities, 'conditionalWrites', WriteCondition> &
  Where<Abilities, 'storageClasses', { readonly storageClass?: string | undefined }> &
  Where<Abilities, 'tags', { readonly tags?: Readonly<Record<string, string>> | undefined }> &
  Where<Abilities, 'objectLock', { readonly lock?: ObjectLock | undefined }>;
/** How to put. */
export type PutOptions<Abilities> = WriteOptions<Abilities> & {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Bytes to come, where you know: chooses parts that fit, and is checked at the end. */
  readonly size?: number | undefined;
};
/** How to copy. Conditions are the destination's. */
export type CopyOptions<Abilities> = StoreCall & { readonly sourceIfMatch?: string | undefined } & Where<
    Abilities,
    'conditionalCopy',
    WriteCondition
  > &
  Where<Abilities, 'storageClasses', { readonly storageClass?: string | undefined }>;
/** How to delete. */
export type DeleteOptions<Abilities> = StoreCall &
  Where<Abilities, 'conditionalDelete', { readonly ifMatch?: string | undefined }> &
  Where<Abilities, 'versions', VersionChoice>;

/** Which objects to list. */
export interface ListOptions extends StoreCall {
  readonly prefix?: string | undefined;
  /** Usually `/`: keys below the next one are told once, as a `prefix`. Default: none. */
  readonly delimiter?: string | undefined;
  /** Goes on where an earlier listing stopped: its `cursor`, or `next` of a page. */
  readonly cursor?: string | undefined;
  /** Most entries in all. */
  readonly limit?: number | undefined;
  /** Entries a request. Default: the service's most. */
  readonly pageSize?: number | undefined;
}

/** An object that was got. Read it once, by one of the three; or let it go with `cancel` or `await using`. */
export interface StoredObject extends AsyncDisposable {
  readonly info: ObjectInfo;
  /** Which bytes come. */
  readonly offset: number;
  readonly length: number;
  /** A whole object is verified on the way: what does not match ends the stream with `internal`. */
  stream(): ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  cancel(): Promise<void>;
}

/** What every store does. */
export interface BasicStore<Abilities extends StorageAbility, Native> extends DrivenStore<Abilities> {
  /** Declared by the driver. */
  readonly abilities: readonly StorageAbility[];
  /** @throws `not_found`; `failed_precondition`; `invalid_argument` for a range past the end */
  get(key: string, options?: GetOptions<Abilities>): Promise<StoredObject>;
  head(key: string, options?: HeadOptions<Abilities>): Promise<ObjectInfo>;
  /** All or nothing: a put that fails or is aborted leaves what was there before. */
  put(key: string, body: PutBody<Abilities>, options?: PutOptions<Abilities>): Promise<ObjectInfo>;
  /** In the order of the keys' UTF-8 bytes. */
  list(options?: ListOptions): Pages<ListEntry>;
  copy(from: string, to: string, options?: CopyOptions<Abilities>): Promise<ObjectInfo>;
  /** Resolves when the object is not there, whether or not it was. */
  delete(key: string, options?: DeleteOptions<Abilities>): Promise<void>;
  /** A result for each key, in their order; a failed one has its error. */
  deleteMany(keys: readonly string[], options?: StoreCall): Promise<readonly DeleteResult[]>;
  /**
   * A store that sees nothing but what begins with `prefix` (a `/` is added where it lacks one), under keys relative to it. Keys
   * that would leave it if anybody read them as a path are refused. It has no `native`.
   */
  scoped(prefix: string): ObjectStore<Abilities, never>;
  /** The vendor's own client. */
  native(): Native;
}

/** Presigned requests. */
export interface PresignFeature {
  /** Default 900 seconds. @throws `invalid_argument` beyond the service's longest */
  presignGet(
    key: string,
    options?: StoreCall & { readonly expiresInSeconds?: number; readonly contentType?: string },
  ): Promise<PresignedRequest>;
  presignPut(
    key: string,
    options?: StoreCall & {
      readonly expiresInSeconds?: number;
      readonly contentType?: string;
      /** Exact number of bytes, or limits. */
      readonly contentLength?: number | { readonly min: number; readonly max: number };
    },
  ): Promise<PresignedRequest>;
}

/** Earlier versions. */
export interface VersionsFeature {
  /**
   * Every version of every key, also of deleted ones. In the order of the keys' UTF-8 bytes; those of one key in the service's
   * own order, by `modifiedAt`, up or down.
   */
  listVersions(options?: Omit<ListOptions, 'delimiter'>): Pages<VersionEntry>;
}

/** Locks on versions. */
export interface LockFeature {
  /**
   * Changes what keeps a version from being deleted. `bypassGovernance` (default false) allows to end or shorten a retention in
   * mode `governance`.
   *
   * @throws `failed_precondition` for a change that the lock forbids
   */
  setLock(
    key: string,
    change: LockChange,
    options?: StoreCall & {
      readonly versionId?: string | undefined;
      readonly bypassGovernance?: boolean | undefined;
    },
  ): Promise<void>;
}

/** The portable store. */
export type ObjectStore<Abilities extends StorageAbility = never, Native = unknown> = BasicStore<
  Abilities,
  Native
> &
  Where<Abilities, 'presign', PresignFeature> &
  Where<Abilities, 'versions', VersionsFeature> &
  Where<Abilities, 'objectLock', LockFeature> &
  Where<Abilities, 'multipart', UploadFeature<Abilities>>;
