/** What the conformance suite needs and says. */
import type { PortCase } from '@im/testing';
import type { StorageAbility } from '../abilities.ts';
import type { StorageDriver } from '../driver.ts';
import type { ObjectStore } from '../object-store.types.ts';

/** A store for one case. */
export interface OpenStore {
  readonly driver: StorageDriver;
  /** Another connection to the same objects, as a second process has it. Default: the same driver twice. */
  readonly again?: StorageDriver | undefined;
  /** Changes one stored byte of the object behind the driver's back. Absent: the case on tampering does not apply. */
  readonly tamper?: ((key: string) => Promise<void>) | undefined;
  close?(): Promise<void>;
}

/** How the suite gets at a store. */
export interface StorageHarness {
  /** Opens a store that is empty, or shares nothing with those opened before. Called once a case. */
  open(): Promise<OpenStore>;
  /** Bytes of the large object. Default 64 MiB. */
  readonly largeBytes?: number | undefined;
}

/** Everything a case works with. */
export interface CaseContext {
  /** As if it had every ability; a case names those it uses in `needs`. */
  readonly store: ObjectStore<StorageAbility>;
  readonly other: ObjectStore<StorageAbility>;
  readonly driver: StorageDriver;
  /** Smallest parts that the service takes, at least 64 KiB. */
  readonly partBytes: number;
  readonly largeBytes: number;
  readonly tamper: ((key: string) => Promise<void>) | undefined;
}

/** One case. `run` rejects when the store fails it. */
export interface StorageCase extends PortCase<CaseContext> {
  /** Abilities without which it does not apply. */
  readonly needs?: readonly StorageAbility[];
  /** Abilities that the store must not have, so that the case applies. */
  readonly without?: StorageAbility;
  /** Whether the case needs `tamper`. */
  readonly tampers?: true;
}
