/** Two lists side by side, in the order of keys: for each key what either store has of it. Memory: a page of each. */
import { createPages } from '@im/core';
import type { DriverCall, ListEntry } from '../driver.ts';
import { compareKeys } from '../keys.ts';
import { at, type Member } from './member.ts';

/** An object of a list. */
export type ListedObject = Extract<ListEntry, { readonly kind: 'object' }>;

/** Where the lists are to begin. */
export interface WalkStart {
  /** Keys up to this one are left out. */
  readonly after?: string | undefined;
  /** Cursors of pages that hold the next keys. */
  readonly fromCursor?: string | undefined;
  readonly toCursor?: string | undefined;
}

/** One key. At least one of the two has it. */
export interface ObjectPair {
  readonly key: string;
  readonly from: ListedObject | undefined;
  readonly to: ListedObject | undefined;
  /** With which one can go on behind this key. */
  readonly place: WalkStart;
}

interface Listed {
  readonly object: ListedObject;
  readonly cursor: string | undefined;
}

/** Which objects to look at. */
export interface WalkOptions {
  readonly prefix?: string | undefined;
  readonly filter?: ((object: ListedObject) => boolean) | undefined;
}

/** The objects of one store, each with the cursor of its page. */
export async function* listed(
  member: Member,
  { prefix = '', filter = () => true }: WalkOptions,
  start: { readonly after?: string | undefined; readonly cursor?: string | undefined },
  call: DriverCall,
): AsyncGenerator<Listed, void, undefined> {
  let here = start.cursor;
  const { maxPageSize } = member.driver.limits;
  const pages = createPages<ListEntry>(
    (cursor) => {
      here = cursor;
      return at(member, (driver) => driver.list({ prefix, cursor, pageSize: maxPageSize }, call));
    },
    { cursor: start.cursor, signal: call.signal },
    { provider: member.driver.name, operation: 'list' },
  );
  for await (const page of pages.pages()) {
    const cursor = here;
    for (const object of page.items)
      if (object.kind === 'object' && isAfter(object.key, start.after) && filter(object))
        yield { object, cursor };
  }
}

const isAfter = (key: string, after: string | undefined) =>
  after === undefined || compareKeys(key, after) > 0;

/** Walks over both. */
export async function* walkPairs(
  from: Member,
  to: Member,
  options: WalkOptions,
  start: WalkStart,
  call: DriverCall,
): AsyncGenerator<ObjectPair, void, undefined> {
  const left = listed(from, options, { after: start.after, cursor: start.fromCursor }, call);
  const right = listed(to, options, { after: start.after, cursor: start.toCursor }, call);
  let fromCursor = start.fromCursor;
  let toCursor = start.toCursor;
  try {
    let [mine, theirs] = await Promise.all([left.next(), right.next()]);
    while (!mine.done || !theirs.done) {
      const order = mine.done
        ? 1
        : theirs.done
          ? -1
          : compareKeys(mine.value.object.key, theirs.value.object.key);
      const one: Listed | undefined = order <= 0 && !mine.done ? mine.value : undefined;
      const other: Listed | undefined = order >= 0 && !theirs.done ? theirs.value : undefined;
      fromCursor = one === undefined ? fromCursor : one.cursor;
      toCursor = other === undefined ? toCursor : other.cursor;
      const key = (one ?? (other as Listed)).object.key;
      yield { key, from: one?.object, to: other?.object, place: { after: key, fromCursor, toCursor } };
      [mine, theirs] = await Promise.all([
        one === undefined ? mine : left.next(),
        other === undefined ? theirs : right.next(),
      ]);
    }
  } finally {
    await Promise.allSettled([left.return(), right.return()]);
  }
}
