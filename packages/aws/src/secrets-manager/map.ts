/** Between the SDK's shapes and ours. */
import type {
  DescribeSecretCommandOutput,
  Filter,
  GetSecretValueCommandOutput,
  SecretListEntry,
  SecretVersionsListEntry,
  Tag,
} from '@aws-sdk/client-secrets-manager';
import { Secret, SecretBytes } from '@im/core';
import { promised, refuse } from '../common/service.ts';
import type { ChangedSecret, ListFilter, NewValue, SecretInfo, SecretValue, SecretVersion } from './model.ts';

/** Most bytes of a value. */
const mostBytes = 65_536;

/** A value as the SDK wants it. @throws `VendorError` `invalid_argument` for one that AWS would refuse */
export function fromValue(value: NewValue): { SecretString: string } | { SecretBinary: Uint8Array } {
  const content = value instanceof Uint8Array || typeof value === 'string' ? value : value.reveal();
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
  if (size === 0) refuse('a secret needs a value of at least one byte');
  if (size > mostBytes) refuse(`a secret has at most ${mostBytes} bytes; this one has ${size}`);
  return typeof content === 'string' ? { SecretString: content } : { SecretBinary: content };
}

/** A value of an answer. */
export function toValue(found: Omit<GetSecretValueCommandOutput, '$metadata'>): SecretValue {
  const { SecretString, SecretBinary } = found;
  return {
    name: promised(found.Name, 'Name'),
    arn: promised(found.ARN, 'ARN'),
    versionId: promised(found.VersionId, 'VersionId'),
    stages: found.VersionStages ?? [],
    createdAt: found.CreatedDate?.getTime(),
    ...(SecretString !== undefined && { text: new Secret(SecretString) }),
    ...(SecretBinary !== undefined && { bytes: new SecretBytes(SecretBinary) }),
  };
}

/** A secret without its value. */
export function toInfo(found: SecretListEntry & Omit<DescribeSecretCommandOutput, '$metadata'>): SecretInfo {
  return {
    name: promised(found.Name, 'Name'),
    arn: promised(found.ARN, 'ARN'),
    description: found.Description,
    kmsKeyId: found.KmsKeyId,
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    versions: found.VersionIdsToStages ?? found.SecretVersionsToStages ?? {},
    rotates: found.RotationEnabled ?? false,
    createdAt: found.CreatedDate?.getTime(),
    changedAt: found.LastChangedDate?.getTime(),
    rotatedAt: found.LastRotatedDate?.getTime(),
    nextRotationAt: found.NextRotationDate?.getTime(),
    accessedAt: found.LastAccessedDate?.getTime(),
    deletedAt: found.DeletedDate?.getTime(),
    rotationLambdaArn: found.RotationLambdaARN,
  };
}

/** One version. */
export function toVersion(entry: SecretVersionsListEntry): SecretVersion {
  return {
    versionId: promised(entry.VersionId, 'VersionId'),
    stages: entry.VersionStages ?? [],
    createdAt: entry.CreatedDate?.getTime(),
    accessedAt: entry.LastAccessedDate?.getTime(),
  };
}

/** What a change answers. */
export function toChanged(answer: {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly VersionId?: string | undefined;
}): ChangedSecret {
  const { Name, ARN, VersionId } = answer;
  return {
    name: promised(Name, 'Name'),
    arn: promised(ARN, 'ARN'),
    ...(VersionId !== undefined && { versionId: VersionId }),
  };
}

/** Tags as the SDK wants them. */
export function fromTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

const filterKeys = {
  name: 'name',
  description: 'description',
  tagKey: 'tag-key',
  tagValue: 'tag-value',
} as const satisfies Partial<Record<keyof ListFilter, Filter['Key']>>;

/** Filters as the SDK wants them. */
export function fromFilter(filter: ListFilter): Filter[] {
  return Object.entries(filterKeys).flatMap(([name, Key]) => {
    const value = filter[name as keyof typeof filterKeys];
    return value === undefined ? [] : [{ Key, Values: [value] }];
  });
}
