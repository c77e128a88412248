export type { GcsClient } from './driver/client.ts';
export { type GcsAbility, type GcsDriverOptions, gcsDriver } from './driver/gcs-driver.ts';
export { storageErrors } from './errors.ts';
export type {
  GcsAttributes,
  GcsBucket,
  GcsCondition,
  GcsListEntry,
  GcsListFilter,
  GcsMedia,
  GcsMediaFacts,
  GcsObject,
  GcsRetention,
} from './model.ts';
export type { NewBucket } from './operations/buckets.ts';
export type { ComposeOptions, ComposeSource, RewriteOptions, RewriteStep } from './operations/copies.ts';
export type { MediaOptions } from './operations/media.ts';
export type { InsertOptions, PatchOptions, ReadOptions } from './operations/objects.ts';
export type { SignedUrl, SignUrlOptions } from './operations/sign.ts';
export type { UploadOptions, UploadPiece, UploadProgress } from './operations/uploads.ts';
export { type StorageOptions, storageOptions } from './options.ts';
export { storage } from './storage.ts';
