/** Keys and aliases. */
import type { Clock } from '@im/core';
import { type JsonInput, optionalNumber, optionalText, pageOf, text } from '../../common/fake/input.ts';
import type { FakeCall, JsonService } from '../../common/fake/service.ts';
import { kmsFault } from './faults.ts';
import type { FakeKey, KmsState } from './state.ts';

const dayMs = 86_400_000;

/** The operations. */
export function keyOperations(state: KmsState, clock: Clock): JsonService['operations'] {
  const anyKey = (input: JsonInput, { principal }: FakeCall) =>
    state.find(principal.account, text(input, 'KeyId'));
  const keyFor = (input: JsonInput, { principal }: FakeCall, usage: string) =>
    state.findUsable(principal.account, text(input, 'KeyId'), usage);
  return {
    DescribeKey: (input, call) => ({ KeyMetadata: toWire(anyKey(input, call)) }),
    ListKeys(input, { principal }) {
      const { items, next } = pageOf(
        state.keys(principal.account),
        optionalText(input, 'Marker'),
        optionalNumber(input, 'Limit') ?? 100,
      );
      const Keys = items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn }));
      return { Keys, NextMarker: next, Truncated: next !== undefined };
    },
    ListAliases(input, { principal }) {
      const wanted = optionalText(input, 'KeyId');
      const id = wanted === undefined ? undefined : state.find(principal.account, wanted).id;
      const all = state.aliases(principal.account).filter(({ keyId }) => id === undefined || keyId === id);
      const { items, next } = pageOf(
        all,
        optionalText(input, 'Marker'),
        optionalNumber(input, 'Limit') ?? 50,
      );
      const Aliases = items.map(({ name, keyId, at }) => ({
        AliasName: name,
        AliasArn: state.find(principal.account, keyId).arn.replace(/key\/.*/, name),
        TargetKeyId: keyId,
        CreationDate: at / 1_000,
      }));
      return { Aliases, NextMarker: next, Truncated: next !== undefined };
    },
    CreateKey(input, { principal }) {
      const key = state.create(principal.account, {
        spec: optionalText(input, 'KeySpec'),
        usage: optionalText(input, 'KeyUsage'),
        description: optionalText(input, 'Description'),
      });
      return { KeyMetadata: toWire(key) };
    },
    CreateAlias(input, { principal }) {
      state.putAlias(principal.account, text(input, 'AliasName'), text(input, 'TargetKeyId'), true);
    },
    UpdateAlias(input, { principal }) {
      state.putAlias(principal.account, text(input, 'AliasName'), text(input, 'TargetKeyId'), false);
    },
    EnableKey(input, call) {
      setState(anyKey(input, call), 'Enabled');
    },
    DisableKey(input, call) {
      setState(anyKey(input, call), 'Disabled');
    },
    EnableKeyRotation(input, call) {
      const key = keyFor(input, call, 'ENCRYPT_DECRYPT');
      if (key.spec !== 'SYMMETRIC_DEFAULT')
        throw kmsFault('UnsupportedOperationException', `${key.arn} cannot be rotated.`);
      key.rotationDays = optionalNumber(input, 'RotationPeriodInDays') ?? 365;
    },
    GetKeyRotationStatus(input, call) {
      const { arn, rotationDays, createdAt } = anyKey(input, call);
      return {
        KeyId: arn,
        KeyRotationEnabled: rotationDays !== undefined,
        RotationPeriodInDays: rotationDays,
        NextRotationDate: rotationDays && (createdAt + rotationDays * dayMs) / 1_000,
      };
    },
    ScheduleKeyDeletion(input, call) {
      const key = anyKey(input, call);
      if (key.state === 'PendingDeletion')
        throw kmsFault('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      key.state = 'PendingDeletion';
      const days = optionalNumber(input, 'PendingWindowInDays') ?? 30;
      key.deletionAt = clock.now() + days * dayMs;
      return {
        KeyId: key.arn,
        DeletionDate: key.deletionAt / 1_000,
        KeyState: key.state,
        PendingWindowInDays: days,
      };
    },
    CancelKeyDeletion(input, call) {
      const key = anyKey(input, call);
      if (key.state !== 'PendingDeletion')
        throw kmsFault('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      key.state = 'Disabled';
      key.deletionAt = undefined;
      return { KeyId: key.arn };
    },
  };
}

function setState(key: FakeKey, to: 'Enabled' | 'Disabled'): void {
  if (key.state === 'PendingDeletion')
    throw kmsFault('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  key.state = to;
}

function toWire(key: FakeKey): object {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt / 1_000,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    DeletionDate: key.deletionAt && key.deletionAt / 1_000,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    KeySpec: key.spec,
    MultiRegion: false,
    ...algorithmsOf(key),
  };
}

function algorithmsOf({ spec, usage }: FakeKey): object {
  if (usage === 'GENERATE_VERIFY_MAC') return { MacAlgorithms: [`HMAC_SHA_${spec.slice(5)}`] };
  if (usage === 'SIGN_VERIFY')
    return {
      SigningAlgorithms: spec.startsWith('RSA')
        ? ['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256']
        : [ecdsa[spec] ?? 'ECDSA_SHA_256'],
    };
  return {
    EncryptionAlgorithms: spec.startsWith('RSA')
      ? ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']
      : ['SYMMETRIC_DEFAULT'],
  };
}

const ecdsa: Readonly<Record<string, string>> = {
  ECC_NIST_P384: 'ECDSA_SHA_384',
  ECC_NIST_P521: 'ECDSA_SHA_512',
};
