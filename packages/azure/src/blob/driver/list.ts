/**
 * Lists: blobs whose names are their keys, and odd keys from below our prefix, merged into one list in the order of keys.
 *
 * Each page asks both until they have told all they have, side by side, so the second costs no time; where there are no odd keys below a prefix, that is one
 * small request for a whole listing. The service's markers name pages, not places in them: an entry that has to wait for the other list is fetched
 * again with the next page, and what was told already is left out.
 */

import type { Page } from '@im/core';
import type { DriverCall, DriverList, ListEntry } from '@im/storage';
import { compareKeys, driverError } from '@im/storage';
import type { BlobEntry, ListBlobsOptions } from '../model.ts';
import type { BlobClient } from '../operations/operations.ts';
import { inPort } from './info.ts';
import { fromOddName, isPlainPrefix, oddPrefixOf, ownPrefix } from './names.ts';

/** Where one of the two lists goes on: at its beginning, at a marker, or nowhere. */
type Place =
  | { readonly at: string | undefined /** Whether part of that page was told. */; readonly again: boolean }
  | undefined;

interface State {
  readonly plain: Place;
  readonly odd: Place;
  /** The last key that was told. */
  readonly after: string | undefined;
}

/** What came of asking one list. */
interface Source {
  readonly entries: readonly ListEntry[];
  /** Where it goes on once all of these were told. */
  readonly next: Place;
  /** Up to where it has told everything; absent: to the end. */
  readonly reach: string | undefined;
}

const nothing: Source = { entries: [], next: undefined, reach: undefined };

/** One page. */
export async function listObjects(
  client: BlobClient,
  list: DriverList,
  call: DriverCall,
): Promise<Page<ListEntry>> {
  let state = readState(list.cursor);
  while (true) {
    const [plain, odd] = await inPort(
      Promise.all([
        state.plain === undefined ? nothing : askPlain(client, list, state.plain.at, call),
        state.odd === undefined ? nothing : askOdd(client, list, state.odd.at, call),
      ]),
    );
    const { after } = state;
    const untold = (entries: readonly ListEntry[], place: Place) =>
      entries.filter(({ key, kind }) => {
        if (after === undefined || compareKeys(key, after) > 0) return true;
        return place?.again !== true && !(kind === 'prefix' && key === after);
      });
    const reach = lowest(plain.reach, odd.reach);
    const known = merged(untold(plain.entries, state.plain), untold(odd.entries, state.odd)).filter(
      ({ key }) => reach === undefined || compareKeys(key, reach) <= 0,
    );
    const items = known.slice(0, list.pageSize);
    const last = items.at(-1)?.key ?? after;
    // Where everything known was told, a list that was told to its end may go on.
    const told = items.length === known.length ? reach : last;
    const goOn = (source: Source, place: Place): Place =>
      isTold(source, told, items.length === known.length) ? source.next : place && { ...place, again: true };
    const next: State = { plain: goOn(plain, state.plain), odd: goOn(odd, state.odd), after: last };
    if (next.plain === undefined && next.odd === undefined) return { items };
    if (items.length > 0) return { items, next: writeState(next) };
    state = next;
  }
}

/** Whether all that a list gave is told, so that its next page may be asked. */
function isTold({ entries, reach }: Source, told: string | undefined, isAll: boolean): boolean {
  const end = reach ?? entries.at(-1)?.key;
  if (end === undefined || (isAll && told === undefined)) return true;
  return told !== undefined && compareKeys(end, told) <= 0;
}

function lowest(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return compareKeys(one, other) < 0 ? one : other;
}

/** Both in order; what both tell of is told once, as the second has it. */
function merged(one: readonly ListEntry[], other: readonly ListEntry[]): readonly ListEntry[] {
  if (other.length === 0) return one;
  const all = [...one, ...other].sort((a, b) => compareKeys(a.key, b.key));
  return all.filter(({ kind, key }, index) => {
    const next = all[index + 1];
    return next?.key !== key || next.kind !== kind;
  });
}

