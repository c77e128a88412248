export { blob } from './blob.ts';
export type { CopySettings } from './driver/assemble.ts';
export { type BlobAbility, blobDriver } from './driver/blob-driver.ts';
export { blobErrors } from './errors.ts';
export {
  type BlobAttributes,
  type BlobConditions,
  type BlobDownload,
  type BlobEntry,
  type BlobProperties,
  type BlobTier,
  type BlobWritten,
  type Block,
  type BlockList,
  type BlockSource,
  blobTiers,
  type ContainerProperties,
  type CopyBlobOptions,
  type GetBlobOptions,
  type ListBlobsOptions,
  type PutBlobOptions,
  type SasRequest,
  type SasUrl,
  type TaggedBlob,
} from './model.ts';
export type { BlobClient } from './operations/operations.ts';
export { type BlobOptions, blobOptions } from './options.ts';
