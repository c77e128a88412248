/**
 * One list of several stores' lists, in the order of the keys' UTF-8 bytes, page by page: of each store no more is fetched than a
 * page ahead. The cursor holds each store's own, so that any process can go on; the pages that are fetched already are kept
 * beside it for a while, for the common case that the same process does.
 */
import type { Clock } from '@im/core';
import type { DriverCall, DriverList, ListEntry, StorageDriver } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import { compareKeys } from '../keys.ts';
import { at, type Member } from './member.ts';

/** Chooses, of the stores that have an entry of this key, the one whose entry counts. `undefined`: none. */
export type ChooseEntry = (
  key: string,
  members: readonly Member[],
  call: DriverCall,
) => Promise<Member | undefined> | Member | undefined;

/** One store's list. */
interface Source {
  readonly member: Member;
  /** Cursor of the page that `items` is of. */
  cursor: string | undefined;
  /** Not told yet. `undefined`: the page is to be fetched. */
  items: ListEntry[] | undefined;
  /** Cursor of the page after it. */
  next: string | undefined;
}

/** What a cursor says: per store, in their order, the cursor of its page, `null` for the first page, `false` when it has no more. */
interface MergeCursor {
  readonly last: string;
  readonly pages: readonly (string | null | false)[];
}

/** Lists that are under way, of which pages are kept, and for how many milliseconds: what is kept grows old. */
const mostKept = 32;
const keptMs = 10_000;

/** Makes the `list` of a driver over `members`. */
export function mergeLists(
  members: readonly Member[],
  choose: ChooseEntry,
  clock: Clock,
): StorageDriver['list'] {
  const kept = new Map<string, { readonly sources: Source[]; readonly until: number }>();
  const nameOf = ({ prefix, delimiter }: DriverList, cursor: string) =>
    JSON.stringify([prefix, delimiter, cursor]);

  function sourcesOf(list: DriverList): { readonly sources: Source[]; readonly last: string | undefined } {
    const place = list.cursor === undefined ? undefined : readCursor(list.cursor, members.length);
    const name = nameOf(list, list.cursor ?? '');
    const warm = kept.get(name);
    kept.delete(name);
    if (warm !== undefined && warm.until > clock.now()) return { sources: warm.sources, last: place?.last };
    const sources = members.flatMap((member, index): Source[] => {
      const page = place?.pages[index];
      return page === false ? [] : [{ member, cursor: page ?? undefined, items: undefined, next: undefined }];
    });
    return { sources, last: place?.last };
  }

  return async (list, call) => {
    const { sources, last } = sourcesOf(list);
    const items: ListEntry[] = [];
    let after = last;
    while (items.length < list.pageSize) {
      await Promise.all(sources.map((source) => fill(source, list, after, call)));
      const heads = sources.filter((source) => (source.items?.length ?? 0) > 0);
      if (heads.length === 0) return { items };
      const least = heads.map(headOf).reduce((a, b) => (compareKeys(b.key, a.key) < 0 ? b : a));
      const same = heads.filter((source) => headOf(source).key === least.key);
      const chosen =
        least.kind === 'prefix'
          ? same[0]?.member
          : await choose(
              least.key,
              same.map(({ member }) => member),
              call,
            );
      const entry = same.find(({ member }) => member === chosen);
      if (entry !== undefined) items.push(headOf(entry));
      for (const source of same) source.items?.shift();
      after = least.key;
    }
    const isOver = sources.every((source) => source.items?.length === 0 && source.next === undefined);
    if (isOver || after === undefined) return { items };
    const next = writeCursor(members, sources, after);
    kept.set(nameOf(list, next), { sources, until: clock.now() + keptMs });
    for (const old of kept.keys()) if (kept.size > mostKept) kept.delete(old);
    return { items, next };
  };
}

const headOf = (source: Source) => (source.items as ListEntry[])[0] as ListEntry;

/** Sees to it that the source has an entry, where there is one. */
async function fill(
  source: Source,
  list: DriverList,
  after: string | undefined,
  call: DriverCall,
): Promise<void> {
  while (source.items === undefined || (source.items.length === 0 && source.next !== undefined)) {
    const cursor = source.items === undefined ? source.cursor : source.next;
    const pageSize = Math.min(list.pageSize, source.member.driver.limits.maxPageSize);
    const page = await at(source.member, (driver) => driver.list({ ...list, cursor, pageSize }, call));
    source.cursor = cursor;
    source.next = page.next;
    source.items = page.items.filter(({ key }) => after === undefined || compareKeys(key, after) > 0);
  }
}

function writeCursor(members: readonly Member[], sources: readonly Source[], last: string): string {
  const pages = members.map((member) => {
    const source = sources.find((one) => one.member === member);
    if (source === undefined) return false;
    if ((source.items?.length ?? 0) > 0) return source.cursor ?? null;
    return source.next ?? false;
  });
  return Buffer.from(JSON.stringify({ last, pages } satisfies MergeCursor)).toString('base64url');
}

function readCursor(text: string, count: number): MergeCursor {
  let cursor: Partial<MergeCursor>;
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<MergeCursor>;
  } catch (cause) {
    throw driverError('cursor', { cause });
  }
  if (typeof cursor.last === 'string' && cursor.pages?.length === count) return cursor as MergeCursor;
  throw driverError('cursor');
}
