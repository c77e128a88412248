/** Between what the port knows of an object and what the service keeps beside a blob. */
import { IntegrationError, isIntegrationError, VendorError } from '@im/core';
import { type Checksum, driverError, type ObjectAttributes, type ObjectInfo } from '@im/storage';
import { writeKeyName } from '../lanes/lane.ts';
import type { BlobAttributes, BlobProperties, BlobWritten } from '../model.ts';
import { fromMetadataName, fromMetadataValue, toMetadataName, toMetadataValue } from './metadata.ts';

/** Metadata of ours: the checksum, `sha256:…`, and the bytes of its parts where it is one by parts. */
const checksumName = toMetadataName('im-checksum');

/** What goes beside a blob. */
export function toAttributes(
  { contentType, metadata, storageClass, tags }: ObjectAttributes,
  checksum: Checksum | undefined,
): BlobAttributes {
  return { contentType, metadata: toMetadata(metadata, checksum), tier: storageClass, tags };
}

/** Metadata and checksum as the service keeps them. */
export function toMetadata(
  metadata: Readonly<Record<string, string>>,
  checksum: Checksum | undefined,
): Record<string, string> {
  const stored: Record<string, string> = {};
  for (const name in metadata) stored[toMetadataName(name)] = toMetadataValue(metadata[name] ?? '');
  if (checksum !== undefined) stored[checksumName] = writtenChecksum(checksum);
  return stored;
}

function writtenChecksum({ algorithm, value, partBytes }: Checksum): string {
  return partBytes === undefined ? `${algorithm}:${value}` : `${algorithm}:${value}:${partBytes}`;
}

/** A checksum that we wrote; what reads otherwise is none. */
function readChecksum(text: string | undefined): Checksum | undefined {
  const [, algorithm, value, partBytes] = /^(sha256|crc32):([0-9a-f]+)(?::(\d+))?$/.exec(text ?? '') ?? [];
  if (value === undefined) return undefined;
  return {
    algorithm: algorithm === 'crc32' ? 'crc32' : 'sha256',
    value,
    partBytes: partBytes === undefined ? undefined : Number(partBytes),
  };
}

/** What the port knows of a blob. */
export function toInfo(
  key: string,
  properties: BlobProperties,
  tags: Readonly<Record<string, string>> | undefined,
): ObjectInfo {
  const metadata: Record<string, string> = {};
  for (const name in properties.metadata) {
    if (name === checksumName || name === writeKeyName) continue;
    metadata[fromMetadataName(name)] = fromMetadataValue(properties.metadata[name] ?? '');
  }
  return {
    key,
    size: properties.size,
    etag: properties.etag,
    contentType: properties.contentType,
    metadata,
    modifiedAt: properties.lastModified,
    checksum: readChecksum(properties.metadata[checksumName]),
    storageClass: properties.accessTier,
    tags,
  };
}

/** What the port knows of a blob that was just written. */
export function writtenInfo(
  key: string,
  size: number,
  { contentType, metadata, storageClass, tags }: ObjectAttributes,
  checksum: Checksum | undefined,
  { etag, lastModified }: BlobWritten,
): ObjectInfo {
  return { key, size, etag, contentType, metadata, modifiedAt: lastModified, checksum, storageClass, tags };
}

/** What failed conditions are called in the port. */
const conditionReasons = /^(ConditionNotMet|BlobAlreadyExists|TargetConditionNotMet|SourceConditionNotMet)$/;

/** A failure of an operation in the port's words; conditions are told apart from all else. */
export function driverFailure(error: unknown): unknown {
  if (error instanceof VendorError) return streamFailure(error);
  if (!isIntegrationError(error)) return error;
  const options = { cause: error };
  if (error.status === 304) return driverError('not_modified', options);
  if (error.status === 416) return driverError('range', options);
  if (conditionReasons.test(error.reason ?? '')) return driverError('condition', options);
  if (isAbsent(error)) return driverError('not_found', options);
  return error;
}

/** What breaks while bytes are read, when the operation has ended long since. */
function streamFailure(error: VendorError): IntegrationError {
  const { code, says, reason, status } = error.failure;
  return new IntegrationError(
    says ?? 'the answer was not complete',
    { code: code ?? 'unavailable', reason, status, remedy: 'read it again' },
    { cause: error },
  );
}

/** Whether the service has no such blob. */
export function isAbsent(error: unknown): boolean {
  return isIntegrationError(error) && error.reason === 'BlobNotFound';
}

/** Settles as `promise` does, with failures in the port's words. */
export async function inPort<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    throw driverFailure(error);
  }
}
