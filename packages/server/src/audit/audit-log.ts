/** The audit log: who did what, in a record that shows when it was tampered with. */
import { type Clock, IntegrationError, systemClock } from '@im/core';
import {
  type AuditEntry,
  type AuditEvent,
  followEntry,
  type Head,
  linkEntry,
  noEntry,
  readEntry,
} from './chain.ts';
import { type AuditStore, memoryAuditStore } from './store.ts';

/** Whether the record is whole. */
export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | {
      readonly ok: false;
      /** Position of the first entry that is not as it was written, from 1. */
      readonly position: number;
      readonly says: string;
    };

/** The record. */
export interface AuditLog extends AsyncDisposable {
  /**
   * Adds an entry. When the promise is fulfilled, it is kept.
   *
   * @returns its position
   * @throws {@link IntegrationError} `unavailable` when it cannot be kept, as on a full disk: then do nothing that should be recorded
   */
  append(event: AuditEvent): Promise<number>;
  /** At most `limit` entries from position `from` on, oldest first. */
  list(from: number, limit: number): Promise<readonly AuditEntry[]>;
  /** Number of entries. */
  readonly size: number;
  /** Reads all of it, and compares with the head that this process and the store know. */
  verify(): Promise<AuditVerdict>;
}

/** How {@link openAuditLog} is told what to do. */
export interface AuditLogOptions {
  readonly store: AuditStore;
  readonly clock?: Clock | undefined;
}

/** Entries that are written in one go. */
interface Batch {
  readonly lines: string[];
  /** After the last of them. */
  head: Head;
  readonly kept: PromiseWithResolvers<void>;
}

/**
 * Opens a record and reads it once. The store is the log's own from then on, and is closed with it.
 *
 * @throws {@link IntegrationError} `failed_precondition` when it was tampered with, with the position
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { store, clock = systemClock } = options;
  const first = await readThrough(store);
  if (!first.verdict.ok) {
    await store[Symbol.asyncDispose]();
    throw new IntegrationError(
      `the audit log was tampered with: entry ${first.verdict.position} ${first.verdict.says}`,
      { code: 'failed_precondition', remedy: 'keep it as evidence, and begin a new one' },
    );
  }
  return logFrom(store, first.head, clock);
}

/** A new record in memory, for as long as the process lives. */
export function memoryAuditLog(clock: Clock = systemClock): AuditLog {
  return logFrom(memoryAuditStore(), noEntry, clock);
}

function logFrom(store: AuditStore, head: Head, clock: Clock): AuditLog {
  /** What is kept, and what that will be when everything that waits is. */
  let kept = head;
  let next = head;
  let waiting: Batch | undefined;
  /** What has the store for itself. */
  let busy: Promise<unknown> | undefined;

  /** Writes what waits, in one go as often as something does. */
  const write = async (): Promise<void> => {
    while (waiting !== undefined) {
      const batch: Batch = waiting;
      waiting = undefined;
      try {
        await store.append(batch.lines, batch.head);
        kept = batch.head;
        batch.kept.resolve();
      } catch (error) {
        // What came meanwhile follows entries that are not there.
        const lost = [batch, waiting];
        waiting = undefined;
        next = kept;
        for (const one of lost) one?.kept.reject(notKept(error));
      }
    }
    busy = undefined;
  };
  const idle = async (): Promise<void> => {
    while (busy !== undefined) await busy;
  };
  const hasMore = async (): Promise<boolean> => {
    await idle();
    const asked = store.hasMore();
    busy = asked.then(write, write);
    return asked;
  };

  return {
    get size() {
      return kept.seq;
    },
    append: async (event) => {
      const { line, head } = linkEntry(next, event, clock.now());
      next = head;
      if (store.appendNow !== undefined && busy === undefined) {
        store.appendNow(line, head);
        kept = head;
        return head.seq;
      }
      waiting ??= { lines: [], head, kept: Promise.withResolvers() };
      waiting.lines.push(line);
      waiting.head = head;
      const written = waiting.kept.promise;
      busy ??= write();
      await written;
      return head.seq;
    },
    list: async (from, limit) => {
      const entries: AuditEntry[] = [];
      for await (const line of store.read(from)) {
        if (entries.length >= limit) break;
        entries.push(readEntry(line));
      }
      return entries;
    },
    verify: async () => {
      const { verdict } = await readThrough(store);
      if (!verdict.ok) return verdict;
      return (await hasMore()) ? { ok: false, position: kept.seq + 1, says: added } : verdict;
    },
    [Symbol.asyncDispose]: async () => {
      await idle();
      await store[Symbol.asyncDispose]();
    },
  };
}

const added = 'was added, or the head beside the log is gone';

/** Follows the chain to its end. */
async function readThrough(
  store: AuditStore,
): Promise<{ readonly verdict: AuditVerdict; readonly head: Head }> {
  const { ends } = store;
  const furthest = Math.max(...ends.map(({ seq }) => seq));
  let head = noEntry;
  const broken = (position: number, says: string) =>
    ({ verdict: { ok: false, position, says }, head }) as const;
  for await (const line of store.read()) {
    const position = head.seq + 1;
    if (position > furthest) return broken(position, added);
    const followed = followEntry(head, line);
    if (typeof followed === 'string') return broken(position, followed);
    head = followed;
  }
  const end = ends.find(({ seq }) => seq === head.seq);
  if (end === undefined) return broken(head.seq + 1, 'is missing, with all that followed');
  if (end.hash !== head.hash) return broken(head.seq, 'is not the one that was written');
  return { verdict: { ok: true, entries: head.seq, head: head.hash }, head };
}

function notKept(cause: unknown): IntegrationError {
  return new IntegrationError(
    'the audit log cannot be written, so nothing was done',
    { code: 'unavailable', reason: 'not_audited', remedy: 'make room for it, and try again', effect: 'none' },
    { cause },
  );
}
