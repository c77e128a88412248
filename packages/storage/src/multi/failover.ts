/**
 * Stores of which the first one that answers is asked. A store that fails again and again is left alone for a while, and tried
 * again after it. What was written to a later store while an earlier one was down stands in the journal, and is brought back:
 * at the latest before that key is read from, or written to, the earlier one again.
 */
import { type Clock, systemClock } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import { createObjectStore } from '../object-store.ts';
import type { ObjectStore } from '../object-store.types.ts';
import { createCourier, type Replication } from './courier.ts';
import { failoverDriver } from './failover-driver.ts';
import { createHealth, type HealthOptions, type HealthState } from './health.ts';
import type { Journal } from './journal.ts';
import { createKeyLocks } from './key-locks.ts';
import { type AbilitiesOf, type AnyStore, membersOf, type SharedAbilities } from './member.ts';
import type { StoreSettings } from './replicate.ts';

/** How to fail over. */
export interface FailoverOptions<Primary extends AnyStore, Other extends AnyStore> extends StoreSettings {
  readonly primary: Primary;
  /** Asked in this order. Their names, as the primary's, have to be the same in every process. */
  readonly others: readonly Other[];
  /**
   * Present: writes fail over too, and what they are owed is kept here. Absent: writes are the primary's alone. Give the journal
   * of `replicate` where one of the stores is replicated to others of them. One process at a time may write so.
   */
  readonly journal?: Journal | undefined;
  readonly health?: HealthOptions | undefined;
}

/** How one of the stores does. */
export interface StoreStatus {
  readonly store: string;
  readonly state: HealthState;
  /** Milliseconds until it is asked again. 0: it may be asked. */
  readonly waitMs: number;
  /** Its last failure since it was well. */
  readonly error?: unknown;
}

/**
 * What a store with failover can do. Conditional writes are the primary's and never fail over, since their conditions are on what
 * the primary has; all else needs all. Not there: `presign`, `versions` and `objectLock`.
 */
export type FailoverAbility<Primary, Other> =
  | Extract<AbilitiesOf<Primary>, 'conditionalWrites' | 'conditionalDelete' | 'conditionalCopy'>
  | Extract<SharedAbilities<Primary | Other>, 'multipart' | 'tags' | 'storageClasses'>;

/** A store that fails over. Disposing it ends the work in the background. */
export type FailoverStore<Abilities extends StorageAbility> = ObjectStore<Abilities, never> & {
  readonly failover: {
    /** In the order of asking. */
    status(): readonly StoreStatus[];
  } & Replication;
};

/** Makes a store over several that hold the same. @throws `invalid_argument` for stores without or with the same names */
export function failover<Primary extends AnyStore, Other extends AnyStore>(
  options: FailoverOptions<Primary, Other>,
): FailoverStore<FailoverAbility<Primary, Other>> {
  const { journal, name, checksum, partBytes, concurrency } = options;
  const clock: Clock = options.clock ?? systemClock;
  const members = membersOf([options.primary, ...options.others], 'failover');
  const healths = new Map(members.map((one) => [one.name, createHealth(clock, options.health)]));
  const health = (member: { readonly name: string }) => healths.get(member.name) ?? createHealth(clock);
  const inTurn = createKeyLocks();
  const courier =
    journal &&
    createCourier({
      ...{ journal, clock, health, concurrency: 4 },
      sources: members,
      targets: members,
      alone: (target, key, work) =>
        inTurn(key, () =>
          target === members[0] ? work() : journal.turns(`${target.name}\u0000${key}`, work),
        ),
    });
  const driver = failoverDriver<FailoverAbility<Primary, Other>>({
    members,
    health,
    inTurn,
    journal,
    courier,
  });
  const store = createObjectStore(driver, {
    ...{ checksum, partBytes, concurrency, clock },
    name: name ?? members[0]?.name,
  });
  const status = () =>
    members.map((member): StoreStatus => {
      const { state, waitMs, error } = health(member);
      return { store: member.name, state, waitMs, ...(error !== undefined && { error }) };
    });
  return Object.assign(store, {
    failover: {
      status,
      lag: () => courier?.lag() ?? [],
      drain: async (call: { readonly signal?: AbortSignal | undefined } = {}) => courier?.drain(call),
      [Symbol.asyncDispose]: async () => courier?.[Symbol.asyncDispose](),
    },
  });
}
