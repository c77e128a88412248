/** Secrets themselves: making, finding, changing, rotating, deleting and taking that back. */
import { type Call, idempotent, keyed, type Page, pages, read } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import { requestToken } from '../../common/token.ts';
import type { Service } from '../client.ts';
import { fromFilter, fromTags, fromValue, toChanged, toInfo } from '../map.ts';
import type {
  ChangedSecret,
  CreateOptions,
  ListFilter,
  NewValue,
  RotationOptions,
  SecretInfo,
} from '../model.ts';

const docs = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_';
const largestPage = 100;

/** Operations on secrets; `id` is a name or an ARN. */
export function secretOperations(service: Service) {
  return {
    /** Makes a secret with its first value. The key of the call is the id of that version. */
    createSecret: keyed(
      async (
        name: string,
        value: NewValue,
        options: CreateOptions | undefined,
        call: Call,
      ): Promise<ChangedSecret> => {
        if (!/^[\w/+=.@-]{1,512}$/.test(name)) refuse('a name is 1 to 512 letters, digits or /_+=.@-');
        const input = {
          Name: name,
          ClientRequestToken: requestToken(call.idempotencyKey),
          ...fromValue(value),
          ...(options?.description !== undefined && { Description: options.description }),
          ...(options?.kmsKeyId !== undefined && { KmsKeyId: options.kmsKeyId }),
          ...(options?.tags !== undefined && { Tags: fromTags(options.tags) }),
        };
        return toChanged(await service.send((sdk) => new sdk.CreateSecretCommand(input), call));
      },
      {
        docs: `${docs}CreateSecret.html`,
        scopes: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource', 'kms:GenerateDataKey'],
      },
    ),

    /** A secret without its value. */
    describeSecret: read(
      async (id: string, call: Call): Promise<SecretInfo> =>
        toInfo(await service.send((sdk) => new sdk.DescribeSecretCommand({ SecretId: id }), call)),
      { docs: `${docs}DescribeSecret.html`, scopes: ['secretsmanager:DescribeSecret'] },
    ),

    /** Secrets of this account and region, without their values. AWS may leave out what was made a moment ago. */
    listSecrets: pages(
      read(
        async (filter: ListFilter | undefined, call: Call): Promise<Page<SecretInfo>> => {
          const input = {
            MaxResults: call.pageSize ?? largestPage,
            Filters: fromFilter(filter ?? {}),
            IncludePlannedDeletion: filter?.deletedToo ?? false,
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sdk) => new sdk.ListSecretsCommand(input), call);
          return { items: (page.SecretList ?? []).map(toInfo), next: page.NextToken };
        },
        { docs: `${docs}ListSecrets.html`, scopes: ['secretsmanager:ListSecrets'] },
      ),
    ),

    /** Changes the description or the key; the value is changed by `putSecretValue`. */
    updateSecret: idempotent(
      async (
        id: string,
        changes: Pick<CreateOptions, 'description' | 'kmsKeyId'>,
        call: Call,
      ): Promise<ChangedSecret> => {
        const { description, kmsKeyId } = changes;
        if (description === undefined && kmsKeyId === undefined) refuse('name the description or the key');
        const input = {
          SecretId: id,
          ...(description !== undefined && { Description: description }),
          ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
        };
        return toChanged(await service.send((sdk) => new sdk.UpdateSecretCommand(input), call));
      },
      { docs: `${docs}UpdateSecret.html`, scopes: ['secretsmanager:UpdateSecret'] },
    ),

    /** Sets these tags; others stay. */
    tagSecret: idempotent(
      async (id: string, tags: Readonly<Record<string, string>>, call: Call): Promise<void> => {
        const input = { SecretId: id, Tags: fromTags(tags) };
        await service.send((sdk) => new sdk.TagResourceCommand(input), call);
      },
      { docs: `${docs}TagResource.html`, scopes: ['secretsmanager:TagResource'] },
    ),

    untagSecret: idempotent(
      async (id: string, names: readonly string[], call: Call): Promise<void> => {
        const input = { SecretId: id, TagKeys: [...names] };
        await service.send((sdk) => new sdk.UntagResourceCommand(input), call);
      },
      { docs: `${docs}UntagResource.html`, scopes: ['secretsmanager:UntagResource'] },
    ),

    /** Sets up rotation, and rotates now unless told otherwise. The key of the call is the id of the new version. */
    rotateSecret: keyed(
      async (id: string, options: RotationOptions | undefined, call: Call): Promise<ChangedSecret> => {
        const input = {
          SecretId: id,
          ClientRequestToken: requestToken(call.idempotencyKey),
          RotateImmediately: options?.now ?? true,
          ...(options?.lambdaArn !== undefined && { RotationLambdaARN: options.lambdaArn }),
          ...rulesOf(options),
        };
        return toChanged(await service.send((sdk) => new sdk.RotateSecretCommand(input), call));
      },
      { docs: `${docs}RotateSecret.html`, scopes: ['secretsmanager:RotateSecret', 'lambda:InvokeFunction'] },
    ),

    /** Ends rotation; what is half done stays as a version of the stage `AWSPENDING`. */
    cancelRotation: idempotent(
      async (id: string, call: Call): Promise<ChangedSecret> =>
        toChanged(await service.send((sdk) => new sdk.CancelRotateSecretCommand({ SecretId: id }), call)),
      { docs: `${docs}CancelRotateSecret.html`, scopes: ['secretsmanager:CancelRotateSecret'] },
    ),

    /**
     * Marks a secret for deletion in 7 to 30 days (default 30), until when `restoreSecret` takes it back; or deletes it now,
     * for good.
     *
     * @returns when it is gone, milliseconds since 1970
     */
    deleteSecret: idempotent(
      async (
        id: string,
        options: { readonly recoveryDays?: number; readonly forGood?: boolean } | undefined,
        call: Call,
      ): Promise<number> => {
        const { recoveryDays, forGood = false } = options ?? {};
        if (forGood && recoveryDays !== undefined) refuse('give recoveryDays or forGood, not both');
        if (recoveryDays !== undefined && !(recoveryDays >= 7 && recoveryDays <= 30))
          refuse('recoveryDays must be 7 to 30');
        const input = {
          SecretId: id,
          ...(recoveryDays !== undefined && { RecoveryWindowInDays: recoveryDays }),
          ...(forGood && { ForceDeleteWithoutRecovery: true }),
        };
        const done = await service.send((sdk) => new sdk.DeleteSecretCommand(input), call);
        return promised(done.DeletionDate, 'DeletionDate').getTime();
      },
      { docs: `${docs}DeleteSecret.html`, scopes: ['secretsmanager:DeleteSecret'] },
    ),

    /** Takes back a deletion that is planned. */
    restoreSecret: idempotent(
      async (id: string, call: Call): Promise<ChangedSecret> =>
        toChanged(await service.send((sdk) => new sdk.RestoreSecretCommand({ SecretId: id }), call)),
      { docs: `${docs}RestoreSecret.html`, scopes: ['secretsmanager:RestoreSecret'] },
    ),

    /** The resource policy, a JSON document as text; `undefined` when there is none. */
    getPolicy: read(
      async (id: string, call: Call): Promise<string | undefined> => {
        const found = await service.send((sdk) => new sdk.GetResourcePolicyCommand({ SecretId: id }), call);
        promised(found.ARN, 'ARN');
        return found.ResourcePolicy;
      },
      { docs: `${docs}GetResourcePolicy.html`, scopes: ['secretsmanager:GetResourcePolicy'] },
    ),

    /** Sets the resource policy; one that opens the secret to everybody is refused. */
    putPolicy: idempotent(
      async (id: string, policy: string, call: Call): Promise<void> => {
        const input = { SecretId: id, ResourcePolicy: policy, BlockPublicPolicy: true };
        await service.send((sdk) => new sdk.PutResourcePolicyCommand(input), call);
      },
      { docs: `${docs}PutResourcePolicy.html`, scopes: ['secretsmanager:PutResourcePolicy'] },
    ),

    deletePolicy: idempotent(
      async (id: string, call: Call): Promise<void> => {
        await service.send((sdk) => new sdk.DeleteResourcePolicyCommand({ SecretId: id }), call);
      },
      { docs: `${docs}DeleteResourcePolicy.html`, scopes: ['secretsmanager:DeleteResourcePolicy'] },
    ),
  };
}

function rulesOf(options: RotationOptions | undefined) {
  const { every, window } = options ?? {};
  if (every === undefined && window === undefined) return {};
  return {
    RotationRules: {
      ...(typeof every === 'number' && { AutomaticallyAfterDays: every }),
      ...(typeof every === 'string' && { ScheduleExpression: every }),
      ...(window !== undefined && { Duration: window }),
    },
  };
}
