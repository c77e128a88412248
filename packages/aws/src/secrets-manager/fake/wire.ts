/** Between the JSON of Secrets Manager and what the fake keeps. */
import { randomInt } from 'node:crypto';
import {
  type JsonInput,
  objects,
  optionalNumber,
  optionalText,
  text,
  texts,
} from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { StoredSecret, StoredValue, StoredVersion } from './state.ts';

const invalid = 'InvalidParameterException';

/** A new version as a request states it. @throws the error for a token or value that AWS would refuse */
export function newVersion(input: JsonInput): { readonly token: string; readonly value: StoredValue } {
  const token = text(input, 'ClientRequestToken', invalid);
  if (token.length < 32 || token.length > 64)
    throw fault(invalid, 'ClientRequestToken must be 32 to 64 characters.');
  const value = { text: optionalText(input, 'SecretString'), base64: optionalText(input, 'SecretBinary') };
  if ((value.text === undefined) === (value.base64 === undefined))
    throw fault(invalid, 'You must provide either SecretString or SecretBinary.');
  return { token, value };
}

/** @throws `ResourceNotFoundException` when the secret has no such version */
export function versionBy(secret: StoredSecret, versionId: string): StoredVersion {
  const version = secret.versions.find((one) => one.id === versionId);
  if (version !== undefined) return version;
  throw fault(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for VersionId: ${versionId}`,
  );
}

/** The value of a version or stage. @throws `ResourceNotFoundException` */
export function valueToWire(secret: StoredSecret, input: JsonInput): object {
  const versionId = optionalText(input, 'VersionId');
  const stage = optionalText(input, 'VersionStage') ?? (versionId === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(
    (one) =>
      (versionId === undefined || one.id === versionId) &&
      (stage === undefined || one.stages.includes(stage)),
  );
  if (version === undefined) {
    const says = `Secrets Manager can't find the specified secret value for staging label: ${stage ?? ''}`;
    throw fault('ResourceNotFoundException', says);
  }
  return {
    ...named(secret),
    VersionId: version.id,
    SecretString: version.text,
    SecretBinary: version.base64,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1_000,
  };
}

/** What each answer says of its secret. */
export const named = ({ name, arn }: StoredSecret) => ({ ARN: arn, Name: name });

/** A secret without its value. */
export function toWire(secret: StoredSecret): object {
  const { rotation } = secret;
  return {
    ...named(secret),
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: secret.rotates,
    RotationLambdaARN: rotation?.lambdaArn,
    RotationRules: rotation?.rules,
    LastRotatedDate: rotation && rotation.at / 1_000,
    LastChangedDate: secret.changedAt / 1_000,
    DeletedDate: secret.deletedAt && secret.deletedAt / 1_000,
    CreatedDate: secret.createdAt / 1_000,
    Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

/** Stages by version. */
export function stagesOf({ versions }: StoredSecret): object {
  return Object.fromEntries(
    versions.filter(({ stages }) => stages.length > 0).map((one) => [one.id, one.stages]),
  );
}

/** One version, as it is listed. */
export function versionToWire({ id: VersionId, stages, createdAt }: StoredVersion): object {
  return {
    VersionId,
    VersionStages: stages.length === 0 ? undefined : stages,
    CreatedDate: createdAt / 1_000,
  };
}

/** Tags of a request. */
export function tagsOf(input: JsonInput): readonly (readonly [string, string])[] {
  return objects(input, 'Tags').map((tag) => [text(tag, 'Key', invalid), optionalText(tag, 'Value') ?? '']);
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html */
export function fits(secret: StoredSecret, filter: JsonInput): boolean {
  const about: Readonly<Record<string, readonly string[]>> = {
    name: [secret.name],
    description: [secret.description ?? ''],
    'tag-key': [...secret.tags.keys()],
    'tag-value': [...secret.tags.values()],
  };
  const have = about[text(filter, 'Key', invalid)] ?? [];
  return texts(filter, 'Values').some((value) =>
    value.startsWith('!')
      ? !have.some((one) => one.startsWith(value.slice(1)))
      : have.some((one) => one.startsWith(value)),
  );
}

/** A password as a request describes it. */
export function passwordOf(input: JsonInput): string {
  const kinds = [
    ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
    ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['ExcludeNumbers', '0123456789'],
    ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  ] as const;
  const excluded = optionalText(input, 'ExcludeCharacters') ?? '';
  const letters = kinds
    .flatMap(([name, some]) => (input[name] === true ? [] : [...some]))
    .filter((letter) => !excluded.includes(letter));
  if (letters.length === 0) throw fault(invalid, 'No characters are left to make a password of.');
  const length = optionalNumber(input, 'PasswordLength') ?? 32;
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** Whether it is JSON at all. */
export function isPolicy(policy: string): boolean {
  try {
    return typeof JSON.parse(policy) === 'object';
  } catch {
    // What is no JSON is what is asked about.
    return false;
  }
}
