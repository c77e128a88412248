/** Secrets of all accounts of the fake. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { fault } from '../../common/fake/protocols.ts';

/** A value as it came: text, or base64 of bytes. */
export interface StoredValue {
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

/** One version of a secret. */
export interface StoredVersion extends StoredValue {
  readonly id: string;
  readonly createdAt: number;
  stages: string[];
}

/** One secret. */
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly versions: StoredVersion[];
  changedAt: number;
  description?: string | undefined;
  kmsKeyId?: string | undefined;
  policy?: string | undefined;
  /** When it is gone. */
  goneAt?: number | undefined;
  deletedAt?: number | undefined;
  rotation?: { readonly lambdaArn: string; readonly rules: unknown; readonly at: number } | undefined;
  rotates: boolean;
}

/** What a new version is. */
export interface NewVersion {
  readonly token: string;
  readonly value: StoredValue;
  readonly stages?: readonly string[] | undefined;
}

/** Makes the state. */
export function createSecretsState(clock: Clock, region: string) {
  const secrets = new Map<string, StoredSecret>();
  const keyOf = (account: FakeAccount, name: string) => `${account.accountId}/${name}`;

  /** What is gone by now is forgotten. */
  const alive = (secret: StoredSecret): boolean => (secret.goneAt ?? Number.POSITIVE_INFINITY) > clock.now();

  const list = (account: FakeAccount): readonly StoredSecret[] =>
    [...secrets]
      .filter(([key, secret]) => key.startsWith(`${account.accountId}/`) && alive(secret))
      .map(([, secret]) => secret);

  /** By name, by ARN, or by the ARN without its six letters. @throws `ResourceNotFoundException` */
  const find = (account: FakeAccount, id: string): StoredSecret => {
    const found = list(account).find(({ name, arn }) => name === id || arn === id || arn.slice(0, -7) === id);
    if (found === undefined)
      throw fault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return found;
  };

  /** @throws `InvalidRequestException` for one that is marked for deletion */
  const findUsable = (account: FakeAccount, id: string): StoredSecret => {
    const secret = find(account, id);
    if (secret.deletedAt === undefined) return secret;
    const says = "You can't perform this operation on the secret because it was marked for deletion.";
    throw fault('InvalidRequestException', says);
  };

  /** The same token and value again is the same version. @throws `ResourceExistsException` for another value */
  const addVersion = (
    secret: StoredSecret,
    { token, value, stages = ['AWSCURRENT'] }: NewVersion,
  ): StoredVersion => {
    const known = secret.versions.find(({ id }) => id === token);
    if (known !== undefined) {
      if (known.text === value.text && known.base64 === value.base64) return known;
      const says = 'A resource with the ID you requested already exists.';
      throw fault('ResourceExistsException', says);
    }
    const version: StoredVersion = { ...value, id: token, createdAt: clock.now(), stages: [] };
    secret.versions.push(version);
    for (const stage of stages) putStage(secret, stage, version);
    secret.changedAt = clock.now();
    return version;
  };

  return {
    list,
    find,
    findUsable,
    addVersion,
    create(
      account: FakeAccount,
      name: string,
      version: NewVersion,
      more: Pick<StoredSecret, 'description' | 'kmsKeyId'> & {
        readonly tags?: Iterable<readonly [string, string]>;
      } = {},
    ): { readonly secret: StoredSecret; readonly version: StoredVersion } {
      const known = list(account).find((secret) => secret.name === name);
      if (known?.deletedAt !== undefined) {
        const says =
          "You can't create this secret because a secret with this name is already scheduled for deletion.";
        throw fault('InvalidRequestException', says);
      }
      if (known !== undefined) {
        const same = known.versions.find(({ id }) => id === version.token);
        if (same !== undefined) return { secret: known, version: addVersion(known, version) };
        throw fault(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const letters = createHash('sha256').update(keyOf(account, name)).digest('hex').slice(0, 6);
      const secret: StoredSecret = {
        name,
        arn: `arn:aws:secretsmanager:${region}:${account.accountId}:secret:${name}-${letters}`,
        createdAt: clock.now(),
        changedAt: clock.now(),
        description: more.description,
        kmsKeyId: more.kmsKeyId,
        tags: new Map(more.tags ?? []),
        versions: [],
        rotates: false,
      };
      secrets.set(keyOf(account, name), secret);
      return { secret, version: addVersion(secret, version) };
    },
  };
}

/** The state of a fake. */
export type SecretsState = ReturnType<typeof createSecretsState>;

/** A stage stands on one version at a time; the one that was current becomes the previous one. */
export function putStage(secret: StoredSecret, stage: string, on: StoredVersion): void {
  const before = secret.versions.find(({ stages }) => stages.includes(stage));
  if (before === on) return;
  takeStage(secret, stage);
  on.stages.push(stage);
  if (stage === 'AWSCURRENT' && before !== undefined) {
    takeStage(secret, 'AWSPREVIOUS');
    before.stages.push('AWSPREVIOUS');
  }
}

/** Takes a stage off whatever version it stands on. */
export function takeStage(secret: StoredSecret, stage: string): void {
  for (const version of secret.versions) version.stages = version.stages.filter((one) => one !== stage);
}
