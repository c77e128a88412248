/** What some stores can do and others cannot. A driver declares its own; all else of the contract every driver does. */
import { IntegrationError } from '@im/core';
import type { StorageDriver } from './driver.ts';

/** Every ability, with what it allows. */
export const storageAbilities = {
  conditionalWrites: 'put and completed uploads with ifMatch or ifNoneMatch',
  conditionalDelete: 'delete with ifMatch',
  conditionalCopy: 'copy with ifMatch or ifNoneMatch on the destination',
  multipart: 'streams of unknown length and resumable uploads',
  presign: 'URLs that let others get or put one object',
  storageClasses: 'put and copy with a storage class',
  tags: 'labels beside the metadata',
  versions: 'listing, reading and deleting earlier versions',
  objectLock: 'versions that nobody can delete for a time, or while a hold is on them',
} as const;

/** Name of an ability. */
export type StorageAbility = keyof typeof storageAbilities;

/** `Yes` where `Name` is among the abilities, else nothing. */
export type Where<Abilities, Name extends StorageAbility, Yes> = Name extends Abilities ? Yes : unknown;

/** Whether the driver declares the ability. */
export function hasAbility(driver: StorageDriver, name: StorageAbility): boolean {
  return (driver.abilities as Partial<Record<StorageAbility, true>>)[name] === true;
}

/** @throws {@link IntegrationError} `unimplemented` when the driver does not declare it */
export function needAbility(driver: StorageDriver, name: StorageAbility, operation: string): void {
  if (hasAbility(driver, name)) return;
  throw new IntegrationError(`this store has no ability "${name}" (${storageAbilities[name]})`, {
    code: 'unimplemented',
    provider: driver.name,
    operation,
    remedy: 'leave it out or bind a store that has it',
  });
}

/** Members of a driver that stand and fall with an ability. */
const members = [
  ['multipart', 'uploads', (driver) => driver.uploads],
  ['presign', 'presign', (driver) => driver.presign],
  ['versions', 'versions', (driver) => driver.versions],
  ['objectLock', 'versions.setLock', (driver) => driver.versions?.setLock],
] as const satisfies readonly (readonly [StorageAbility, string, (driver: StorageDriver) => unknown])[];

/** Refuses a driver that declares what it has no members for, or has what it does not declare, or lacks what is needed. */
export function checkAbilities(driver: StorageDriver, needs: readonly StorageAbility[]): void {
  for (const [name, member, read] of members) {
    if (hasAbility(driver, name) === (read(driver) !== undefined)) continue;
    throw new IntegrationError(
      `the driver's ability "${name}" and its member "${member}" do not go together`,
      {
        code: 'unimplemented',
        provider: driver.name,
        operation: 'createObjectStore',
        remedy: 'declare both or neither',
      },
    );
  }
  for (const name of needs) needAbility(driver, name, 'createObjectStore');
}
