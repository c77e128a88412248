/** Whom of several stores to ask, whom next, and what is owed to those that were passed over. */
import { IntegrationError, isIntegrationError } from '@im/core';
import type { DriverCall, StorageDriver } from '../driver.ts';
import { isConditional } from './condition.ts';
import type { Courier } from './courier.ts';
import { type Asked, createDebts, effectOf, type Passed } from './debts.ts';
import { isOutage, type StoreHealth } from './health.ts';
import type { Journal } from './journal.ts';
import type { WithKey } from './key-locks.ts';
import { at, type Member } from './member.ts';

/** The stores, and what is known of them. */
export interface RouterSetup {
  /** In the order of asking. */
  readonly members: readonly Member[];
  readonly health: (member: Member) => StoreHealth;
  readonly inTurn: WithKey;
  /** Absent: writes do not fail over. */
  readonly journal: Journal | undefined;
  readonly courier: Courier | undefined;
}

/** What is written. */
export interface RoutedWrite {
  readonly key: string;
  /** Key that is read for it at the same store. */
  readonly reads?: string | undefined;
  readonly condition: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined };
  /** Whether it makes what was there of no account, so that nothing has to be brought back before it. */
  readonly replaces?: boolean | undefined;
  /** Whether it may be done again elsewhere when nobody knows whether it was done. Default: where it has no condition. */
  readonly repeats?: boolean | undefined;
  /** Whether nothing can be seen of it, so that nobody is behind for it. */
  readonly isInvisible?: boolean | undefined;
  /** Only this store. */
  readonly only?: Member | undefined;
}

/** What is read. */
export interface RoutedRead {
  /** Keys for which a store must not be behind. */
  readonly keys: readonly string[];
  readonly condition?: RoutedWrite['condition'] | undefined;
  /** Whom to ask, in this order. Default: all; under a condition the primary only, since an etag is one store's. */
  readonly order?: readonly Member[] | undefined;
  /** Failures that are no last word of this store, beside outages. Default: none. */
  readonly isOpen?: ((error: unknown, member: Member) => boolean) | undefined;
}

/** Asks the stores in order. */
export interface Router {
  read<Value>(
    what: RoutedRead,
    call: DriverCall,
    work: (driver: StorageDriver, member: Member) => Promise<Value>,
  ): Promise<Value>;
  write<Value>(
    what: RoutedWrite,
    call: DriverCall,
    work: (driver: StorageDriver, member: Member) => Promise<Value>,
  ): Promise<Value>;
}

/** Makes it. */
export function createRouter(setup: RouterSetup): Router {
  const { members, health, inTurn, journal } = setup;
  const { isBehind, bringBack, noted } = createDebts(setup);
  /** Asks one store. @returns its answer, or why another may be asked; throws what is final */
  async function ask<Value>(
    member: Member,
    call: DriverCall,
    work: (driver: StorageDriver, member: Member) => Promise<Value>,
    isOpen: RoutedRead['isOpen'] = () => false,
  ): Promise<Asked<Value>> {
    try {
      const value = await at(member, (driver) => work(driver, member));
      health(member).succeeded();
      return { value };
    } catch (error) {
      if (call.signal.aborted) health(member).left();
      else health(member).failed(error);
      if (call.signal.aborted || !(isOutage(error) || isOpen(error, member))) throw error;
      return { member, why: error };
    }
  }

  const leftAlone = (member: Member): Passed => ({ member, why: health(member).error });

  return {
    async read(
      { keys, condition = {}, isOpen, order = isConditional(condition) ? members.slice(0, 1) : members },
      call,
      work,
    ) {
      const passed: Passed[] = [];
      for (const member of order) {
        for (const key of keys) {
          const owed = isBehind(member, key)
            ? await inTurn(key, () => bringBack(member, key, call))
            : undefined;
          if (owed !== undefined) passed.push(owed);
        }
        if (passed.at(-1)?.member === member) continue;
        const answer = health(member).enter() ? await ask(member, call, work, isOpen) : leftAlone(member);
        if ('value' in answer) return answer.value;
        passed.push(answer);
      }
      throw noneLeft(setup, passed);
    },
    write: (what, call, work) =>
      inTurn(what.key, async () => {
        const { key, reads, condition, replaces = false, isInvisible = false, only } = what;
        const repeats = what.repeats ?? !isConditional(condition);
        const passed: Passed[] = [];
        for (const [index, member] of members.entries()) {
          if (only !== undefined && member !== only) continue;
          // Conditions are on what the primary has.
          if (index > 0 && (journal === undefined || isConditional(condition))) break;
          const owed =
            (isInvisible || (replaces && !isConditional(condition))
              ? undefined
              : await bringBack(member, key, call)) ??
            (reads === undefined ? undefined : await bringBack(member, reads, call));
          if (owed !== undefined) {
            passed.push(owed);
            continue;
          }
          if (!health(member).enter()) {
            passed.push(leftAlone(member));
            continue;
          }
          const asked = () => ask(member, call, work);
          const answer = await (isInvisible ? asked() : noted(index, member, key, asked));
          if ('value' in answer) return answer.value;
          passed.push(answer);
          const isFinal = only !== undefined || (effectOf(answer.why) === 'unknown' && !repeats);
          if (isFinal && isIntegrationError(answer.why)) throw answer.why;
        }
        throw noneLeft(setup, passed);
      }),
  };
}

/** Nobody could be asked, or everybody failed. */
function noneLeft({ members, health }: RouterSetup, passed: readonly Passed[]): IntegrationError {
  const says = passed.map(({ member, why }) => {
    const reason = isIntegrationError(why) ? why.code : typeof why === 'string' ? why : 'left alone for now';
    return `${member.name}: ${reason}`;
  });
  const waits = members.map((member) => health(member).waitMs).filter((ms) => ms > 0);
  const effect = passed.some(({ why }) => isIntegrationError(why) && why.effect === 'unknown')
    ? 'unknown'
    : 'none';
  return new IntegrationError(
    `none of the stores that may be asked can answer (${says.join(', ')})`,
    {
      code: 'unavailable',
      effect,
      remedy: 'try again later',
      ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
    },
    { cause: passed[0]?.why },
  );
}
