/**
 * A primary store and replicas of it. Whatever is written goes to the primary first, under its condition, and then to the
 * replicas; reads are the primary's. What a replica misses stands in the journal until it has it.
 */
import { type Clock, systemClock } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import { createObjectStore } from '../object-store.ts';
import type { ObjectStore, ObjectStoreOptions } from '../object-store.types.ts';
import { createCourier, type Replication } from './courier.ts';
import { createHealth, type HealthOptions } from './health.ts';
import type { Journal } from './journal.ts';
import { type AbilitiesOf, type AnyStore, membersOf, refusal, type SharedAbilities } from './member.ts';
import { replicaDriver } from './replica-driver.ts';

/** Settings that every composition hands on to its store. */
export type StoreSettings = Pick<
  ObjectStoreOptions,
  'name' | 'checksum' | 'partBytes' | 'concurrency' | 'clock'
>;

/** How to replicate. */
export interface ReplicateOptions<Primary extends AnyStore, Replica extends AnyStore> extends StoreSettings {
  readonly primary: Primary;
  /** At least one. Their names, as the primary's, have to be the same in every process. */
  readonly replicas: readonly Replica[];
  /**
   * How many replicas must have an object before a write of it resolves; a write that gets fewer is `unavailable`. `'all'`
   * and numbers above 0: bytes go to all stores at once. 0: the replicas follow later, from the primary. Default `'all'`.
   */
  readonly wait?: 'all' | number | undefined;
  /** What replicas miss. Use a durable one, or `memoryJournal()` where a crash may leave a replica behind until `verify` finds it. */
  readonly journal: Journal;
  /**
   * Whether unconditional writes go to the primary and to the replicas at the same time. Then they take as long as the slowest store
   * does, and a replica may show for a while what the primary refused, until the journal has taken it back. Default false: the
   * primary first.
   */
  readonly atOnce?: boolean | undefined;
  /**
   * Whether nobody else writes to these stores meanwhile, in this process or another. Then the primary needs not be looked at again
   * after each write, which saves a request. Default false.
   */
  readonly soleWriter?: boolean | undefined;
  /** When a replica counts as down: it is not asked then, but by and by. */
  readonly health?: HealthOptions | undefined;
  /** Keys that are brought to each replica at once. Default 4. */
  readonly catchUp?: number | undefined;
}

/**
 * What a replicated store can do. Conditions and classes are the primary's; uploads and tags need all. Not there: `presign` (an upload
 * past us would not be replicated), `versions` and `objectLock` (a version's id is one store's).
 */
export type ReplicatedAbility<Primary, Replica> =
  | Extract<
      AbilitiesOf<Primary>,
      'conditionalWrites' | 'conditionalDelete' | 'conditionalCopy' | 'storageClasses'
    >
  | Extract<SharedAbilities<Primary | Replica>, 'multipart' | 'tags'>;

/** A store with replicas. Disposing it ends the work in the background; the journal is its owner's to dispose. */
export type ReplicatedStore<Abilities extends StorageAbility> = ObjectStore<Abilities, never> & {
  readonly replication: Replication;
};

/**
 * Makes a store whose objects are in several.
 *
 * @throws {@link IntegrationError} `invalid_argument` for stores without or with the same names, and for a `wait` that no number of replicas can meet
 */
export function replicate<Primary extends AnyStore, Replica extends AnyStore>(
  options: ReplicateOptions<Primary, Replica>,
): ReplicatedStore<ReplicatedAbility<Primary, Replica>> {
  const {
    journal,
    wait = 'all',
    catchUp = 4,
    soleWriter: isSoleWriter = false,
    atOnce: isAtOnce = false,
    name,
    checksum,
    partBytes,
    concurrency,
  } = options;
  const clock: Clock = options.clock ?? systemClock;
  const [primary, ...replicas] = membersOf([options.primary, ...options.replicas], 'replicate');
  const needed = wait === 'all' ? replicas.length : wait;
  if (primary === undefined || replicas.length === 0)
    throw refusal('there is no replica', 'replicate', 'give at least one');
  if (!Number.isInteger(needed) || needed < 0 || needed > replicas.length)
    throw refusal(
      `wait is ${String(wait)}`,
      'replicate',
      `give 'all' or a number from 0 to ${replicas.length}`,
    );
  const healths = new Map(replicas.map((one) => [one.name, createHealth(clock, options.health)]));
  const health = (member: { readonly name: string }) => healths.get(member.name) ?? createHealth(clock);
  const courier = createCourier({
    ...{ journal, clock, health },
    sources: [primary],
    targets: replicas,
    concurrency: catchUp,
    alone: (target, key, work) => journal.turns(`${target.name}\u0000${key}`, work),
  });
  const driver = replicaDriver<ReplicatedAbility<Primary, Replica>>({
    ...{ primary, replicas, needed, journal, health, isSoleWriter, isAtOnce },
  });
  const store = createObjectStore(driver, {
    ...{ checksum, partBytes, concurrency, clock },
    name: name ?? primary.name,
  });
  return Object.assign(store, { replication: courier });
}
