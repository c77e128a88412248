/**
 * Which stores are behind for which keys, written down before it can be true, and crossed out when it is no more.
 *
 * An entry says: "for this key, bring `targets` to the state of `source`". It holds no bytes and no order of writes: whoever
 * works it off reads what `source` has by then, so that a later write of a key supersedes an earlier one, and doing it twice does
 * no harm. Each process writes segments (texts of some entries) of its own, so that no two write the same text:
 *
 * 1. An entry is durable before the write that it announces begins (`append`), and is worked off only after that write has
 *    ended (`arm`), since before it `source` may still be as it was.
 * 2. Who writes to a target for a key holds an entry of its own for it until it has seen that target and source agree. So a
 *    process that is killed at any instant leaves an entry behind for whatever it left half-done.
 * 3. Entries of a dead process are taken over: written down as one's own first, then removed where they were.
 * 4. Crossing out needs not be durable at once: what is worked off twice is found to be in order.
 */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '@im/core';
import { isDead, ownName } from '../filesystem/locks.ts';
import { createJournalIndex, type JournalIndex, type TargetBacklog } from './journal-index.ts';
import { createSegments, readSegment } from './journal-segments.ts';
import { type JournalStorage, memoryStorage } from './journal-storage.ts';
import { createKeyLocks, type WithKey } from './key-locks.ts';

/** One line of a journal. */
export interface JournalEntry {
  readonly id: string;
  readonly key: string;
  /** Name of the store that has what is wanted. */
  readonly source: string;
  /** Names of the stores that are, or may be, behind. */
  readonly targets: readonly string[];
  /** When it was written, milliseconds since 1970. */
  readonly at: number;
}

/** Settings of a journal. */
export interface JournalOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /**
   * Milliseconds after which entries of a process that cannot be judged (of another machine) are taken over. Longer than a write
   * takes. Those of a dead process of this machine are taken over at once. Default 60,000.
   */
  readonly takeOverMs?: number | undefined;
}

/** A journal. One may be shared by several compositions of the same stores; it tells stores apart by their names. */
export interface Journal extends AsyncDisposable {
  /** Writes down that `targets` will be behind. Resolves when it is durable. */
  append(entry: Pick<JournalEntry, 'key' | 'source' | 'targets'>): Promise<JournalEntry>;
  /** The announced write has ended, however it did: the entry may be worked off. */
  arm(entry: JournalEntry): void;
  /** `target` has what it should. */
  acknowledge(entry: JournalEntry, target: string): void;
  /** The same for some entries, durable before it is true. Rejects, and nothing is true, where it cannot be. */
  settle(entries: readonly JournalEntry[], target: string): Promise<void>;
  /** Whether `target` is, or may be, behind for `key`. */
  isBehind(target: string, key: string): boolean;
  /** Keys for which `target` is behind, the oldest first, with what may be worked off. */
  backlog(target: string): TargetBacklog;
  /** Entries of one key and target that may be worked off, the oldest first. */
  entriesOf(target: string, key: string): readonly JournalEntry[];
  /** Whether a write of the key is under way for which `target` is noted. */
  isHeld(target: string, key: string): boolean;
  /**
   * Reads what other processes left, and takes over what nobody works off any more.
   *
   * @returns milliseconds until more may be taken over; `undefined` when there is nothing of others
   */
  refresh(): Promise<number | undefined>;
  /** Resolves when what was acknowledged is crossed out durably. */
  flush(): Promise<void>;
  /** Calls back after each change. @returns ends it */
  watch(changed: () => void): () => void;
  /** Writes to a store for a key take turns here, over all compositions on this journal. */
  readonly turns: WithKey;
}

/** Journals that this process has open, beside which no other has this process's number. */
const openHere = new Set<string>();

/** Makes a journal over `storage`. Nothing is read before the first `refresh`. */
export function createJournal(storage: JournalStorage, options: JournalOptions = {}): Journal {
  const { clock = systemClock, takeOverMs = 60_000 } = options;
  const owner = `${ownName}-${randomUUID()}`;
  openHere.add(owner);
  const index: JournalIndex = createJournalIndex();
  const segments = createSegments(storage, owner);
  const watchers = new Set<() => void>();
  let count = 0;
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  const isAbandoned = (other: string) =>
    isDead(other) || (other.startsWith(`${ownName}-`) && !openHere.has(other));

  async function takeOver(name: string): Promise<number | undefined> {
    const found = readSegment(name, await storage.read(name));
    const youngest = Math.max(0, ...found.entries.map(({ at }) => at));
    const waitMs = youngest + takeOverMs - clock.now();
    if (!found.isReleased && !isAbandoned(found.owner) && waitMs > 0) return waitMs;
    const mine = found.entries.map((entry) => ({ ...entry, id: nextId() }));
    await segments.add(mine);
    for (const entry of mine) index.add(entry, true);
    await storage.remove(name);
    changed();
    return undefined;
  }
  const nextId = () => {
    count += 1;
    return `${owner}-${count}`;
  };

  return {
    turns: createKeyLocks(),
    async append({ key, source, targets }) {
      const entry = { id: nextId(), key, source, targets, at: clock.now() };
      index.add(entry, false);
      try {
        await segments.add([entry]);
      } catch (error) {
        index.remove(entry.id);
        throw error;
      }
      return entry;
    },
    arm(entry) {
      index.arm(entry.id);
      changed();
    },
    acknowledge(entry, target) {
      const left = index.strike(entry.id, target, true);
      index.acknowledge(entry.id, target);
      segments.change(entry.id, left);
      changed();
    },
    async settle(entries, target) {
      for (const { id } of entries) segments.change(id, index.strike(id, target, true));
      try {
        await segments.flush();
      } catch (error) {
        for (const { id } of entries) {
          const still = index.strike(id, target, false);
          if (still !== undefined) segments.keep(still);
        }
        throw error;
      }
      for (const { id } of entries) index.acknowledge(id, target);
      changed();
    },
    isBehind: index.isBehind,
    backlog: index.backlog,
    entriesOf: index.entriesOf,
    isHeld: index.isHeld,
    async refresh() {
      let soonest: number | undefined;
      for (const name of await storage.names()) {
        if (segments.isOwn(name)) continue;
        const waitMs = await takeOver(name);
        if (waitMs !== undefined) soonest = Math.min(soonest ?? waitMs, waitMs);
      }
      return soonest;
    },
    flush: segments.flush,
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    async [Symbol.asyncDispose]() {
      await segments.release();
      openHere.delete(owner);
    },
  };
}

/** A journal in memory: what it says is lost with the process. For tests, and for what `verify` and `migrate` mend well enough. */
export function memoryJournal(options: JournalOptions = {}): Journal {
  return createJournal(memoryStorage(), options);
}
