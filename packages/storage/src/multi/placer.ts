/**
 * Finds the store of a key, and moves a key to another store where the rules say so. Where a place does not follow from the key, the
 * location that is kept decides: an object is in a store from the instant at which its location says so. So a write goes to the
 * new store first, then the location is changed if nobody else did, then what the old store has is deleted.
 */
import { errorCode, IntegrationError } from '@im/core';
import type { DriverCall, DriverDelete, ObjectInfo, StorageDriver, WriteCondition } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import type { DeleteAt } from './delete-each.ts';
import { createKeyLocks } from './key-locks.ts';
import type { Location } from './locations.ts';
import { at, type Member } from './member.ts';
import type { PlacementFacts } from './placement.types.ts';
import type { PlacementSetup } from './placement-driver.ts';
import { deleteKey, headOf } from './sync-key.ts';

/** Writes to the store that it is given, under the condition that it is given. */
export type PlacedWrite = (member: Member, condition: WriteCondition) => Promise<ObjectInfo>;

/** Finds and moves. */
export interface Placer {
  /** The store of a key whose place follows from it. */
  byKey(key: string): Member | undefined;
  /** The store for an object. @throws `failed_precondition` when no rule has a place for it */
  target(facts: PlacementFacts): Member;
  /** The store in which the object is now, if it is anywhere. */
  find(key: string, call: DriverCall): Promise<Member | undefined>;
  read<Value>(
    key: string,
    call: DriverCall,
    work: (driver: StorageDriver, member: Member) => Promise<Value>,
  ): Promise<Value>;
  /** `fixed`: the store at which the bytes are already. */
  write(
    facts: PlacementFacts,
    condition: WriteCondition,
    call: DriverCall,
    work: PlacedWrite,
    fixed?: Member,
  ): Promise<ObjectInfo>;
  remove(target: DriverDelete, call: DriverCall, deleteAt: DeleteAt): Promise<void>;
  choose(key: string, having: readonly Member[], call: DriverCall): Promise<Member | undefined>;
}

/** Times that a location may change while somebody reads. */
const mostRounds = 5;

