/** Lists: as the service gives them, or put in order where it does not. */
import { IntegrationError, type Page } from '@im/core';
import { compareKeys, type DriverCall, type DriverList, type ListEntry } from '@im/storage';
import { fromStoredKey, isPlainDelimiter, toStoredKey } from '../keys.ts';
import type { ListedObject } from '../model.ts';
import { callOf, type DriverContext, firstPage, readCursor, writeCursor } from './support.ts';

/** Where pages follow an order that is none, only a single page is right. */
const allAtOnce = 1_000_000;

/** One page of entries, in the order of their keys' bytes. */
export async function listObjects(
  context: DriverContext,
  list: DriverList,
  call: DriverCall,
): Promise<Page<ListEntry>> {
  if (!context.dialect.listsInOrder) return listSorted(context, list, call);
  const { prefix, delimiter, pageSize } = list;
  if (delimiter !== undefined && !isPlainDelimiter(delimiter)) throw badDelimiter();
  const cursor = readCursor(list.cursor);
  const page = await firstPage(
    context.client.listObjects(
      { prefix: toStoredKey(prefix), delimiter },
      { ...callOf(call), cursor, pageSize },
    ),
  );
  return { items: page.items.map(toEntry), next: writeCursor(page.next) };
}

/** The same of a service that has an order of its own: all keys of the prefix are read for each page. */
async function listSorted(
  { client }: DriverContext,
  { prefix, delimiter, cursor, pageSize }: DriverList,
  call: DriverCall,
): Promise<Page<ListEntry>> {
  const after = readCursor(cursor);
  const all: ListEntry[] = [];
  const options = { ...callOf(call), pageSize: allAtOnce };
  for await (const entry of client.listObjects({ prefix: toStoredKey(prefix) }, options))
    all.push(toEntry(entry));
  all.sort((one, other) => compareKeys(one.key, other.key));
  const items: ListEntry[] = [];
  for (const entry of all) {
    const end = delimiter === undefined ? -1 : entry.key.indexOf(delimiter, prefix.length);
    const group = end < 0 || delimiter === undefined ? undefined : entry.key.slice(0, end + delimiter.length);
    const key = group ?? entry.key;
    const isTold = items.at(-1)?.key === key || (after !== undefined && compareKeys(key, after) <= 0);
    if (isTold) continue;
    if (items.length === pageSize) return { items, next: writeCursor(items.at(-1)?.key) };
    items.push(group === undefined ? entry : { kind: 'prefix', key: group });
  }
  return { items };
}

function toEntry(entry: ListedObject): ListEntry {
  const key = fromStoredKey(entry.key);
  if (entry.kind === 'prefix') return { kind: 'prefix', key };
  const { size, etag, modifiedAt } = entry;
  return { kind: 'object', key, size, etag, modifiedAt };
}

function badDelimiter(): IntegrationError {
  return new IntegrationError('keys cannot be grouped by this delimiter', {
    code: 'invalid_argument',
    remedy: 'use one without .., U+0000 and U+0001, that does not begin with ~',
  });
}
