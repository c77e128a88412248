/** What stores are owed that were passed over: written down, brought back, and struck out. */
import { IntegrationError, isIntegrationError } from '@im/core';
import type { DriverCall } from '../driver.ts';
import { storeOfError } from '../errors.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Member } from './member.ts';
import type { RouterSetup } from './router.ts';

/** Why one of the stores was not the one. */
export interface Passed {
  readonly member: Member;
  readonly why: unknown;
}

/** What asking one store came to. */
export type Asked<Value> = { readonly value: Value } | Passed;

/** Keeps the journal of what is owed. */
export interface Debts {
  isBehind(member: Member, key: string): boolean;
  /** Brings back what the store is owed for the key, which the caller holds. @returns why it cannot be */
  bringBack(member: Member, key: string, call: DriverCall): Promise<Passed | undefined>;
  /** Runs a write of the key, which the caller holds, at the store of that index. */
  noted<Value>(
    index: number,
    member: Member,
    key: string,
    work: () => Promise<Asked<Value>>,
  ): Promise<Asked<Value>>;
}

/** Whether it may have come to something. What is no error of a store's may have been anything. */
export function effectOf(error: unknown): 'none' | 'unknown' {
  return isIntegrationError(error) ? error.effect : 'unknown';
}

/** Makes it. */
export function createDebts({ members, journal, courier, health }: RouterSetup): Debts {
  const isBehind = (member: Member, key: string) => journal?.isBehind(member.name, key) === true;
  /** Writes to a later store take turns with what brings it up to date. */
  const inItsTurn = <Value>(member: Member, key: string, work: () => Promise<Value>): Promise<Value> =>
    journal === undefined || member === members[0]
      ? work()
      : journal.turns(`${member.name}\u0000${key}`, work);

  return {
    isBehind,
    async bringBack(member, key, call) {
      if (!isBehind(member, key)) return undefined;
      const behind = `it is behind for ${JSON.stringify(key)}`;
      if (courier === undefined || health(member).waitMs > 0) return { member, why: behind };
      try {
        const delivery = await inItsTurn(member, key, () => courier.deliver(member, key, call.signal));
        return delivery === 'done' ? undefined : { member, why: behind };
      } catch (error) {
        call.signal.throwIfAborted();
        if (storeOfError(error) === member.name) health(member).failed(error);
        return { member, why: error };
      }
    },
    async noted(index, member, key, work) {
      if (journal === undefined) return work();
      const others = members.filter((one) => one !== member).map(({ name }) => name);
      // Past earlier stores: they are behind before it can be true, and so is everybody else.
      const entry =
        index === 0
          ? undefined
          : await append(journal, { key, source: member.name, targets: others }, health, member);
      try {
        const answer = await inItsTurn(member, key, work);
        if (entry !== undefined) journal.arm(entry);
        if ('value' in answer) await supersede(journal, members, member, key);
        else if (effectOf(answer.why) === 'none') strike(journal, entry);
        return answer;
      } catch (error) {
        if (entry !== undefined) journal.arm(entry);
        if (effectOf(error) === 'none') strike(journal, entry);
        throw error;
      }
    },
  };
}

async function append(
  journal: Journal,
  line: Pick<JournalEntry, 'key' | 'source' | 'targets'>,
  health: RouterSetup['health'],
  member: Member,
): Promise<JournalEntry> {
  try {
    return await journal.append(line);
  } catch (error) {
    // The store was not asked after all.
    health(member).left();
    throw error;
  }
}

function strike(journal: Journal, entry: JournalEntry | undefined): void {
  for (const target of entry?.targets ?? []) journal.acknowledge(entry as JournalEntry, target);
}

/**
 * `member` has the newest: what it was owed is struck out, and what others were to get from elsewhere they are to get from it.
 * Durable before the write is told to have succeeded, since an old entry that came back would bring back an old object.
 */
async function supersede(
  journal: Journal,
  members: readonly Member[],
  member: Member,
  key: string,
): Promise<void> {
  const owed = journal.entriesOf(member.name, key);
  const elsewhere = members
    .filter((one) => one !== member)
    .map(({ name }) => ({
      name,
      entries: journal.entriesOf(name, key).filter(({ source }) => source !== member.name),
    }))
    .filter(({ entries }) => entries.length > 0);
  if (owed.length === 0 && elsewhere.length === 0) return;
  try {
    if (elsewhere.length > 0)
      journal.arm(
        await journal.append({ key, source: member.name, targets: elsewhere.map(({ name }) => name) }),
      );
    await journal.settle(owed, member.name);
    for (const { name, entries } of elsewhere) await journal.settle(entries, name);
  } catch (cause) {
    throw new IntegrationError(
      `store ${member.name} has it, but the journal, which says otherwise, cannot be written`,
      {
        code: 'unavailable',
        effect: 'unknown',
        provider: 'failover',
        operation: 'write',
        remedy: 'write it again when the journal is well',
      },
      { cause },
    );
  }
}
