/** Stores that stand together: what they are called, and what all of them can do. */
import { IntegrationError, isIntegrationError } from '@im/core';
import { hasAbility, type StorageAbility } from '../abilities.ts';
import type { ObjectAttributes, StorageDriver, StorageLimits } from '../driver.ts';
import { bareMessage, failedStore, storeOfError } from '../errors.ts';
import { type DrivenStore, driverKey, driverOf } from '../store-driver.ts';

/** Any store that `createObjectStore` made. */
export type AnyStore = DrivenStore;

/** The abilities of a store, or of each of several. */
export type AbilitiesOf<Store> = Store extends { readonly [driverKey]?: infer Driver }
  ? NonNullable<Driver> extends { readonly abilities: infer Abilities }
    ? Extract<keyof Abilities, StorageAbility>
    : never
  : never;
type LackedBy<Store> = Store extends unknown ? Exclude<StorageAbility, AbilitiesOf<Store>> : never;
/** What every one of the stores can do. */
export type SharedAbilities<Store> = Exclude<StorageAbility, LackedBy<Store>>;

/** One of several stores. */
export interface Member {
  /** Unique among its fellows, and the same in every process: journals and checkpoints hold it. */
  readonly name: string;
  readonly driver: StorageDriver;
}

/** Refuses stores that cannot be told apart. */
export function membersOf(stores: readonly AnyStore[], operation: string): readonly Member[] {
  const members = stores.map((store) => ({ driver: driverOf(store, operation), name: store.name }));
  const names = new Set(members.map(({ name }) => name));
  if (names.size === members.length && members.length > 0) return members;
  throw refusal(
    members.length === 0 ? 'there is no store' : 'two of the stores have the same name',
    operation,
    members.length === 0
      ? 'give at least one'
      : 'give each a name of its own: createObjectStore(driver, { name })',
  );
}

/** An argument that cannot be. */
export function refusal(says: string, operation: string, remedy: string): IntegrationError {
  return new IntegrationError(says, { code: 'invalid_argument', provider: 'storage', operation, remedy });
}

/** What fits all of them. */
export function sharedLimits(members: readonly Member[]): StorageLimits {
  const least = (pick: (limits: StorageLimits) => number) =>
    Math.min(...members.map(({ driver }) => pick(driver.limits)));
  return {
    maxKeyBytes: least((limits) => limits.maxKeyBytes),
    maxPutBytes: least((limits) => limits.maxPutBytes),
    minPartBytes: -least((limits) => -limits.minPartBytes),
    maxPartBytes: least((limits) => limits.maxPartBytes),
    maxParts: least((limits) => limits.maxParts),
    maxDeleteKeys: least((limits) => limits.maxDeleteKeys),
    maxPageSize: least((limits) => limits.maxPageSize),
  };
}

/** Those of the names that every one of the members declares, as a driver declares them. */
export function declared<Name extends StorageAbility>(
  names: readonly Name[],
  members: readonly Member[],
): { readonly [Each in Name]?: true } {
  const shared = names.filter((name) => members.every(({ driver }) => hasAbility(driver, name)));
  return Object.fromEntries(shared.map((name) => [name, true])) as { readonly [Each in Name]?: true };
}

/** What of an object's attributes this store can keep. */
export function keepable(driver: StorageDriver, attributes: ObjectAttributes): ObjectAttributes {
  const { contentType, metadata, storageClass, tags } = attributes;
  const knowsClass =
    storageClass !== undefined &&
    hasAbility(driver, 'storageClasses') &&
    driver.limits.storageClasses?.includes(storageClass) === true;
  return {
    contentType,
    metadata,
    ...(knowsClass && { storageClass }),
    ...(tags !== undefined && hasAbility(driver, 'tags') && { tags }),
  };
}

/** Runs a member's I/O; a failure says at which store. What is no {@link IntegrationError} passes as it is. */
export async function at<Value>(
  member: Member,
  work: (driver: StorageDriver) => Promise<Value>,
): Promise<Value> {
  try {
    return await work(member.driver);
  } catch (error) {
    throw atMember(member, error);
  }
}

/** The same error, saying at which store. */
export function atMember(member: Member, error: unknown): unknown {
  if (!isIntegrationError(error) || storeOfError(error) !== undefined) return error;
  const placed = new IntegrationError(`${bareMessage(error)}, at store ${member.name}`, error, {
    cause: error.cause ?? error,
  });
  return Object.defineProperty(placed, failedStore, { value: member.name, configurable: true });
}
