/** What operations take and give. The vendor's own spelling of it stands in the lanes. */
import type { Call, Page } from '@im/core';
import type { ChecksumAlgorithm, ObjectLock } from '@im/storage';

/** A checksum over the bytes that are sent. */
export interface S3Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower-case hexadecimal; of an object in parts by S3's composite rule, over those of its parts. */
  readonly value: string;
}

/**
 * Checksums as S3 tells them: base64, and with `-` and the number of parts behind it where it is one over those of the parts.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html | S3: checking object integrity}
 */
export type S3Checksums = Readonly<Partial<Record<'sha256' | 'crc32', string>>>;

/** Under which state of the object a write takes place. At most one of the two. */
export interface S3WriteCondition {
  /** Only while this is the object's etag. */
  readonly ifMatch?: string | undefined;
  /** Only while there is no object of this key. */
  readonly ifNoneMatch?: '*' | undefined;
}

/** Under which state of the object a read is answered. */
export interface S3ReadCondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** What is stored beside the bytes. */
export interface S3Attributes {
  /** Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** Names in lower case; values of any text, written so that headers can hold them. 2 KB in all. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly storageClass?: string | undefined;
  /** At most 10. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly lock?: ObjectLock | undefined;
  /** Encryption at rest, where it is not the bucket's default: `AES256`, or `aws:kms` with or without a key. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  readonly kmsKeyId?: string | undefined;
  /**
   * A random text that is stored with the object, in the metadata `im-write`. A write under a condition that is repeated after a
   * lost answer is recognised by it. Without it such a write may be refused for what it did itself.
   */
  readonly writeId?: string | undefined;
}

/** Options of `putObject`. */
export interface PutObjectInput extends S3Attributes, S3WriteCondition {
  /** Verified by the service, and where it can, stored beside the object. Default: the SHA-256 that the request needs anyway. */
  readonly checksum?: S3Checksum | undefined;
}

/** What a write leaves. */
export interface WrittenObject {
  readonly etag: string;
  /** In a bucket with versions. */
  readonly versionId?: string | undefined;
  /** Milliseconds since 1970, as far as the answer tells. */
  readonly modifiedAt: number;
}

/** Bytes from `offset`, or the last ones. */
export type S3Range =
  | { readonly offset: number; readonly length?: number | undefined; readonly last?: undefined }
  | { readonly last: number; readonly offset?: undefined; readonly length?: undefined };

/** Options of `headObject`. */
export interface HeadObjectInput extends S3ReadCondition {
  readonly versionId?: string | undefined;
}

/** Options of `getObject`. */
export interface GetObjectInput extends HeadObjectInput {
  readonly range?: S3Range | undefined;
}

/** What is known of an object. */
export interface S3Head {
  readonly key: string;
  /** Bytes in all. */
  readonly size: number;
  /** Between quotes. */
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** With those that are ours, `im-…`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly versionId?: string | undefined;
  /** Number of tags, as far as the answer tells; not every service does in an answer to HEAD. */
  readonly tagCount: number;
  readonly checksums: S3Checksums;
  readonly lock?: ObjectLock | undefined;
}

/** An object's bytes: all of them here, or a stream. */
export type S3Body =
  | { readonly bytes: Uint8Array; readonly stream?: undefined }
  | {
      /** Ends with an error when it is cut. Cancelling it lets go of the connection. */
      readonly stream: ReadableStream<Uint8Array>;
      readonly bytes?: undefined;
    };

/** An object, or the range of it that was asked for. */
export interface S3Object {
  readonly head: S3Head;
  /** Where the bytes begin in the object. */
  readonly offset: number;
  /** How many there are. */
  readonly length: number;
  readonly body: S3Body;
}

/** Options of `listObjects` and, without the delimiter, of `listObjectVersions` and `listMultipartUploads`. */
export interface ListObjectsInput {
  readonly prefix?: string | undefined;
  /** Keys that go on with this after the prefix are told once, as the prefix they share. */
  readonly delimiter?: string | undefined;
}

/** One line of a list. */
export type ListedObject =
  | {
      readonly kind: 'object';
      readonly key: string;
      readonly size: number;
      readonly etag: string;
      readonly modifiedAt: number;
      readonly storageClass: string;
    }
  | { readonly kind: 'prefix'; readonly key: string };

/** A part to send. */
export interface UploadPartInput {
  /** 1 to 10,000. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly checksum?: S3Checksum | undefined;
}

/** A part that has arrived. */
export interface S3Part {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly checksums: S3Checksums;
}

/** Operations that have a lane of their own, since nearly all calls are of them. */
export interface HotLane {
  putObject(
    key: string,
    body: Uint8Array | string,
    input: PutObjectInput,
    call: Call,
  ): Promise<WrittenObject>;
  getObject(key: string, input: GetObjectInput, call: Call): Promise<S3Object>;
  headObject(key: string, input: HeadObjectInput, call: Call): Promise<S3Head>;
  listObjects(input: ListObjectsInput, call: Call): Promise<Page<ListedObject>>;
  uploadPart(key: string, uploadId: string, part: UploadPartInput, call: Call): Promise<S3Part>;
}
