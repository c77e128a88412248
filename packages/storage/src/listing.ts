/** Pages over keys in order, for drivers that hold their own keys. */
import type { Page } from '@im/core';
import type { DriverList, ListEntry } from './driver.ts';
import { driverError } from './driver-errors.ts';

/** What the next entry of a list may be: after this key, and not below this prefix (which was told already). */
export interface ListPosition {
  readonly after: string;
  readonly past: string | undefined;
}

/** A cursor names the last entry that was told, so it stays good when objects come and go. */
export function readCursor(cursor: string | undefined): ListPosition | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const kind = text[0];
  if ((kind !== 'o' && kind !== 'p') || text.length < 2) throw driverError('cursor');
  const key = text.slice(1);
  return { after: key, past: kind === 'p' ? key : undefined };
}

function writeCursor(entry: ListEntry): string {
  return Buffer.from(`${entry.kind === 'object' ? 'o' : 'p'}${entry.key}`).toString('base64url');
}

/**
 * Makes one page of `keys`, which come in order and begin after the cursor. `describe` gives `undefined` for an object that is gone.
 * `told` learns which shared prefix was told last, so that the source of keys may leave the rest of it out.
 */
export async function listPage(
  keys: AsyncIterable<string> | Iterable<string>,
  { prefix, delimiter, cursor, pageSize }: DriverList,
  describe: (key: string) => Promise<ListEntry | undefined> | ListEntry | undefined,
  told: { group: string | undefined } = { group: undefined },
): Promise<Page<ListEntry>> {
  const items: ListEntry[] = [];
  let group = readCursor(cursor)?.past;
  told.group = group;
  for await (const key of keys) {
    if (group !== undefined && key.startsWith(group)) continue;
    const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    group = end < 0 || delimiter === undefined ? undefined : key.slice(0, end + delimiter.length);
    told.group = group;
    const entry = group === undefined ? await describe(key) : { kind: 'prefix' as const, key: group };
    if (entry === undefined) continue;
    const last = items.at(-1);
    if (items.length === pageSize && last !== undefined) return { items, next: writeCursor(last) };
    items.push(entry);
  }
  return { items };
}
