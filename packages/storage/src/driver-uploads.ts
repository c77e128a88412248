/** The part of a driver that uploads in parts. */
import type { Page } from '@im/core';
import type {
  Checksum,
  ChecksumAlgorithm,
  DriverCall,
  ObjectAttributes,
  ObjectInfo,
  WriteCondition,
} from './driver.ts';

/** A part that has arrived. */
export interface UploadedPart {
  /** From 1. */
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** Lower-case hexadecimal, by the upload's algorithm. Absent in a listing: the service does not tell. */
  readonly checksum?: string | undefined;
}

/** How to begin an upload in parts. */
export interface DriverUpload extends ObjectAttributes, WriteCondition {
  readonly algorithm: ChecksumAlgorithm;
  readonly partBytes: number;
  /** Bytes to come, where the caller said. Nothing holds him to it before `complete`. */
  readonly size?: number | undefined;
}

/** How to end one. Conditions hold at this instant. */
export interface DriverComplete extends WriteCondition {
  readonly checksum: Checksum;
  /** Bytes in all. */
  readonly size: number;
}

/** An upload that was begun and neither completed nor aborted. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Uploads in parts. Until `complete` resolves nothing of them is visible. An id that is not of this key is `not_found`. */
export interface DriverUploads {
  create(key: string, upload: DriverUpload, call: DriverCall): Promise<string>;
  /** Replaces an earlier part of the same number. Called concurrently. `bytes` is not changed until it resolves. */
  putPart(
    key: string,
    uploadId: string,
    part: { readonly number: number; readonly bytes: Uint8Array; readonly checksum: Checksum },
    call: DriverCall,
  ): Promise<UploadedPart>;
  listParts(key: string, uploadId: string, call: DriverCall): Promise<readonly UploadedPart[]>;
  complete(
    key: string,
    uploadId: string,
    parts: readonly UploadedPart[],
    complete: DriverComplete,
    call: DriverCall,
  ): Promise<ObjectInfo>;
  /** Resolves when nothing is left of it, also when nothing was. */
  abort(key: string, uploadId: string, call: DriverCall): Promise<void>;
  list(
    options: { readonly prefix: string; readonly cursor?: string | undefined },
    call: DriverCall,
  ): Promise<Page<OpenUpload>>;
}
