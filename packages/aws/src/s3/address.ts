/** Where a bucket is. */
import type { DialectName } from './dialects.ts';
import { dialectOf } from './dialects.ts';

/** The options that say it. */
export interface AddressOptions {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly dialect: DialectName;
}

/** Addresses of one bucket. */
export interface S3Address {
  /** Base URL of the service. */
  readonly service: string;
  /** Base URL of the bucket's objects. */
  readonly bucket: URL;
  /** Whether the bucket stands in the path: always under an `endpoint`, and where a dot in its name would break TLS. */
  readonly isInPath: boolean;
}

/**
 * Finds them.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html | S3: virtual hosting of buckets}
 */
export function addressOf({ bucket, region, endpoint, dialect }: AddressOptions): S3Address {
  const row = dialectOf(dialect);
  const service = endpoint ?? row.endpoint?.(region) ?? '';
  const isInPath = endpoint !== undefined || row.addressing === 'path' || bucket.includes('.');
  const url = new URL(service);
  if (isInPath) url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}/`;
  else url.host = `${bucket}.${url.host}`;
  return { service, bucket: url, isInPath };
}
