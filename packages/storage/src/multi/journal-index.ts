/** What a journal says, in memory: by entry, by target and by key. */
import type { JournalEntry } from './journal.ts';

/** What one target is behind with. */
export interface TargetBacklog {
  readonly count: number;
  /** Keys, the oldest first. */
  readonly keys: Iterable<string>;
  /** When the oldest entry was written, milliseconds since 1970. */
  readonly oldestAt: number | undefined;
}

interface Line {
  readonly entry: JournalEntry;
  readonly pending: Set<string>;
  /** Targets that are being acknowledged. */
  readonly struck: Set<string>;
  isArmed: boolean;
}

/** The index. */
export interface JournalIndex {
  add(entry: JournalEntry, isArmed: boolean): void;
  arm(id: string): void;
  remove(id: string): void;
  acknowledge(id: string, target: string): void;
  /** Says that `target` is about to be acknowledged, or is not after all. @returns what is to be written down of the entry */
  strike(id: string, target: string, isStruck: boolean): JournalEntry | undefined;
  isBehind(target: string, key: string): boolean;
  backlog(target: string): TargetBacklog;
  entriesOf(target: string, key: string): readonly JournalEntry[];
  isHeld(target: string, key: string): boolean;
}

/** Makes an empty one. */
export function createJournalIndex(): JournalIndex {
  const lines = new Map<string, Line>();
  const behind = new Map<string, Map<string, Set<Line>>>();

  const drop = (line: Line, target: string) => {
    const keys = behind.get(target);
    const same = keys?.get(line.entry.key);
    same?.delete(line);
    if (same?.size === 0) keys?.delete(line.entry.key);
    line.pending.delete(target);
    if (line.pending.size === 0) lines.delete(line.entry.id);
  };
  return {
    add(entry, isArmed) {
      const line: Line = { entry, pending: new Set(entry.targets), struck: new Set(), isArmed };
      lines.set(entry.id, line);
      for (const target of entry.targets) {
        const keys = behind.get(target) ?? new Map<string, Set<Line>>();
        behind.set(target, keys);
        const same = keys.get(entry.key) ?? new Set<Line>();
        keys.set(entry.key, same.add(line));
      }
    },
    arm(id) {
      const line = lines.get(id);
      if (line !== undefined) line.isArmed = true;
    },
    remove(id) {
      const line = lines.get(id);
      for (const target of [...(line?.pending ?? [])]) drop(line as Line, target);
    },
    acknowledge(id, target) {
      const line = lines.get(id);
      if (line !== undefined) drop(line, target);
    },
    strike(id, target, isStruck) {
      const line = lines.get(id);
      if (line === undefined) return undefined;
      if (isStruck) line.struck.add(target);
      else line.struck.delete(target);
      const targets = [...line.pending].filter((one) => !line.struck.has(one));
      return targets.length === 0 ? undefined : { ...line.entry, targets };
    },
    isBehind: (target, key) => behind.get(target)?.has(key) === true,
    backlog(target) {
      const keys = behind.get(target) ?? new Map<string, Set<Line>>();
      const [oldest] = keys.values();
      const [line] = oldest ?? [];
      return { count: keys.size, keys: keys.keys(), oldestAt: line?.entry.at };
    },
    isHeld: (target, key) => [...(behind.get(target)?.get(key) ?? [])].some((line) => !line.isArmed),
    entriesOf: (target, key) =>
      [...(behind.get(target)?.get(key) ?? [])].flatMap((line) => (line.isArmed ? [line.entry] : [])),
  };
}
