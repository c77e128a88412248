/**
 * What a provider writes: I/O and nothing else. Arguments are checked, options are complete, checksums are computed and
 * abilities are looked at before a driver is called. `docs/storage.md` is the guide.
 */
import type { Page } from '@im/core';
import type { StorageAbility } from './abilities.ts';
import type { DriverUploads } from './driver-uploads.ts';
import type { DriverVersions, ObjectLock } from './driver-versions.ts';

/** What a driver gets with every call. */
export interface DriverCall {
  /** Aborts on the caller's abort. Reject soon with its reason; publish nothing after it. */
  readonly signal: AbortSignal;
}

/** A checksum over an object's bytes, as it is stored beside the object. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower-case hexadecimal. */
  readonly value: string;
  /**
   * Present: the object was sent in parts of so many bytes, the last one shorter, and `value` is the checksum over the
   * binary checksums of the parts, one after the other (what S3 calls a composite checksum).
   */
  readonly partBytes?: number | undefined;
}

/** Both are computed natively: `node:crypto` and `node:zlib`. */
export type ChecksumAlgorithm = 'sha256' | 'crc32';

/** What is known of an object without its bytes. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Differs whenever the bytes differ; opaque, to be handed back in conditions. */
  readonly etag: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Absent: the object was written past @im, and reads of it are not verified. */
  readonly checksum?: Checksum | undefined;
  readonly storageClass?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly versionId?: string | undefined;
  /** Absent: nothing keeps it from being deleted, or the store has no `objectLock`. */
  readonly lock?: ObjectLock | undefined;
}

/** Under which state of the object a write takes place. At most one of the two. */
export interface WriteCondition {
  /** Only while this is the object's etag. */
  readonly ifMatch?: string | undefined;
  /** Only while there is no object of this key. */
  readonly ifNoneMatch?: '*' | undefined;
}

/** Under which state of the object a read is answered; a state that does not hold is `failed_precondition`. */
export interface ReadCondition {
  readonly ifMatch?: string | undefined;
  /** Etag that the caller has already; `reason` of the error is then `not_modified`. */
  readonly ifNoneMatch?: string | undefined;
}

/** Bytes from `offset`; or the last ones. `offset` below the size is the driver's to check: beyond it, `invalid_argument`. */
export type ByteRange =
  | { readonly offset: number; readonly length?: number | undefined; readonly last?: undefined }
  | { readonly last: number; readonly offset?: undefined; readonly length?: undefined };

/** How to read. */
export interface DriverRead extends ReadCondition {
  readonly range?: ByteRange | undefined;
  readonly versionId?: string | undefined;
}

interface BodyFacts {
  readonly info: ObjectInfo;
  /** Where the bytes begin in the object. */
  readonly offset: number;
  /** How many will come. */
  readonly length: number;
}
interface StreamedBody extends BodyFacts {
  /** Cancelling it lets go of everything. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly bytes?: undefined;
}
interface CompleteBody extends BodyFacts {
  /** All of them, where they are here already; the caller's from now on. Cheaper than a stream for what is small. */
  readonly bytes: Uint8Array;
  readonly stream?: undefined;
}

/** An object on its way: a stream, or bytes that are all here. `streamOfBody` makes a stream of either. */
export type DriverBody = StreamedBody | CompleteBody;

/** What is stored beside the bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly lock?: ObjectLock | undefined;
}

/** How to write in one go. The checksum lets the service verify what arrives; `head` and `get` give it back. */
export interface DriverWrite extends ObjectAttributes, WriteCondition {
  readonly checksum: Checksum;
}

/** How to copy within the store. Attributes and checksum go along. */
export interface DriverCopy extends WriteCondition {
  readonly sourceIfMatch?: string | undefined;
  readonly storageClass?: string | undefined;
}

/** What to delete. */
export interface DriverDelete {
  readonly key: string;
  readonly ifMatch?: string | undefined;
  readonly versionId?: string | undefined;
}

/** What became of one key. No error: it is not there any more, whether or not it was. */
export interface DeleteResult {
  readonly key: string;
  readonly error?: unknown;
}

/** Which keys to list. */
export interface DriverList {
  readonly prefix: string;
  /** Keys that go on with this after the prefix are told once, as the prefix they share. */
  readonly delimiter?: string | undefined;
  readonly cursor?: string | undefined;
  readonly pageSize: number;
}

/** One line of a list: an object, or what several keys share up to a delimiter. */
export type ListEntry =
  | {
      readonly kind: 'object';
      readonly key: string;
      readonly size: number;
      readonly etag: string;
      readonly modifiedAt: number;
    }
  | { readonly kind: 'prefix'; readonly key: string };

/** What a URL is to allow. */
export interface DriverPresign {
  readonly method: 'GET' | 'PUT';
  readonly expiresInSeconds: number;
  /** PUT: what the sender has to send. GET: what the answer is to say. */
  readonly contentType?: string | undefined;
  /** PUT only: least and most bytes; equal for an exact length. */
  readonly contentLength?: { readonly min: number; readonly max: number } | undefined;
}

/** A URL, and the headers without which it does not work. Whoever has it may use it: treat it as a secret. */
export interface PresignedRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The service's measures. Every member is the service's own number, in the unit of its name. */
export interface StorageLimits {
  /** At most 1,024. */
  readonly maxKeyBytes: number;
  readonly maxPutBytes: number;
  readonly minPartBytes: number;
  readonly maxPartBytes: number;
  readonly maxParts: number;
  readonly maxDeleteKeys: number;
  readonly maxPageSize: number;
  readonly storageClasses?: readonly string[] | undefined;
  /** Which lengths a presigned PUT can hold a sender to. */
  readonly presign?:
    | { readonly maxSeconds: number; readonly contentLength: 'none' | 'exact' | 'range' }
    | undefined;
}

/**
 * Object storage, as a provider writes it. Failures are {@link IntegrationError}s with canonical codes: absent `not_found`, a
 * condition that does not hold `failed_precondition`. Keys go in and come out exactly as they are.
 */
export interface StorageDriver<Abilities extends StorageAbility = never, Native = unknown> {
  /** Who it is, in messages: `s3`. */
  readonly name: string;
  readonly abilities: { readonly [Name in Abilities]: true };
  readonly limits: StorageLimits;
  get(key: string, read: DriverRead, call: DriverCall): Promise<DriverBody>;
  head(key: string, read: Omit<DriverRead, 'range'>, call: DriverCall): Promise<ObjectInfo>;
  /** Atomic: readers see all of it or nothing. `bytes` is not changed until it resolves. */
  put(key: string, bytes: Uint8Array, write: DriverWrite, call: DriverCall): Promise<ObjectInfo>;
  /** Entries in the order of their keys' UTF-8 bytes. A cursor stays good while objects come and go. */
  list(list: DriverList, call: DriverCall): Promise<Page<ListEntry>>;
  copy(from: string, to: string, copy: DriverCopy, call: DriverCall): Promise<ObjectInfo>;
  /** At most `limits.maxDeleteKeys`; a result for each, in their order. Rejects only when all of them failed alike. */
  delete(targets: readonly DriverDelete[], call: DriverCall): Promise<readonly DeleteResult[]>;
  /** Present exactly where `multipart` is declared. */
  readonly uploads?: DriverUploads | undefined;
  /** Present exactly where `presign` is declared. */
  readonly presign?:
    | ((key: string, presign: DriverPresign, call: DriverCall) => Promise<PresignedRequest>)
    | undefined;
  /** Present exactly where `versions` is declared. */
  readonly versions?: DriverVersions | undefined;
  /** The vendor's own client. */
  readonly native?: (() => Native) | undefined;
}
