/** From objects of Cloud Storage to the port's, and back. */
import type { Checksum, ObjectAttributes, ObjectInfo, ObjectLock, WriteCondition } from '@im/storage';
import { driverError } from '@im/storage';
import type { GcsAttributes, GcsObject } from '../model.ts';

/** Names in the metadata that are ours. */
export const names = {
  /** `sha256:<hex>`, and `:<bytes of a part>` behind it. */
  checksum: 'im-checksum',
  /** Tells one write from all others. */
  write: 'im-write',
  /** The key that a part belongs to. */
  key: 'im-key',
} as const;

/** The port's facts of an object. Its etag is the generation, which differs with every write. */
export function toInfo(object: GcsObject, key: string): ObjectInfo {
  const checksum = readChecksum(object.metadata[names.checksum]);
  const lock = toLock(object);
  return {
    key,
    size: object.size,
    etag: object.generation,
    contentType: object.contentType,
    metadata: ownMetadata(object.metadata),
    modifiedAt: object.createdAt,
    storageClass: object.storageClass,
    versionId: object.generation,
    ...(checksum && { checksum }),
    ...(lock && { lock }),
  };
}

/** The user's own. */
function ownMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith('im-')));
}

/** What to store beside the bytes. */
export function toAttributes(
  attributes: ObjectAttributes,
  checksum: Checksum,
  writeId: string | undefined,
): GcsAttributes {
  const { contentType, metadata, storageClass, lock } = attributes;
  return {
    contentType,
    storageClass,
    metadata: {
      ...metadata,
      [names.checksum]: writeChecksum(checksum),
      ...(writeId && { [names.write]: writeId }),
    },
    ...fromLock(lock),
  };
}

/** Everything that is stored beside an object, for a copy that changes a part of it. */
export function attributesOf(object: GcsObject): GcsAttributes {
  const { contentType, contentEncoding, cacheControl, contentDisposition, contentLanguage } = object;
  const { metadata, storageClass } = object;
  return {
    ...{ contentType, contentEncoding, cacheControl, contentDisposition, contentLanguage },
    ...{ metadata, storageClass },
  };
}

function writeChecksum({ algorithm, value, partBytes }: Checksum): string {
  return `${algorithm}:${value}${partBytes === undefined ? '' : `:${partBytes}`}`;
}

/** What does not look like one of ours is none. */
function readChecksum(text: string | undefined): Checksum | undefined {
  const [, algorithm, value = '', partBytes] =
    /^(sha256|crc32):([0-9a-f]{8}|[0-9a-f]{64})(?::(\d{1,15}))?$/.exec(text ?? '') ?? [];
  if (algorithm !== 'sha256' && algorithm !== 'crc32') return undefined;
  return { algorithm, value, ...(partBytes && { partBytes: Number(partBytes) }) };
}

function toLock({ retention, temporaryHold, eventBasedHold }: GcsObject): ObjectLock | undefined {
  const legalHold = temporaryHold || eventBasedHold;
  if (retention === undefined && !legalHold) return undefined;
  return {
    ...(retention && {
      retention: {
        mode: retention.mode === 'Locked' ? 'compliance' : 'governance',
        until: retention.retainUntil,
      },
    }),
    ...(legalHold && { legalHold }),
  };
}

function fromLock(lock: ObjectLock | undefined): GcsAttributes {
  if (lock === undefined) return {};
  return { retention: fromRetention(lock.retention), temporaryHold: lock.legalHold };
}

export function fromRetention(retention: ObjectLock['retention']): GcsAttributes['retention'] {
  return (
    retention && {
      mode: retention.mode === 'compliance' ? 'Locked' : 'Unlocked',
      retainUntil: retention.until,
    }
  );
}

/** A generation, as an etag or a version's id names it. */
export function isGeneration(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text);
}

/** @throws `failed_precondition` for an etag that no object here can have */
export function generationOf(etag: string | undefined): string | undefined {
  if (etag === undefined || isGeneration(etag)) return etag;
  throw driverError('condition');
}

/** The condition of a write as the service has it. */
export function toCondition({ ifMatch, ifNoneMatch }: WriteCondition): {
  readonly ifGenerationMatch?: string | undefined;
} {
  return { ifGenerationMatch: ifNoneMatch === '*' ? '0' : generationOf(ifMatch) };
}
