export { type StorageAbility, storageAbilities } from './abilities.ts';
export { type ByteSource, sourceOfStream, streamOfSource } from './byte-stream.ts';
export { checksumOf, checksumOfParts, createDigest, createVerifier, type Digest } from './checksum.ts';
export { sniffContentType } from './content-type.ts';
export type {
  ByteRange,
  Checksum,
  ChecksumAlgorithm,
  DeleteResult,
  DriverBody,
  DriverCall,
  DriverCopy,
  DriverDelete,
  DriverList,
  DriverPresign,
  DriverRead,
  DriverWrite,
  ListEntry,
  ObjectAttributes,
  ObjectInfo,
  PresignedRequest,
  ReadCondition,
  StorageDriver,
  StorageLimits,
  WriteCondition,
} from './driver.ts';
export { driverError, holdCondition, holdReadCondition } from './driver-errors.ts';
export type {
  DriverComplete,
  DriverUpload,
  DriverUploads,
  OpenUpload,
  UploadedPart,
} from './driver-uploads.ts';
export type {
  DriverLock,
  DriverVersionList,
  DriverVersions,
  LockChange,
  ObjectLock,
  ObjectRetention,
  VersionEntry,
} from './driver-versions.ts';
export {
  type FilesystemAbility,
  type FilesystemDriverOptions,
  filesystemDriver,
} from './filesystem/filesystem-driver.ts';
export { compareKeys, resolveRange } from './keys.ts';
export { type MemoryAbility, type MemoryDriverOptions, memoryDriver } from './memory/memory-driver.ts';
export { createObjectStore } from './object-store.ts';
export type {
  BasicStore,
  CopyOptions,
  DeleteOptions,
  GetOptions,
  HeadOptions,
  ListOptions,
  LockFeature,
  ObjectStore,
  ObjectStoreOptions,
  PresignFeature,
  Progress,
  PutBody,
  PutOptions,
  StoreCall,
  StoredObject,
  StreamBody,
  VersionsFeature,
  WholeBody,
  WriteOptions,
} from './object-store.types.ts';
export { objectStore } from './port.ts';
export { streamOfBody } from './read-object.ts';
export type {
  SendOptions,
  SendReport,
  SweepReport,
  UploadFeature,
  UploadSession,
  UploadState,
} from './upload.types.ts';
