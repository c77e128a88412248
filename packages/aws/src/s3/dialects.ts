/**
 * What sets services that speak S3 apart, as data. A row states what its service documents; what it does not document it
 * does not have. Nothing else in this package asks which service it talks to.
 */
import type { StorageAbility } from '@im/storage';

/** How one service speaks S3. */
export interface S3Dialect {
  readonly title: string;
  /** The service's own page on what it supports. */
  readonly docs: string;
  /** Base URL by region. Absent: the option `endpoint` has to say it. */
  readonly endpoint?: ((region: string) => string) | undefined;
  /** Where the bucket's name stands, unless `endpoint` is given: in the host, or as the first part of the path. */
  readonly addressing: 'virtual' | 'path';
  /** Whether `x-amz-checksum-…` is verified, stored beside the object and its parts, and told again. */
  readonly checksums: boolean;
  /** Where checksums are not kept: whether tags are, and can be given to an object that is there already. */
  readonly tagsLater: boolean;
  /** Whether an etag in `If-Match` of a write stands between quotes. */
  readonly quotesEtags: boolean;
  /** Operations whose `If-Match` and `If-None-Match` are held at the instant of the write. */
  readonly conditions: readonly ConditionalOperation[];
  /** Names of a copy's conditions on its destination; listed in `conditions` as `copyObject`. */
  readonly copyConditions: { readonly ifMatch: string; readonly ifNoneMatch: string };
  /** Name of a copy's condition on its source. */
  readonly copySourceIfMatch: string;
  /** Whether `_` in the name of metadata stays. Where it does not, drivers write a dot for it, which portable names lack. */
  readonly keepsUnderscores: boolean;
  /**
   * Whether lists come in the order of the keys' bytes. Where not, a driver reads all keys of a prefix for each page, to put them in
   * order: for emulators only.
   */
  readonly listsInOrder: boolean;
  /** Whether `deleteObjects` is there. */
  readonly deletesMany: boolean;
  readonly storageClasses: readonly string[];
  /** What a driver over it declares. */
  readonly abilities: readonly StorageAbility[];
}

/** Writes that can have a condition. */
export type ConditionalOperation = 'putObject' | 'completeMultipartUpload' | 'copyObject' | 'deleteObject';

/** Partitions by the beginning of their regions: https://docs.aws.amazon.com/general/latest/gr/rande.html */
function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

const usual = {
  addressing: 'path',
  checksums: false,
  tagsLater: false,
  quotesEtags: true,
  conditions: [],
  copyConditions: { ifMatch: 'if-match', ifNoneMatch: 'if-none-match' },
  copySourceIfMatch: 'x-amz-copy-source-if-match',
  keepsUnderscores: true,
  listsInOrder: true,
  deletesMany: true,
  storageClasses: [],
} as const;

/** All dialects by name, the values of the option `dialect`. */
export const dialects = {
  aws: {
    ...usual,
    title: 'Amazon S3',
    docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html',
    addressing: 'virtual',
    endpoint: (region: string) => `https://s3.${region}.${domainOf(region)}`,
    checksums: true,
    conditions: ['putObject', 'completeMultipartUpload', 'copyObject', 'deleteObject'],
    storageClasses: [
      'STANDARD',
      'STANDARD_IA',
      'ONEZONE_IA',
      'INTELLIGENT_TIERING',
      'GLACIER_IR',
      'GLACIER',
      'DEEP_ARCHIVE',
    ],
    abilities: [
      'conditionalWrites',
      'conditionalDelete',
      'conditionalCopy',
      'multipart',
      'presign',
      'storageClasses',
      'tags',
      'versions',
      'objectLock',
    ],
  },
  // Conditions of CompleteMultipartUpload are not documented, so conditional writes are not declared.
  minio: {
    ...usual,
    title: 'MinIO',
    docs: 'https://docs.min.io/enterprise/aistor-object-store/developers/s3-api-compatibility',
    checksums: true,
    conditions: ['putObject', 'copyObject', 'deleteObject'],
    abilities: [
      'conditionalDelete',
      'conditionalCopy',
      'multipart',
      'presign',
      'tags',
      'versions',
      'objectLock',
    ],
  },
  // Tried with 16.2: conditions of a put are not atomic in a bucket with versions, those of uploads, copies and deletes are not
  // looked at; tags of uploads are lost, checksums are not kept, a retention cannot be ended.
  ceph: {
    ...usual,
    title: 'Ceph Object Gateway',
    docs: 'https://docs.ceph.com/en/latest/radosgw/s3/',
    tagsLater: true,
    quotesEtags: false,
    copySourceIfMatch: 'x-amz-copy-if-match',
    keepsUnderscores: false,
    abilities: ['multipart', 'presign', 'versions'],
  },
  r2: {
    ...usual,
    title: 'Cloudflare R2',
    docs: 'https://developers.cloudflare.com/r2/api/s3/conditional-operations/',
    checksums: true,
    conditions: ['putObject', 'completeMultipartUpload', 'copyObject'],
    copyConditions: {
      ifMatch: 'cf-copy-destination-if-match',
      ifNoneMatch: 'cf-copy-destination-if-none-match',
    },
    storageClasses: ['STANDARD', 'STANDARD_IA'],
    abilities: ['conditionalWrites', 'conditionalCopy', 'multipart', 'presign', 'storageClasses'],
  },
  b2: {
    ...usual,
    title: 'Backblaze B2',
    docs: 'https://www.backblaze.com/docs/cloud-storage-s3-compatible-api',
    endpoint: (region: string) => `https://s3.${region}.backblazeb2.com`,
    abilities: ['multipart', 'presign', 'versions', 'objectLock'],
  },
  wasabi: {
    ...usual,
    title: 'Wasabi',
    docs: 'https://docs.wasabi.com/docs/operations-on-objects',
    tagsLater: true,
    endpoint: (region: string) => `https://s3.${region}.wasabisys.com`,
    abilities: ['multipart', 'presign', 'tags', 'versions', 'objectLock'],
  },
  spaces: {
    ...usual,
    title: 'DigitalOcean Spaces',
    docs: 'https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/',
    endpoint: (region: string) => `https://${region}.digitaloceanspaces.com`,
    abilities: ['multipart', 'presign', 'versions'],
  },
  'gcs-interop': {
    ...usual,
    title: 'Google Cloud Storage, XML API',
    docs: 'https://cloud.google.com/storage/docs/interoperability',
    endpoint: () => 'https://storage.googleapis.com',
    deletesMany: false,
    abilities: ['multipart', 'presign'],
  },
  fauxqs: {
    ...usual,
    title: 'fauxqs, an emulator',
    docs: 'https://www.npmjs.com/package/fauxqs',
    checksums: true,
    listsInOrder: false,
    abilities: ['multipart'],
  },
} as const satisfies Readonly<Record<string, S3Dialect>>;

/** Name of a dialect. */
export type DialectName = keyof typeof dialects;

/** What a driver over a dialect can do, as a type. */
export type DialectAbility<Name extends DialectName> = (typeof dialects)[Name]['abilities'][number];

/** The row of a dialect, as code reads it. */
export const dialectOf = (name: DialectName): S3Dialect => dialects[name];
