/** The operations of the fake: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html */
import type { Clock } from '@im/core';
import {
  type JsonInput,
  object,
  objects,
  optionalNumber,
  optionalText,
  pageOf,
  text,
  texts,
} from '../../common/fake/input.ts';
import { fault, isFault } from '../../common/fake/protocols.ts';
import type { FakeCall, JsonService } from '../../common/fake/service.ts';
import { putStage, type SecretsState, takeStage } from './state.ts';
import {
  fits,
  isPolicy,
  named,
  newVersion,
  passwordOf,
  stagesOf,
  tagsOf,
  toWire,
  valueToWire,
  versionBy,
  versionToWire,
} from './wire.ts';

const invalid = 'InvalidParameterException';
const dayMs = 86_400_000;
const id = (input: JsonInput) => text(input, 'SecretId', invalid);

/** The service over its state. */
export function secretsFakeService(state: SecretsState, clock: Clock): JsonService {
  const usable = (input: JsonInput, { principal }: FakeCall) =>
    state.findUsable(principal.account, id(input));

  return {
    service: 'secretsmanager',
    kind: 'json',
    version: '1.1',
    namespace: 'com.amazonaws.secretsmanager',
    target: 'secretsmanager',
    operations: {
      GetSecretValue: (input, call) => valueToWire(usable(input, call), input),
      BatchGetSecretValue(input, { principal }) {
        const SecretValues: object[] = [];
        const Errors: object[] = [];
        for (const SecretId of texts(input, 'SecretIdList')) {
          try {
            SecretValues.push(valueToWire(state.findUsable(principal.account, SecretId), {}));
          } catch (thrown) {
            if (!isFault(thrown)) throw thrown;
            Errors.push({ SecretId, ErrorCode: thrown.code, Message: thrown.message });
          }
        }
        return { SecretValues, Errors };
      },
      CreateSecret(input, { principal }) {
        const { secret, version } = state.create(
          principal.account,
          text(input, 'Name', invalid),
          newVersion(input),
          {
            description: optionalText(input, 'Description'),
            kmsKeyId: optionalText(input, 'KmsKeyId'),
            tags: tagsOf(input),
          },
        );
        return { ...named(secret), VersionId: version.id };
      },
      PutSecretValue(input, call) {
        const secret = usable(input, call);
        const stages = 'VersionStages' in input ? texts(input, 'VersionStages') : undefined;
        const version = state.addVersion(secret, { ...newVersion(input), stages });
        return { ...named(secret), VersionId: version.id, VersionStages: version.stages };
      },
      ListSecretVersionIds(input, { principal }) {
        const secret = state.find(principal.account, id(input));
        const all = secret.versions.filter(
          ({ stages }) => stages.length > 0 || input.IncludeDeprecated === true,
        );
        const { items, next } = pageOf(
          all,
          optionalText(input, 'NextToken'),
          optionalNumber(input, 'MaxResults') ?? 100,
        );
        return { ...named(secret), Versions: items.map(versionToWire), NextToken: next };
      },
      UpdateSecretVersionStage(input, call) {
        const secret = usable(input, call);
        const stage = text(input, 'VersionStage', invalid);
        const [to, from] = ['MoveToVersionId', 'RemoveFromVersionId'].map((name) => {
          const wanted = optionalText(input, name);
          return wanted === undefined ? undefined : versionBy(secret, wanted);
        });
        const holder = secret.versions.find(({ stages }) => stages.includes(stage));
        if (holder !== undefined && holder !== to && holder !== from)
          throw fault(
            invalid,
            `The version that has the staging label ${stage} must be named in RemoveFromVersionId.`,
          );
        if (to !== undefined) putStage(secret, stage, to);
        else takeStage(secret, stage);
        return named(secret);
      },
      GetRandomPassword: (input) => ({ RandomPassword: passwordOf(input) }),
      DescribeSecret(input, { principal }) {
        const secret = state.find(principal.account, id(input));
        return { ...toWire(secret), VersionIdsToStages: stagesOf(secret) };
      },
      ListSecrets(input, { principal }) {
        const filters = objects(input, 'Filters');
        const all = state
          .list(principal.account)
          .filter((secret) => secret.deletedAt === undefined || input.IncludePlannedDeletion === true)
          .filter((secret) => filters.every((filter) => fits(secret, filter)));
        const { items, next } = pageOf(
          all,
          optionalText(input, 'NextToken'),
          optionalNumber(input, 'MaxResults') ?? 100,
        );
        return {
          SecretList: items.map((secret) => ({
            ...toWire(secret),
            SecretVersionsToStages: stagesOf(secret),
          })),
          NextToken: next,
        };
      },
      UpdateSecret(input, call) {
        const secret = usable(input, call);
        secret.description = optionalText(input, 'Description') ?? secret.description;
        secret.kmsKeyId = optionalText(input, 'KmsKeyId') ?? secret.kmsKeyId;
        secret.changedAt = clock.now();
        return named(secret);
      },
      TagResource(input, call) {
        const { tags } = usable(input, call);
        for (const [key, value] of tagsOf(input)) tags.set(key, value);
      },
      UntagResource(input, call) {
        const { tags } = usable(input, call);
        for (const key of texts(input, 'TagKeys')) tags.delete(key);
      },
      RotateSecret(input, call) {
        const secret = usable(input, call);
        const lambdaArn = optionalText(input, 'RotationLambdaARN') ?? secret.rotation?.lambdaArn;
        if (lambdaArn === undefined)
          throw fault(
            'InvalidRequestException',
            'No Lambda rotation function ARN is associated with this secret.',
          );
        const rules = object(input, 'RotationRules') ?? secret.rotation?.rules;
        secret.rotation = { lambdaArn, rules, at: clock.now() };
        secret.rotates = true;
        if (input.RotateImmediately === false) return named(secret);
        const token = text(input, 'ClientRequestToken', invalid);
        // What the function would do: a new value, tested, and made the current one.
        const known = secret.versions.find((version) => version.id === token);
        const version =
          known ?? state.addVersion(secret, { token, value: { text: `rotated-${secret.versions.length}` } });
        return { ...named(secret), VersionId: version.id };
      },
      CancelRotateSecret(input, call) {
        const secret = usable(input, call);
        secret.rotates = false;
        return named(secret);
      },
      DeleteSecret(input, { principal }) {
        const secret = state.find(principal.account, id(input));
        const days = optionalNumber(input, 'RecoveryWindowInDays');
        if (days !== undefined && (days < 7 || days > 30 || input.ForceDeleteWithoutRecovery === true))
          throw fault(invalid, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
        secret.deletedAt ??= clock.now();
        const goneAt =
          input.ForceDeleteWithoutRecovery === true ? clock.now() : clock.now() + (days ?? 30) * dayMs;
        secret.goneAt = goneAt;
        return { ...named(secret), DeletionDate: goneAt / 1_000 };
      },
      RestoreSecret(input, { principal }) {
        const secret = state.find(principal.account, id(input));
        secret.deletedAt = undefined;
        secret.goneAt = undefined;
        return named(secret);
      },
      GetResourcePolicy(input, call) {
        const secret = usable(input, call);
        return { ...named(secret), ResourcePolicy: secret.policy };
      },
      PutResourcePolicy(input, call) {
        const secret = usable(input, call);
        const policy = text(input, 'ResourcePolicy', invalid);
        if (!isPolicy(policy))
          throw fault('MalformedPolicyDocumentException', 'This resource policy contains invalid JSON.');
        if (input.BlockPublicPolicy === true && /"Principal"\s*:\s*"\*"/.test(policy))
          throw fault('PublicPolicyException', 'The policy grants broad access to the secret.');
        secret.policy = policy;
        return named(secret);
      },
      DeleteResourcePolicy(input, call) {
        const secret = usable(input, call);
        secret.policy = undefined;
        return named(secret);
      },
    },
  };
}