/** One page of the service's own list, in order; without what is ours. */
async function askPlain(
  client: BlobClient,
  { prefix, delimiter, pageSize }: DriverList,
  at: string | undefined,
  call: DriverCall,
): Promise<Source> {
  if (!isPlainPrefix(prefix)) return nothing;
  // The emulator knows delimiters of one character only; longer ones are looked for here.
  const served = delimiter?.length === 1 ? delimiter : undefined;
  const page = await ask(client, { prefix, delimiter: served }, at, pageSize, call);
  const sorted = page.items.map(toEntry).sort((a, b) => compareKeys(a.key, b.key));
  const entries: ListEntry[] = [];
  for (const entry of sorted) {
    if (entry.key.startsWith(ownPrefix)) continue;
    if (entry.kind === 'prefix' && ownPrefix.startsWith(entry.key)) {
      if (!(await hasOthers(client, entry.key, call))) continue;
    }
    if (served === delimiter) entries.push(entry);
    else addGrouped(entries, entry, prefix, delimiter);
  }
  return { entries, ...endOf(page, sorted.at(-1)?.key ?? '') };
}

/** One page of odd keys; the delimiter is ours to look for, since it does not stand in their names. */
async function askOdd(
  client: BlobClient,
  { prefix, delimiter, pageSize }: DriverList,
  at: string | undefined,
  call: DriverCall,
): Promise<Source> {
  const page = await ask(client, { prefix: oddPrefixOf(prefix) }, at, pageSize, call);
  const entries: ListEntry[] = [];
  let reach = '';
  for (const item of page.items) {
    const key = item.kind === 'blob' ? fromOddName(item.name) : undefined;
    if (key === undefined) continue;
    reach = key;
    if (key.startsWith(prefix)) addGrouped(entries, { ...toEntry(item), key }, prefix, delimiter);
  }
  return { entries, ...endOf(page, reach) };
}

/** Adds an entry, or the prefix that it shares with those after it, once. */
function addGrouped(
  entries: ListEntry[],
  entry: ListEntry,
  prefix: string,
  delimiter: string | undefined,
): void {
  const cut = delimiter === undefined ? -1 : entry.key.indexOf(delimiter, prefix.length);
  if (cut < 0 || delimiter === undefined) {
    entries.push(entry);
    return;
  }
  const shared = entry.key.slice(0, cut + delimiter.length);
  if (entries.at(-1)?.key !== shared) entries.push({ kind: 'prefix', key: shared });
}

function endOf({ next }: Page<BlobEntry>, reach: string): Pick<Source, 'next' | 'reach'> {
  return next === undefined
    ? { next: undefined, reach: undefined }
    : { next: { at: next, again: false }, reach };
}

/** Whether anything but ours is below a prefix that ours begins with. */
async function hasOthers(client: BlobClient, prefix: string, call: DriverCall): Promise<boolean> {
  for await (const { name } of client.listBlobs({ prefix }, call))
    if (!name.startsWith(ownPrefix)) return true;
  return false;
}

async function ask(
  client: BlobClient,
  options: ListBlobsOptions,
  cursor: string | undefined,
  pageSize: number,
  { signal }: DriverCall,
): Promise<Page<BlobEntry>> {
  const pages = client.listBlobs(options, { signal, cursor, pageSize }).pages();
  const page = await pages[Symbol.asyncIterator]().next();
  return page.done === true ? { items: [] } : page.value;
}

function toEntry(item: BlobEntry): ListEntry {
  if (item.kind === 'prefix') return { kind: 'prefix', key: item.name };
  const { size, etag, lastModified } = item.properties;
  return { kind: 'object', key: item.name, size, etag, modifiedAt: lastModified };
}

const beginning: Place = { at: undefined, again: false };

/** As it is written down: of each list whether a page was begun, and its marker. */
type WrittenPlace = readonly [again: boolean, marker: string] | null;

const writePlace = (place: Place): WrittenPlace =>
  place === undefined ? null : [place.again, place.at ?? ''];

function writeState({ plain, odd, after }: State): string {
  const written = [writePlace(plain), writePlace(odd), after ?? ''];
  return Buffer.from(JSON.stringify(written)).toString('base64url');
}

/** @throws `invalid_argument` for what {@link writeState} did not write */
function readState(cursor: string | undefined): State {
  if (cursor === undefined) return { plain: beginning, odd: beginning, after: undefined };
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw driverError('cursor');
  }
  const [plain, odd, after] = Array.isArray(read) ? (read as unknown[]) : [];
  if (typeof after !== 'string') throw driverError('cursor');
  return { plain: readPlace(plain), odd: readPlace(odd), after: after || undefined };
}

function readPlace(written: unknown): Place {
  if (written === null) return undefined;
  const [again, marker] = Array.isArray(written) ? (written as unknown[]) : [];
  if (typeof again !== 'boolean' || typeof marker !== 'string') throw driverError('cursor');
  return { at: marker || undefined, again };
}
