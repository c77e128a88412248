export {
  type ConditionalOperation,
  type DialectAbility,
  type DialectName,
  dialects,
  type S3Dialect,
} from './dialects.ts';
export {
  type DriverAbility,
  type DriverDialect,
  type S3DriverOptions,
  s3Driver,
} from './driver/s3-driver.ts';
export { s3Errors } from './errors.ts';
export type {
  GetObjectInput,
  HeadObjectInput,
  ListedObject,
  ListObjectsInput,
  PutObjectInput,
  S3Attributes,
  S3Body,
  S3Checksum,
  S3Checksums,
  S3Head,
  S3Object,
  S3Part,
  S3Range,
  S3ReadCondition,
  S3WriteCondition,
  UploadPartInput,
  WrittenObject,
} from './model.ts';
export type { S3Client } from './operations/all.ts';
export type { ListedBucket } from './operations/buckets.ts';
export type { DeleteOutcome, DeleteTarget } from './operations/delete-objects.ts';
export type { ListedVersion } from './operations/lists.ts';
export type { CopiedObject, CopyObjectInput, DeleteObjectInput } from './operations/objects.ts';
export type { PresignInput } from './operations/presign.ts';
export type { RetentionInput, VersionInput } from './operations/tags-and-locks.ts';
export type { ListedUpload } from './operations/upload-lists.ts';
export type { CompletedUpload, CompleteUploadInput, CreateUploadInput } from './operations/uploads.ts';
export { type S3Options, s3Options } from './options.ts';
export { s3 } from './s3.ts';
