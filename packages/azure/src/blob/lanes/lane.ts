/** The hot operations, which can be sent in two ways with the same outcome. */
import { type Call, type Page, VendorError } from '@im/core';
import type {
  BlobConditions,
  BlobDownload,
  BlobEntry,
  BlobProperties,
  BlobWritten,
  BlockSource,
  CopyBlobOptions,
  GetBlobOptions,
  ListBlobsOptions,
  PutBlobOptions,
} from '../model.ts';

/** How the service is let to read the source of a copy. */
export interface SourceAccess {
  readonly url: string;
  /** Sent along where the URL says nothing of who asks. */
  readonly sourceAuthorization?: { readonly scheme: string; readonly value: string };
}

/** One way to send them. */
export interface BlobLane {
  putBlob(name: string, bytes: Uint8Array, options: PutBlobOptions, call: Call): Promise<BlobWritten>;
  getBlob(name: string, options: GetBlobOptions, call: Call): Promise<BlobDownload>;
  getBlobProperties(name: string, conditions: BlobConditions, call: Call): Promise<BlobProperties>;
  listBlobs(options: ListBlobsOptions, call: Call): Promise<Page<BlobEntry>>;
  /** @returns whether it was there */
  deleteBlob(name: string, conditions: BlobConditions, call: Call): Promise<boolean>;
  putBlock(name: string, blockId: string, bytes: Uint8Array, call: Call): Promise<void>;
  putBlockFromUrl(
    name: string,
    blockId: string,
    access: SourceAccess,
    source: BlockSource,
    call: Call,
  ): Promise<void>;
  putBlockList(
    name: string,
    blockIds: readonly string[],
    options: PutBlobOptions,
    call: Call,
  ): Promise<BlobWritten>;
  copyBlob(access: SourceAccess, name: string, options: CopyBlobOptions, call: Call): Promise<BlobWritten>;
}

/**
 * Metadata that carries the key of a keyed write: `im-write` as it is stored. A write that is repeated after a lost answer finds by it
 * that what it made is there already, where its condition does not hold any more for that very reason.
 */
export const writeKeyName = 'im_2d_write';
/** The header of it. */
export const writeKeyHeader = `x-ms-meta-${writeKeyName}`;

/** A blob that is gone already is as good as deleted: an attempt whose answer was lost may have done it. */
export async function deleted(remove: Promise<unknown>): Promise<boolean> {
  try {
    await remove;
    return true;
  } catch (error) {
    if (error instanceof VendorError && error.failure.reason === 'BlobNotFound') return false;
    throw error;
  }
}

/**
 * Writes under a key: a condition that fails is no failure when what is there was written under this very key.
 *
 * @param present asks what is there
 */
export async function writeKeyed(
  key: string | undefined,
  write: () => Promise<BlobWritten>,
  present: () => Promise<BlobProperties>,
): Promise<BlobWritten> {
  try {
    return await write();
  } catch (error) {
    if (key === undefined || !isConditionFailure(error)) throw error;
    const there = await present().catch((reason: unknown) => {
      if (reason instanceof VendorError && reason.failure.status === 404) return undefined;
      throw reason;
    });
    if (there === undefined || there.metadata[writeKeyName] !== key) throw error;
    return there;
  }
}

/** Whether a write was refused by its condition. */
export function isConditionFailure(error: unknown): boolean {
  if (!(error instanceof VendorError)) return false;
  const { status, reason } = error.failure;
  return status === 412 || (status === 409 && reason === 'BlobAlreadyExists');
}

/** Up to so many bytes a blob is read at once. */
export const smallBytes = 1024 * 1024;

/** A download whose bytes are all here. */
export class SmallDownload implements BlobDownload {
  readonly properties: BlobProperties;
  readonly offset: number;
  readonly bytes: Uint8Array;

  constructor(properties: BlobProperties, offset: number, bytes: Uint8Array) {
    this.properties = properties;
    this.offset = offset;
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.byteLength;
  }

  get body(): AsyncIterable<Uint8Array> {
    return onePiece(this.bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}
