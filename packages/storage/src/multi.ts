export { type Checkpoint, fileCheckpoint, type MigrationState, stateCheckpoint } from './multi/checkpoint.ts';
export type { Replication, StoreLag } from './multi/courier.ts';
export {
  type FailoverAbility,
  type FailoverOptions,
  type FailoverStore,
  failover,
  type StoreStatus,
} from './multi/failover.ts';
export type { HealthOptions, HealthState } from './multi/health.ts';
export {
  createJournal,
  type Journal,
  type JournalEntry,
  type JournalOptions,
  memoryJournal,
} from './multi/journal.ts';
export { type JournalStorage, objectStorage, stateStorage } from './multi/journal-storage.ts';
export { type Location, type Locations, objectLocations, stateLocations } from './multi/locations.ts';
export type { AbilitiesOf, AnyStore, SharedAbilities } from './multi/member.ts';
export { type MigrateOptions, type MigrationReport, migrate } from './multi/migrate.ts';
export {
  type MirroredAbility,
  type MirroredStore,
  type MirrorOptions,
  type MirrorStatus,
  mirror,
} from './multi/mirror.ts';
export { type PlacedAbility, type PlacedStore, type PlacementOptions, placement } from './multi/placement.ts';
export type {
  Placement,
  PlacementCondition,
  PlacementFacts,
  PlacementPolicy,
  PlacementRule,
  PlacementStep,
  PlacementStore,
  StorageCosts,
} from './multi/placement.types.ts';
export type { TransferProgress } from './multi/progress.ts';
export {
  type ReplicatedAbility,
  type ReplicatedStore,
  type ReplicateOptions,
  replicate,
  type StoreSettings,
} from './multi/replicate.ts';
export { type Difference, type VerifyOptions, type VerifyReport, verify } from './multi/verify.ts';
export type { ListedObject, WalkOptions } from './multi/walk-pairs.ts';
