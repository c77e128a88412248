/**
 * Pages of a search.
 *
 * A directory keeps the place of a search with the connection, and hands out a note that means nothing elsewhere. So a cursor of ours says which
 * search stands open here, how many entries were given, and a digest of the last one. Where that search does not stand open any more (another
 * process, an idle connection closed, too many searches at once), it is made again and as many entries are passed over; if the one at the place
 * is not the one that was there, the directory has changed and nobody could tell what is missing: the search ends with an error.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2696 | RFC 2696: Simple Paged Results}
 */
import { createHash } from 'node:crypto';
import { type Call, type Page, VendorError } from '@im/core';
import type { Directory, Query } from '../connection/directory.ts';
import type { DirectoryEntry } from '../model.ts';

/** Pages of searches of one directory. */
export interface Paging {
  /** The page at `call.cursor`. */
  page(query: Query, call: Call): Promise<Page<DirectoryEntry>>;
}

interface Place {
  /** Id of the search that stands open; absent at the beginning. */
  readonly search: string | undefined;
  /** Entries given so far. */
  readonly count: number;
  /** Digest of the name of the last one. */
  readonly last: string;
}

/** @param defaultSize entries a page, unless the call says otherwise */
export function createPaging(directory: Directory, defaultSize: number): Paging {
  return {
    async page(query, call) {
      const size = Math.min(call.pageSize ?? defaultSize, 1_000);
      const place = call.cursor === undefined ? beginning : parsePlace(call.cursor);
      const { entries, search } =
        (await directory.page(query, size, place.search, call)) ??
        (await directory.pageBehind(
          query,
          size,
          place.count,
          (entry) => digestOf(entry) === place.last,
          call,
        ));
      const last = entries.at(-1);
      const next: Place = {
        search: search?.id,
        count: place.count + entries.length,
        last: last === undefined ? place.last : digestOf(last),
      };
      return { items: entries, next: search === undefined ? undefined : placeText(next) };
    },
  };
}

const beginning: Place = { search: undefined, count: 0, last: '' };

function digestOf(entry: DirectoryEntry): string {
  return createHash('sha256').update(entry.dn.key).digest('base64url').slice(0, 16);
}

function placeText({ search = '', count, last }: Place): string {
  return Buffer.from([search, count, last].join(' ')).toString('base64url');
}

function parsePlace(cursor: string): Place {
  const [, search, count, last] =
    /^(\S+) (\d{1,9}) (\S*)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (search === undefined || count === undefined || last === undefined)
    throw new VendorError({ reason: 'cursor_gone', sent: false });
  return { search, count: Number(count), last };
}
