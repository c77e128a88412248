/**
 * Everything that must survive a restart and be the same in all processes: one record, changed by compare-and-set alone. Whoever writes
 * first wins; the other reads again and finds that nothing is left to do. So no lock has to be trusted for nothing to be told twice.
 */
import type { StateStore } from '@im/core';
import { type Labels, labelOf, type Match, matches } from './match.ts';
import type { Inhibition } from './options.ts';

/** An alert. Inactive ones are not kept. Times in milliseconds since 1970. */
export interface Alert {
  readonly labels: Labels;
  readonly rule: string;
  state: 'pending' | 'firing' | 'resolved';
  /** When its condition began to hold. */
  since: number;
  firedAt?: number | undefined;
  resolvedAt?: number | undefined;
  /** While it fires: since when its condition does not hold. */
  clearSince?: number | undefined;
  value: number;
  says?: string | undefined;
}

/** Alerts that are told together. */
export interface Group {
  readonly route: string;
  readonly labels: Labels;
  openedAt: number;
  /** From when steps are counted: the first message, or that of an alert that came after an acknowledgement. */
  escalatesFrom: number;
  /** The last step in use. */
  step: number;
  /** How many messages were begun; part of their ids. */
  sequence: number;
  acknowledged?: { readonly by: string; readonly at: number; readonly note?: string | undefined } | undefined;
  /** By channel: what it was told last. */
  told: Record<string, Told>;
  /** By channel that failed: when it may be tried again. */
  retryAt: Record<string, number>;
  /** By channel: a message that is on its way. */
  claims: Record<string, Claim>;
}

/** What a channel knows of a group. */
export interface Told {
  readonly at: number;
  /** Fingerprints of alerts that it believes to fire. */
  readonly firing: readonly string[];
}

/** A message that is being sent. Whoever wrote it sends it, and nobody else before `until`. */
export interface Claim {
  readonly id: string;
  readonly at: number;
  readonly until: number;
  readonly why: 'new' | 'changed' | 'repeat' | 'escalation' | 'resolved';
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

/** A time in which some alerts are told to nobody. */
export interface Silence {
  readonly id: string;
  readonly match: Match;
  readonly from: number;
  readonly to: number;
  readonly by: string;
  readonly why: string;
}

/** The record. Alerts by fingerprint, groups by key. */
export interface Book {
  alerts: Record<string, Alert>;
  groups: Record<string, Group>;
  silences: Silence[];
  /** How many silences there were; part of their ids. */
  silenceCount: number;
}

const key = 'book';

/** Reads the record. */
export async function readBook(state: StateStore): Promise<Book> {
  const stored = await state.get(key);
  return stored === undefined ? emptyBook() : (JSON.parse(stored.value) as Book);
}

const emptyBook = (): Book => ({ alerts: {}, groups: {}, silences: [], silenceCount: 0 });

/** Changes the record. `change` may run several times, each time on what stands there now. @returns what the last one gave */
export async function changeBook<Result>(state: StateStore, change: (book: Book) => Result): Promise<Result> {
  for (;;) {
    const stored = await state.get(key);
    const book = stored === undefined ? emptyBook() : (JSON.parse(stored.value) as Book);
    const result = change(book);
    const text = JSON.stringify(book);
    if (text === stored?.value) return result;
    if ((await state.compareAndSet(key, stored?.version, text)) !== undefined) return result;
  }
}

/** Says why an alert that fires is told to nobody; `undefined`: it is told. */
export function muting(
  book: Book,
  inhibitions: readonly Inhibition[],
  now: number,
): (alert: Alert) => string | undefined {
  const silences = book.silences.filter(({ from, to }) => from <= now && now < to);
  const alike = (equal: readonly string[], { labels }: Alert) =>
    JSON.stringify(equal.map((label) => labelOf(labels, label)));
  const sources = inhibitions.map(({ source, equal }) =>
    Map.groupBy(
      Object.values(book.alerts).filter(({ state, labels }) => state === 'firing' && matches(source, labels)),
      (alert) => alike(equal, alert),
    ),
  );
  return (alert) => {
    const silence = silences.find((one) => matches(one.match, alert.labels));
    if (silence !== undefined) return `silence ${silence.id}`;
    for (const [index, { target, equal }] of inhibitions.entries()) {
      if (!matches(target, alert.labels)) continue;
      const other = sources[index]?.get(alike(equal, alert))?.find((one) => one !== alert);
      if (other !== undefined) return `alert ${other.rule}`;
    }
    return undefined;
  };
}
