/** The texts of one process's journal: entries in the order of writing, some to a text, written together while one write is under way. */
import { IntegrationError } from '@im/core';
import { createCommit } from './commit.ts';
import type { JournalEntry } from './journal.ts';
import type { JournalStorage } from './journal-storage.ts';

/** Entries in one text: few enough to be written anew for each, enough that a long backlog has few texts. */
const entriesPerSegment = 64;

interface Segment {
  readonly name: string;
  readonly entries: Map<string, JournalEntry>;
  count: number;
}

/** Keeps entries. */
export interface Segments {
  isOwn(name: string): boolean;
  /** Resolves when they are durable. Rejects with nothing of them kept. */
  add(entries: readonly JournalEntry[]): Promise<void>;
  /** Replaces or removes an entry, with the next write. */
  change(id: string, entry: JournalEntry | undefined): void;
  /** Keeps an entry, anew or once more, with the next write. */
  keep(entry: JournalEntry): void;
  flush(): Promise<void>;
  /** Writes everything, and lets others take it over. */
  release(): Promise<void>;
}

/** Makes the segments of `owner`. */
export function createSegments(storage: JournalStorage, owner: string): Segments {
  const segments = new Map<string, Segment>();
  const places = new Map<string, Segment>();
  const dirty = new Set<Segment>();
  let current: Segment | undefined;
  let isReleased = false;
  let made = 0;

  const open = (): Segment => {
    if (current !== undefined && current.count < entriesPerSegment) return current;
    made += 1;
    current = { name: `${owner}/${made}`, entries: new Map(), count: 0 };
    segments.set(current.name, current);
    return current;
  };
  const write = async (segment: Segment) => {
    if (segment.entries.size > 0)
      return storage.write(
        segment.name,
        JSON.stringify({ owner, isReleased, entries: [...segment.entries.values()] }),
      );
    if (segment === current) current = undefined;
    segments.delete(segment.name);
    return storage.remove(segment.name);
  };
  const writeDirty = async () => {
    const these = [...dirty];
    dirty.clear();
    const outcomes = await Promise.allSettled(these.map(write));
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [{ segment: these[index] as Segment, error: outcome.reason as unknown }]
        : [],
    );
    for (const { segment } of failed) dirty.add(segment);
    if (failed[0] !== undefined) throw failed[0].error;
  };
  const commit = createCommit(writeDirty);
  const change = (id: string, entry: JournalEntry | undefined) => {
    const segment = places.get(id);
    if (segment === undefined) return;
    if (entry === undefined) {
      segment.entries.delete(id);
      places.delete(id);
    } else segment.entries.set(id, entry);
    dirty.add(segment);
  };

  const keep = (entry: JournalEntry) => {
    if (places.has(entry.id)) return change(entry.id, entry);
    const segment = open();
    segment.entries.set(entry.id, entry);
    segment.count += 1;
    places.set(entry.id, segment);
    dirty.add(segment);
  };

  return {
    keep,
    isOwn: (name) => name.startsWith(`${owner}/`),
    async add(entries) {
      for (const entry of entries) keep(entry);
      try {
        await commit();
      } catch (error) {
        for (const { id } of entries) change(id, undefined);
        throw error;
      }
    },
    change,
    flush: commit,
    async release() {
      isReleased = true;
      for (const segment of segments.values()) dirty.add(segment);
      await commit();
    },
  };
}

/** What stands in a text of any process. */
export function readSegment(
  name: string,
  text: string | undefined,
): { readonly owner: string; readonly isReleased: boolean; readonly entries: readonly JournalEntry[] } {
  const owner = name.slice(0, name.lastIndexOf('/'));
  if (text === undefined) return { owner, isReleased: false, entries: [] };
  try {
    const { isReleased, entries } = JSON.parse(text) as { isReleased: boolean; entries: JournalEntry[] };
    if (Array.isArray(entries) && entries.every(isEntry))
      return { owner, isReleased: isReleased === true, entries };
  } catch (cause) {
    throw damaged(name, { cause });
  }
  throw damaged(name);
}

function isEntry({ key, source, targets, at }: Partial<JournalEntry>): boolean {
  return (
    typeof key === 'string' && typeof source === 'string' && Array.isArray(targets) && typeof at === 'number'
  );
}

function damaged(name: string, options?: ErrorOptions): IntegrationError {
  return new IntegrationError(
    `the journal's text ${JSON.stringify(name)} is damaged`,
    {
      code: 'internal',
      provider: 'storage',
      operation: 'journal',
      remedy: 'move it away, run verify, and migrate what differs',
    },
    options,
  );
}
