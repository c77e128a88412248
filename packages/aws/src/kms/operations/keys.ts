/** Keys themselves: making, finding, naming, rotating, and planning their end. */
import { type Call, idempotent, type Page, pages, read, unsafe } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { toKeyInfo } from '../map.ts';
import type { Alias, KeyInfo, KeyRef, NewKey, Rotation } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/kms/latest/APIReference/API_';
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html: up to 1,000; of aliases 100. */
const largestKeyPage = 1_000;
const largestAliasPage = 100;

/** Operations on keys; `key` is an id or an ARN, and for `describeKey` an alias too. */
export function keyOperations(service: Service) {
  return {
    describeKey: read(
      async (key: string, call: Call): Promise<KeyInfo> => {
        const found = await service.send((kms) => new kms.DescribeKeyCommand({ KeyId: key }), call);
        return toKeyInfo(found.KeyMetadata);
      },
      { docs: `${docs}DescribeKey.html`, scopes: ['kms:DescribeKey'] },
    ),

    /** Keys of this account and region. */
    listKeys: pages(
      read(
        async (call: Call): Promise<Page<KeyRef>> => {
          const input = { Limit: call.pageSize ?? largestKeyPage, ...markerOf(call) };
          const page = await service.send((kms) => new kms.ListKeysCommand(input), call);
          const items = (page.Keys ?? []).map(({ KeyId, KeyArn }) => ({
            id: promised(KeyId, 'KeyId'),
            arn: promised(KeyArn, 'KeyArn'),
          }));
          return { items, next: page.Truncated ? page.NextMarker : undefined };
        },
        { docs: `${docs}ListKeys.html`, scopes: ['kms:ListKeys'] },
      ),
    ),

    /** Names of keys; those of one key, or all. */
    listAliases: pages(
      read(
        async (key: string | undefined, call: Call): Promise<Page<Alias>> => {
          const input = {
            Limit: call.pageSize ?? largestAliasPage,
            ...(key !== undefined && { KeyId: key }),
            ...markerOf(call),
          };
          const page = await service.send((kms) => new kms.ListAliasesCommand(input), call);
          const items = (page.Aliases ?? []).map(({ AliasName, AliasArn, TargetKeyId }) => ({
            name: promised(AliasName, 'AliasName'),
            arn: promised(AliasArn, 'AliasArn'),
            keyId: TargetKeyId,
          }));
          return { items, next: page.Truncated ? page.NextMarker : undefined };
        },
        { docs: `${docs}ListAliases.html`, scopes: ['kms:ListAliases'] },
      ),
    ),

    /** Makes a key, which costs money from now on and can only be deleted with a delay. */
    createKey: unsafe(
      async (key: NewKey | undefined, call: Call): Promise<KeyInfo> => {
        const { description, spec, usage, tags, multiRegion } = key ?? {};
        const input = {
          ...(description !== undefined && { Description: description }),
          ...(spec !== undefined && { KeySpec: spec }),
          ...(usage !== undefined && { KeyUsage: usage }),
          ...(multiRegion !== undefined && { MultiRegion: multiRegion }),
          ...(tags !== undefined && {
            Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
          }),
        };
        const made = await service.send((kms) => new kms.CreateKeyCommand(input), call);
        return toKeyInfo(made.KeyMetadata);
      },
      { docs: `${docs}CreateKey.html`, scopes: ['kms:CreateKey', 'kms:TagResource'] },
    ),

    /** Gives a key a name, `alias/…`, that no other has. */
    createAlias: unsafe(
      async (name: string, key: string, call: Call): Promise<void> => {
        checkAlias(name);
        await service.send((kms) => new kms.CreateAliasCommand({ AliasName: name, TargetKeyId: key }), call);
      },
      { docs: `${docs}CreateAlias.html`, scopes: ['kms:CreateAlias'] },
    ),

    /** Points a name at another key. */
    updateAlias: idempotent(
      async (name: string, key: string, call: Call): Promise<void> => {
        checkAlias(name);
        await service.send((kms) => new kms.UpdateAliasCommand({ AliasName: name, TargetKeyId: key }), call);
      },
      { docs: `${docs}UpdateAlias.html`, scopes: ['kms:UpdateAlias'] },
    ),

    enableKey: idempotent(
      async (key: string, call: Call): Promise<void> => {
        await service.send((kms) => new kms.EnableKeyCommand({ KeyId: key }), call);
      },
      { docs: `${docs}EnableKey.html`, scopes: ['kms:EnableKey'] },
    ),

    /** Takes a key out of use; what it encrypted cannot be read until it is enabled again. */
    disableKey: idempotent(
      async (key: string, call: Call): Promise<void> => {
        await service.send((kms) => new kms.DisableKeyCommand({ KeyId: key }), call);
      },
      { docs: `${docs}DisableKey.html`, scopes: ['kms:DisableKey'] },
    ),

    getRotation: read(
      async (key: string, call: Call): Promise<Rotation> => {
        const found = await service.send((kms) => new kms.GetKeyRotationStatusCommand({ KeyId: key }), call);
        return {
          isEnabled: promised(found.KeyRotationEnabled, 'KeyRotationEnabled'),
          everyDays: found.RotationPeriodInDays,
          nextAt: found.NextRotationDate?.getTime(),
        };
      },
      { docs: `${docs}GetKeyRotationStatus.html`, scopes: ['kms:GetKeyRotationStatus'] },
    ),

    /** Has AWS rotate the material of a symmetric key, every 90 to 2,560 days; default 365. */
    enableRotation: idempotent(
      async (key: string, everyDays: number | undefined, call: Call): Promise<void> => {
        if (everyDays !== undefined && !(everyDays >= 90 && everyDays <= 2_560))
          refuse('everyDays must be 90 to 2560');
        const input = { KeyId: key, ...(everyDays !== undefined && { RotationPeriodInDays: everyDays }) };
        await service.send((kms) => new kms.EnableKeyRotationCommand(input), call);
      },
      { docs: `${docs}EnableKeyRotation.html`, scopes: ['kms:EnableKeyRotation'] },
    ),

    /**
     * Plans the deletion of a key in 7 to 30 days, default 30: from then on nobody can read what it encrypted.
     *
     * @returns when it is gone, milliseconds since 1970
     */
    scheduleKeyDeletion: unsafe(
      async (key: string, days: number | undefined, call: Call): Promise<number> => {
        if (days !== undefined && !(days >= 7 && days <= 30)) refuse('days must be 7 to 30');
        const input = { KeyId: key, PendingWindowInDays: days ?? 30 };
        const done = await service.send((kms) => new kms.ScheduleKeyDeletionCommand(input), call);
        return promised(done.DeletionDate, 'DeletionDate').getTime();
      },
      { docs: `${docs}ScheduleKeyDeletion.html`, scopes: ['kms:ScheduleKeyDeletion'] },
    ),

    /** Takes back a planned deletion; the key is disabled then. */
    cancelKeyDeletion: unsafe(
      async (key: string, call: Call): Promise<void> => {
        await service.send((kms) => new kms.CancelKeyDeletionCommand({ KeyId: key }), call);
      },
      { docs: `${docs}CancelKeyDeletion.html`, scopes: ['kms:CancelKeyDeletion'] },
    ),
  };
}

function markerOf({ cursor }: Call) {
  return cursor === undefined ? {} : { Marker: cursor };
}

function checkAlias(name: string): void {
  if (!/^alias\/(?!aws\/)[\w/-]{1,250}$/.test(name))
    refuse('an alias is alias/ and letters, digits, _ - /, not alias/aws/');
}
