/** Uploads in parts that outlive the process that began them. */
import type { ChecksumAlgorithm, ObjectInfo, WriteCondition } from './driver.ts';
import type { UploadedPart } from './driver-uploads.ts';
import type { Progress, StoreCall, StreamBody, WholeBody, WriteOptions } from './object-store.types.ts';

/** Everything another process needs to go on. Plain JSON; no secret. */
export interface UploadState extends WriteCondition {
  readonly version: 1;
  readonly key: string;
  readonly uploadId: string;
  readonly partBytes: number;
  readonly algorithm: ChecksumAlgorithm;
  readonly parts: readonly UploadedPart[];
}

/** How to send. */
export interface SendOptions extends StoreCall {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called after each part, with a state to write down. */
  readonly onState?: ((state: UploadState) => void) | undefined;
}

/** What was sent and what was there already. */
export interface SendReport {
  readonly sentParts: number;
  readonly keptParts: number;
  readonly bytes: number;
}

/** One upload. Nothing of it is visible before `complete`. */
export interface UploadSession {
  readonly key: string;
  /** As it is now. Write it down at any time: parts that arrived later are found again. */
  readonly state: UploadState;
  /**
   * Sends the whole object's bytes, from the first one, leaving out parts that have arrived with the same checksum. A failed or
   * aborted `send` can be repeated.
   */
  send(body: WholeBody | StreamBody, options?: SendOptions): Promise<SendReport>;
  /** Makes the object, under the upload's condition. @throws `failed_precondition` */
  complete(options?: StoreCall): Promise<ObjectInfo>;
  /** Lets go of all parts; tried again while the service is unavailable. */
  abort(options?: StoreCall): Promise<void>;
}

/** What became of old uploads. */
export interface SweepReport {
  readonly aborted: readonly string[];
  readonly failed: readonly { readonly key: string; readonly error: unknown }[];
}

/** Uploads of one's own pace. */
export interface UploadFeature<Abilities> {
  createUpload(
    key: string,
    options?: WriteOptions<Abilities> & {
      readonly partBytes?: number | undefined;
      /** Bytes to come, where you know: parts grow until they are few enough. */
      readonly size?: number | undefined;
    },
  ): Promise<UploadSession>;
  /** Goes on with an upload of this or another process. @throws `not_found` when it is no more */
  resumeUpload(state: UploadState, options?: StoreCall): Promise<UploadSession>;
  /** Aborts uploads that were begun so long ago. */
  sweepOrphans(
    options: StoreCall & { readonly olderThanMs: number; readonly prefix?: string },
  ): Promise<SweepReport>;
}
