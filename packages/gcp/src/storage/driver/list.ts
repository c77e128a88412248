/**
 * Lists. A cursor is the last name that was told, so it stays good when objects come and go, and needs no token of the service.
 * Parts of uploads are left out: a page that ends among them goes on behind them.
 *
 * The service groups by `/`. Other delimiters may stand in what is escaped, so they are looked for here.
 */
import type { Page } from '@im/core';
import type { DriverCall, DriverList, ListEntry } from '@im/storage';
import { driverError } from '@im/storage';
import type { GcsListEntry, GcsListFilter } from '../model.ts';
import type { GcsClient } from './client.ts';
import { rethrow } from './failures.ts';
import { behind, toKey, toNamePrefix, uploadsPrefix } from './keys.ts';

/** Most lines of an answer: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const mostLines = 1_000;

/** One page of objects. */
export async function listPage(
  client: GcsClient,
  list: DriverList,
  call: DriverCall,
): Promise<Page<ListEntry>> {
  try {
    return await readPage(client, list, call);
  } catch (error) {
    return rethrow()(error);
  }
}

async function readPage(
  client: GcsClient,
  { prefix, delimiter, cursor, pageSize }: DriverList,
  { signal }: DriverCall,
): Promise<Page<ListEntry>> {
  const isServers = delimiter === undefined || delimiter === '/';
  const filter = { prefix: toNamePrefix(prefix), delimiter: isServers ? delimiter : undefined };
  const items: ListEntry[] = [];
  let place = readCursor(cursor);
  for (;;) {
    const startOffset = startOf(place);
    if (place !== undefined && startOffset === undefined) return { items };
    // One more than is wanted: where a list goes on, the service tells the last one again.
    const size = Math.min(pageSize - items.length + 1, mostLines);
    const pages = client.listObjects({ ...filter, startOffset }, { pageSize: size, signal }).pages();
    let isBehind = false;
    for await (const page of pages) {
      for (const entry of page.items) {
        const name = nameOf(entry);
        isBehind = isIn(place, name);
        if (isBehind) continue;
        if (name.startsWith(uploadsPrefix)) {
          place = { all: uploadsPrefix };
          isBehind = true;
          continue;
        }
        if (items.length === pageSize) return { items, next: writeCursor(place) };
        const told = isServers ? toEntry(entry) : grouped(toEntry(entry), prefix, delimiter);
        items.push(told);
        place = told.kind === 'prefix' ? { all: toNamePrefix(told.key) } : { one: name };
        isBehind = told.kind === 'prefix' && entry.kind === 'object';
      }
      if (page.next === undefined) return { items };
      // Full, or short of the one line that was told again and found no room: a request for one more would cost as much as a page.
      const isFull = items.length === pageSize || (size === pageSize && items.length === pageSize - 1);
      if (isFull && items.length > 0) return { items, next: writeCursor(place) };
      // What comes next may go on for long among what is told already: better to begin behind it.
      if (isBehind) break;
    }
    if (!isBehind) return { items };
  }
}

/** What was told or left out last: one name, or all that begin alike. */
type Place =
  | { readonly one: string; readonly all?: undefined }
  | { readonly all: string; readonly one?: undefined };

function startOf(place: Place | undefined): string | undefined {
  return place?.all === undefined ? place?.one : behind(place.all);
}

function isIn(place: Place | undefined, name: string): boolean {
  return place !== undefined && (place.all === undefined ? name === place.one : name.startsWith(place.all));
}

const nameOf = (entry: GcsListEntry) => (entry.kind === 'object' ? entry.object.name : entry.name);

function toEntry(entry: GcsListEntry): ListEntry {
  if (entry.kind === 'prefix') return { kind: 'prefix', key: toKey(entry.name) };
  const { name, size, generation, createdAt } = entry.object;
  return { kind: 'object', key: toKey(name), size, etag: generation, modifiedAt: createdAt };
}

function grouped(entry: ListEntry, prefix: string, delimiter: string): ListEntry {
  const at = entry.key.indexOf(delimiter, prefix.length);
  return at < 0 ? entry : { kind: 'prefix', key: entry.key.slice(0, at + delimiter.length) };
}

function writeCursor(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const text = place.all === undefined ? `1:${place.one}` : `*:${place.all}`;
  return Buffer.from(text).toString('base64url');
}

function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const rest = text.slice(2);
  if (rest !== '' && text.startsWith('1:')) return { one: rest };
  if (rest !== '' && text.startsWith('*:')) return { all: rest };
  throw driverError('cursor');
}

/** One request's worth of objects. */
export async function firstPage(
  client: GcsClient,
  filter: GcsListFilter,
  options: { readonly pageSize: number; readonly cursor?: string | undefined; readonly signal: AbortSignal },
): Promise<Page<GcsListEntry>> {
  try {
    for await (const page of client.listObjects(filter, options).pages()) return page;
    return { items: [] };
  } catch (error) {
    return rethrow()(error);
  }
}
