/** Values: reading them, and writing new versions. */
import { type Call, idempotent, keyed, type Page, pages, read, Secret } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import { requestToken } from '../../common/token.ts';
import type { Service } from '../client.ts';
import { fromValue, toChanged, toValue, toVersion } from '../map.ts';
import type {
  ChangedSecret,
  NewValue,
  PasswordOptions,
  SecretValue,
  SecretVersion,
  ValueResult,
  VersionFilter,
} from '../model.ts';

const docs = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_';
const mostAtOnce = 20;
const largestPage = 100;

/** Operations on values; `id` is a name or an ARN. */
export function valueOperations(service: Service) {
  return {
    /** The current value, or the one of a version or stage. */
    getSecretValue: read(
      async (id: string, version: VersionFilter | undefined, call: Call): Promise<SecretValue> => {
        const input = {
          SecretId: id,
          ...(version?.versionId !== undefined && { VersionId: version.versionId }),
          ...(version?.stage !== undefined && { VersionStage: version.stage }),
        };
        return toValue(await service.send((sdk) => new sdk.GetSecretValueCommand(input), call));
      },
      { docs: `${docs}GetSecretValue.html`, scopes: ['secretsmanager:GetSecretValue', 'kms:Decrypt'] },
    ),

    /** Current values of up to 20 secrets, each with its own result, in the order of `ids`. */
    getSecretValues: read(
      async (ids: readonly string[], call: Call): Promise<readonly ValueResult[]> => {
        if (ids.length === 0 || ids.length > mostAtOnce) refuse(`ask for 1 to ${mostAtOnce} secrets at once`);
        const input = { SecretIdList: [...ids] };
        const found = await service.send((sdk) => new sdk.BatchGetSecretValueCommand(input), call);
        const values = (found.SecretValues ?? []).map(toValue);
        return ids.map((id) => {
          const value = values.find(({ name, arn }) => name === id || arn === id);
          if (value !== undefined) return { ok: true, value };
          const error = found.Errors?.find(({ SecretId }) => SecretId === id);
          return {
            ok: false,
            id,
            reason: promised(error?.ErrorCode, `result for ${ids.indexOf(id)}`),
            says: error?.Message,
          };
        });
      },
      {
        docs: `${docs}BatchGetSecretValue.html`,
        scopes: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue', 'kms:Decrypt'],
      },
    ),

    /**
     * Makes a new version, which becomes the current one unless it is given other stages. The key of the call is the id of
     * the version: the same key with another value is refused.
     */
    putSecretValue: keyed(
      async (
        id: string,
        value: NewValue,
        stages: readonly string[] | undefined,
        call: Call,
      ): Promise<ChangedSecret> => {
        const input = {
          SecretId: id,
          ClientRequestToken: requestToken(call.idempotencyKey),
          ...fromValue(value),
          ...(stages !== undefined && { VersionStages: [...stages] }),
        };
        return toChanged(await service.send((sdk) => new sdk.PutSecretValueCommand(input), call));
      },
      {
        docs: `${docs}PutSecretValue.html`,
        scopes: ['secretsmanager:PutSecretValue', 'kms:GenerateDataKey'],
      },
    ),

    /** Versions of a secret; `deprecatedToo` also those without a stage, which AWS deletes at some time. */
    listSecretVersions: pages(
      read(
        async (id: string, deprecatedToo: boolean | undefined, call: Call): Promise<Page<SecretVersion>> => {
          const input = {
            SecretId: id,
            MaxResults: call.pageSize ?? largestPage,
            IncludeDeprecated: deprecatedToo ?? false,
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sdk) => new sdk.ListSecretVersionIdsCommand(input), call);
          return { items: (page.Versions ?? []).map(toVersion), next: page.NextToken };
        },
        { docs: `${docs}ListSecretVersionIds.html`, scopes: ['secretsmanager:ListSecretVersionIds'] },
      ),
    ),

    /** Puts a stage on one version and takes it from another: the way back after a bad rotation. */
    moveStage: idempotent(
      async (
        id: string,
        stage: string,
        move: { readonly to?: string | undefined; readonly from?: string | undefined },
        call: Call,
      ): Promise<void> => {
        if (move.to === undefined && move.from === undefined)
          refuse('name the version `to` or `from`, or both');
        const input = {
          SecretId: id,
          VersionStage: stage,
          ...(move.to !== undefined && { MoveToVersionId: move.to }),
          ...(move.from !== undefined && { RemoveFromVersionId: move.from }),
        };
        await service.send((sdk) => new sdk.UpdateSecretVersionStageCommand(input), call);
      },
      {
        docs: `${docs}UpdateSecretVersionStage.html`,
        scopes: ['secretsmanager:UpdateSecretVersionStage'],
      },
    ),

    /** A password made up by AWS; kept nowhere. */
    getRandomPassword: read(
      async (options: PasswordOptions | undefined, call: Call): Promise<Secret> => {
        const input = {
          PasswordLength: options?.length ?? 32,
          ...(options?.excludeCharacters !== undefined && { ExcludeCharacters: options.excludeCharacters }),
          ExcludePunctuation: options?.punctuation === false,
          ExcludeNumbers: options?.numbers === false,
          ExcludeUppercase: options?.uppercase === false,
          ExcludeLowercase: options?.lowercase === false,
        };
        const made = await service.send((sdk) => new sdk.GetRandomPasswordCommand(input), call);
        return new Secret(promised(made.RandomPassword, 'RandomPassword'));
      },
      { docs: `${docs}GetRandomPassword.html`, scopes: ['secretsmanager:GetRandomPassword'] },
    ),
  };
}
