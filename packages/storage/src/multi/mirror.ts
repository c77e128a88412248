/**
 * Stores that hold the same, of which reads ask the fastest. How fast each is, is measured by the reads themselves; now and then
 * another one is asked, so that it is known when it has become faster. Writes are the first one's, whose copies the others are.
 */
import { type Clock, errorCode, systemClock } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import type { DriverRead, StorageDriver } from '../driver.ts';
import { createObjectStore } from '../object-store.ts';
import type { ObjectStore } from '../object-store.types.ts';
import type { StoreStatus } from './failover.ts';
import { failoverList } from './failover-list.ts';
import { createHealth, type HealthOptions } from './health.ts';
import type { Journal } from './journal.ts';
import { createKeyLocks } from './key-locks.ts';
import { type AbilitiesOf, type AnyStore, type Member, membersOf } from './member.ts';
import type { StoreSettings } from './replicate.ts';
import { createRouter } from './router.ts';

/** How to mirror. */
export interface MirrorOptions<Primary extends AnyStore> extends StoreSettings {
  /** Has the last word: it is asked when another has no such object, and under conditions. */
  readonly primary: Primary;
  readonly mirrors: readonly AnyStore[];
  /** Share of reads that ask another store than the fastest, from 0 to 1. Default 0.05. */
  readonly explore?: number | undefined;
  /** The journal of `replicate`: a store that is behind for a key is not asked for it. */
  readonly journal?: Journal | undefined;
  readonly health?: HealthOptions | undefined;
  /** Numbers from 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** How one of the stores does. */
export interface MirrorStatus extends StoreStatus {
  /** Milliseconds to the first byte, a moving average. Absent: not measured yet. */
  readonly latencyMs?: number | undefined;
  /** Reads that it answered. */
  readonly reads: number;
}

/**
 * What a mirrored store can do: what its primary can, except to write under conditions. Those name etags, and the etag of a read is
 * of whichever store answered: write so to the primary itself.
 */
export type MirroredAbility<Primary> = Exclude<
  AbilitiesOf<Primary>,
  'conditionalWrites' | 'conditionalDelete' | 'conditionalCopy'
>;

/** A store whose reads go to the fastest. */
export type MirroredStore<Abilities extends StorageAbility> = ObjectStore<Abilities, never> & {
  /** How each store does, the primary first. */
  readonly mirror: { status(): readonly MirrorStatus[] };
};

/** How much one measurement counts in the average. */
const weight = 0.2;

interface Measured {
  latencyMs: number | undefined;
  reads: number;
}

/** Makes it. @throws `invalid_argument` for stores without or with the same names */
export function mirror<Primary extends AnyStore>(
  options: MirrorOptions<Primary>,
): MirroredStore<MirroredAbility<Primary>> {
  const { explore = 0.05, random = Math.random, journal, name, checksum, partBytes, concurrency } = options;
  const clock: Clock = options.clock ?? systemClock;
  const members = membersOf([options.primary, ...options.mirrors], 'mirror');
  const primary = members[0] as Member;
  const healths = new Map(members.map((one) => [one.name, createHealth(clock, options.health)]));
  const health = (member: Member) => healths.get(member.name) ?? createHealth(clock);
  const measured = new Map(
    members.map((one): [string, Measured] => [one.name, { latencyMs: undefined, reads: 0 }]),
  );
  const of = (member: Member) => measured.get(member.name) as Measured;
  const router = createRouter({ members, health, inTurn: createKeyLocks(), journal, courier: undefined });

  /** Whom to ask: the fastest, or another for once; then the primary, then the rest. */
  function order(): readonly Member[] {
    const well = members.filter((member) => health(member).waitMs === 0);
    const byLatency = [...well].sort((a, b) => latencyOf(a) - latencyOf(b));
    const [fastest = primary, ...others] = byLatency;
    const isExploring = others.length > 0 && random() < explore;
    const unknown = others.filter((member) => of(member).latencyMs === undefined);
    const choices = unknown.length > 0 ? unknown : others;
    const chosen = isExploring ? (choices[Math.floor(random() * choices.length)] ?? fastest) : fastest;
    return [...new Set([chosen, primary, ...byLatency])];
  }
  /** What is not measured yet comes after what is; of several such, the primary first. */
  const latencyOf = (member: Member) => of(member).latencyMs ?? Number.MAX_SAFE_INTEGER;

  function read<Value>(
    key: string,
    how: DriverRead,
    call: { readonly signal: AbortSignal },
    work: (driver: StorageDriver) => Promise<Value>,
  ): Promise<Value> {
    const isPrimarys = (how.ifMatch ?? how.ifNoneMatch ?? how.versionId) !== undefined;
    const isOpen = (error: unknown, member: Member) => member !== primary && errorCode(error) === 'not_found';
    return router.read(
      { keys: [key], order: isPrimarys ? [primary] : order(), isOpen },
      call,
      async (driver, member) => {
        const begun = clock.now();
        const value = await work(driver);
        const took = clock.now() - begun;
        const one = of(member);
        one.latencyMs = one.latencyMs === undefined ? took : one.latencyMs + weight * (took - one.latencyMs);
        one.reads += 1;
        return value;
      },
    );
  }

  const {
    conditionalWrites: _,
    conditionalDelete: __,
    conditionalCopy: ___,
    ...abilities
  } = primary.driver.abilities as Partial<Record<StorageAbility, true>>;
  const driver: StorageDriver = {
    ...primary.driver,
    abilities,
    name: 'mirror',
    native: undefined,
    get: (key, how, call) => read(key, how, call, (one) => one.get(key, how, call)),
    head: (key, how, call) => read(key, how, call, (one) => one.head(key, how, call)),
    list: failoverList({ journal, members }, router.read),
  };
  // The members that its abilities need are the primary's.
  const able = driver as unknown as StorageDriver<MirroredAbility<Primary>, never>;
  const store = createObjectStore(able, {
    ...{ checksum, partBytes, concurrency, clock },
    name: name ?? primary.name,
  });
  const status = () =>
    members.map((member): MirrorStatus => {
      const { state, waitMs, error } = health(member);
      const { latencyMs, reads } = of(member);
      return {
        ...{ store: member.name, state, waitMs, reads },
        ...(latencyMs !== undefined && { latencyMs }),
        ...(error !== undefined && { error }),
      };
    });
  return Object.assign(store, { mirror: { status } });
}
