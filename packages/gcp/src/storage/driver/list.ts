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

/** One page of objects. */
export async function listPage(
  client: GcsClient,
  { prefix, delimiter, cursor, pageSize }: DriverList,
  call: DriverCall,
): Promise<Page<ListEntry>> {
  const isServers = delimiter === undefined || delimiter === '/';
  const filter = { prefix: toNamePrefix(prefix), delimiter: isServers ? delimiter : undefined };
  const items: ListEntry[] = [];
  let start = readCursor(cursor);
  let group = start?.group;
  for (;;) {
    const page = await firstPage(
      client,
      { ...filter, startOffset: start?.from },
      { pageSize: pageSize - items.length, signal: call.signal },
    );
    for (const entry of page.items) {
      if (nameOf(entry).startsWith(uploadsPrefix)) continue;
      const told = isServers ? toEntry(entry) : grouped(toEntry(entry), prefix, delimiter);
      if (told.kind === 'prefix' && told.key === group) continue;
      items.push(told);
      group = told.kind === 'prefix' ? told.key : undefined;
    }
    const last = page.items.at(-1);
    if (page.next === undefined || last === undefined) return { items };
    const place = placeBehind(last, group);
    if (place === undefined) return { items };
    if (items.length >= pageSize) return { items, next: writeCursor(place) };
    start = place;
  }
}

/** Where a list goes on, and what was told of what lies around it. */
interface Place {
  readonly from: string;
  readonly group?: string | undefined;
}

function placeBehind(last: GcsListEntry, group: string | undefined): Place | undefined {
  const name = nameOf(last);
  const shared = name.startsWith(uploadsPrefix) ? uploadsPrefix : group && toNamePrefix(group);
  // No name has U+0000 in it, so this is the next one there can be.
  const from = shared === undefined || shared === '' ? `${name}\u0001` : behind(shared);
  return from === undefined ? undefined : { from };
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

function writeCursor({ from }: Place): string {
  return Buffer.from(`n:${from}`).toString('base64url');
}

function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith('n:') || text.length < 3) throw driverError('cursor');
  return { from: text.slice(2) };
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
