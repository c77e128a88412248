/** Keys and aliases of all accounts of the fake. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { type Material, makeMaterial } from './crypto.ts';
import { kmsFault } from './faults.ts';

/** One key. */
export interface FakeKey {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  readonly spec: string;
  readonly usage: string;
  readonly createdAt: number;
  description: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionAt?: number | undefined;
  rotationDays?: number | undefined;
  /** Made when it is first needed: a pair takes a while. */
  material(): Material;
}

/** What a new key is. */
export interface NewFakeKey {
  readonly spec?: string | undefined;
  readonly usage?: string | undefined;
  readonly description?: string | undefined;
}

const usages: readonly (readonly [spec: RegExp, usage: string])[] = [
  [/^HMAC_/, 'GENERATE_VERIFY_MAC'],
  [/^(ECC_|SM2)/, 'SIGN_VERIFY'],
  [/./, 'ENCRYPT_DECRYPT'],
];

/** Makes the state. */
export function createKmsState(clock: Clock, region: string) {
  const keys = new Map<string, FakeKey>();
  const aliases = new Map<
    string,
    { readonly accountId: string; readonly name: string; keyId: string; readonly at: number }
  >();
  const counts = new Map<string, number>();

  const own = (account: FakeAccount) =>
    [...keys.values()].filter(({ accountId }) => accountId === account.accountId);

  /** By id, ARN or alias. @throws `NotFoundException` */
  const find = (account: FakeAccount, name: string): FakeKey => {
    const bare = name.replace(/^arn:aws:kms:[^:]+:\d+:(key\/)?/, '');
    const foreign = /^arn:aws:kms:[^:]+:(\d+):/.exec(name)?.[1];
    const isOwn = foreign === undefined || foreign === account.accountId;
    const id = aliases.get(`${account.accountId}/${bare}`)?.keyId ?? bare;
    const key = own(account).find((one) => one.id === id);
    if (isOwn && key !== undefined) return key;
    throw kmsFault('NotFoundException', `Key '${name}' does not exist`);
  };

  return {
    keys: own,
    find,
    aliases: (account: FakeAccount) =>
      [...aliases.values()].filter(({ accountId }) => accountId === account.accountId),
    /** @throws `DisabledException`, `KMSInvalidStateException` */
    findUsable(account: FakeAccount, name: string, usage: string): FakeKey {
      const key = find(account, name);
      if (key.state === 'Disabled') throw kmsFault('DisabledException', `${key.arn} is disabled.`);
      if (key.state === 'PendingDeletion')
        throw kmsFault('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      if (key.usage !== usage)
        throw kmsFault(
          'InvalidKeyUsageException',
          `${key.arn} key usage is ${key.usage} which is not valid for this operation.`,
        );
      return key;
    },
    create(
      account: FakeAccount,
      { spec = 'SYMMETRIC_DEFAULT', usage, description = '' }: NewFakeKey,
    ): FakeKey {
      const number = (counts.get(account.accountId) ?? 0) + 1;
      counts.set(account.accountId, number);
      const id = uuidOf(`${account.accountId}/${number}`);
      let material: Material | undefined;
      const key: FakeKey = {
        id,
        arn: `arn:aws:kms:${region}:${account.accountId}:key/${id}`,
        accountId: account.accountId,
        spec,
        usage: usage ?? usages.find(([specs]) => specs.test(spec))?.[1] ?? 'ENCRYPT_DECRYPT',
        createdAt: clock.now(),
        description,
        state: 'Enabled',
        material: () => (material ??= makeMaterial(spec, `${account.accountId}/${id}`)),
      };
      keys.set(key.arn, key);
      return key;
    },
    putAlias(account: FakeAccount, name: string, keyId: string, isNew: boolean): void {
      const place = `${account.accountId}/${name}`;
      if (isNew && aliases.has(place))
        throw kmsFault('AlreadyExistsException', `An alias with the name ${name} already exists`);
      if (!isNew && !aliases.has(place)) throw kmsFault('NotFoundException', `Alias ${name} is not found.`);
      aliases.set(place, {
        accountId: account.accountId,
        name,
        keyId: find(account, keyId).id,
        at: clock.now(),
      });
    },
  };
}

/** The state of a fake. */
export type KmsState = ReturnType<typeof createKmsState>;

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