/** Makes one. */
export function createPlacer({ members, place, locations, keepAll }: PlacementSetup): Placer {
  const inTurn = createKeyLocks();
  const byName = new Map(members.map((member) => [member.name, member]));
  const named = (name: string | undefined) => (name === undefined ? undefined : byName.get(name));

  const candidatesOf = (key: string): readonly Member[] =>
    place({ key }, false).candidates.flatMap((name) => named(name) ?? []);
  const byKey = (key: string): Member | undefined => {
    const [only, ...others] = candidatesOf(key);
    return keepAll || others.length > 0 ? undefined : only;
  };
  const target = (facts: PlacementFacts): Member => {
    const { storageClass } = facts;
    const { store, residency } = place(facts, true);
    const member = named(store);
    if (member !== undefined) return holding(member, storageClass);
    throw new IntegrationError(
      `no rule has a place for the object${residency === undefined ? '' : `, which has to be in ${residency}`}`,
      {
        code: 'failed_precondition',
        provider: 'placement',
        operation: 'place',
        remedy: 'add a rule that has',
      },
    );
  };
  const located = async (key: string): Promise<Location | undefined> => locations?.get(key);

  /** Looks at the kept location; without one, at all stores in which it may be. */
  async function find(key: string, call: DriverCall): Promise<Member | undefined> {
    const known = byKey(key);
    if (known !== undefined) return known;
    const kept = named((await located(key))?.store);
    if (kept !== undefined) return kept;
    for (const member of candidatesOf(key))
      if ((await headOf(member, key, call)) !== undefined) return member;
    return undefined;
  }

  /** Makes `member` the key's store, if the location is still `seen`. @returns whether it is the key's store now */
  async function settle(key: string, member: Member, seen: Location | undefined): Promise<boolean> {
    if (locations === undefined || seen?.store === member.name) return true;
    if (await locations.set(key, member.name, seen?.version)) return true;
    return (await locations.get(key))?.store === member.name;
  }

  /** An unconditional write to where the rules say: whoever changes the location last has the object, and deletes the other. */
  async function move(key: string, member: Member, call: DriverCall, work: () => Promise<ObjectInfo>) {
    const info = await work();
    for (let round = 0; round < mostRounds; round += 1) {
      const seen = await located(key);
      if (!(await settle(key, member, seen))) continue;
      const others = seen === undefined ? candidatesOf(key) : [named(seen.store)];
      for (const old of others) if (old !== undefined && old !== member) await deleteKey(old, key, call);
      return info;
    }
    throw contended();
  }

  /** Creates where nothing is: two that do so in two stores are told apart by the location. */
  async function create(
    key: string,
    member: Member,
    call: DriverCall,
    work: PlacedWrite,
  ): Promise<ObjectInfo> {
    const seen = await located(key);
    const there = await find(key, call);
    if (there !== undefined && (await headOf(there, key, call)) !== undefined) throw driverError('condition');
    const info = await work(member, { ifNoneMatch: '*' });
    if (await settle(key, member, seen)) return info;
    await at(member, (driver) => driver.delete([{ key, ifMatch: info.etag }], call));
    throw driverError('condition');
  }

  return {
    byKey,
    target,
    find,
    async read(key, call, work) {
      const known = byKey(key);
      if (known !== undefined) return at(known, (driver) => work(driver, known));
      for (let round = 1; ; round += 1) {
        const seen = await located(key);
        const member = named(seen?.store) ?? (await find(key, call));
        if (member === undefined) throw driverError('not_found');
        try {
          return await at(member, (driver) => work(driver, member));
        } catch (error) {
          // It may have moved meanwhile.
          const isMoved = errorCode(error) === 'not_found' && (await located(key))?.version !== seen?.version;
          if (!isMoved || round === mostRounds) throw error;
        }
      }
    },
    write: (facts, condition, call, work, fixed) =>
      inTurn(facts.key, async () => {
        const { key } = facts;
        const { ifMatch, ifNoneMatch } = condition;
        const known = byKey(key);
        if (known !== undefined) {
          if (fixed !== undefined && fixed !== known) throw driverError('condition');
          return work(fixed ?? target(facts), condition);
        }
        // An object is replaced under a condition where it is: nowhere else can the condition hold at the instant of the write.
        if (ifMatch !== undefined) {
          const there = await find(key, call);
          if (there === undefined || (fixed !== undefined && fixed !== there)) throw driverError('condition');
          return work(holding(there, facts.storageClass), condition);
        }
        const member = fixed ?? target(facts);
        if (ifNoneMatch !== undefined) return create(key, member, call, work);
        return move(key, member, call, () => work(member, condition));
      }),
    remove: (target, call, deleteAt) =>
      inTurn(target.key, async () => {
        const { key, ifMatch } = target;
        const known = byKey(key);
        if (known !== undefined) return deleteAt(known, target);
        const seen = await located(key);
        const there = named(seen?.store) ?? (await find(key, call));
        if (there !== undefined) await deleteAt(there, target);
        // What a killed process left in another store must not come to light again.
        if (ifMatch === undefined)
          await Promise.all(
            candidatesOf(key).map((other) => (other === there ? undefined : deleteAt(other, { key }))),
          );
        if (seen !== undefined) await locations?.remove(key, seen.version);
      }),
    async choose(key, having, call) {
      const known = byKey(key);
      if (known !== undefined) return having.includes(known) ? known : undefined;
      if (having.length === 1) return having[0];
      const there = await find(key, call);
      return there !== undefined && having.includes(there) ? there : having[0];
    },
  };
}

function contended(): IntegrationError {
  return new IntegrationError('others write the same key all the time', {
    code: 'unavailable',
    provider: 'placement',
    operation: 'place',
    effect: 'unknown',
    remedy: 'write it again',
  });
}

/** A class is one store's own; the rules may have led to another. */
function holding(member: Member, storageClass: string | undefined): Member {
  const classes = member.driver.limits.storageClasses;
  if (storageClass === undefined || classes === undefined || classes.includes(storageClass)) return member;
  throw new IntegrationError(
    `store ${member.name}, where the rules put the object, has no storage class ${JSON.stringify(storageClass)}`,
    {
      code: 'invalid_argument',
      provider: 'placement',
      operation: 'place',
      remedy: `use one of ${classes.join(', ')}, or a rule for the class`,
    },
  );
}
