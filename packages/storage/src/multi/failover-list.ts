/** A list that goes on at another store when one fails: its cursor knows the last key that was told. */
import type { Page } from '@im/core';
import type { ListEntry, StorageDriver } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import { compareKeys } from '../keys.ts';
import type { Router, RouterSetup } from './router.ts';

/** Where a list stands. */
interface ListPlace {
  readonly store: string;
  readonly cursor?: string | undefined;
  /** The last entry's key. */
  readonly last: string;
}

function readPlace(cursor: string | undefined): ListPlace | undefined {
  if (cursor === undefined) return undefined;
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Partial<ListPlace>;
    if (typeof place.store === 'string' && typeof place.last === 'string') return place as ListPlace;
  } catch (cause) {
    throw driverError('cursor', { cause });
  }
  throw driverError('cursor');
}

const writePlace = (place: ListPlace): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Makes the `list` of the driver. */
export function failoverList(
  setup: Pick<RouterSetup, 'journal' | 'members'>,
  read: Router['read'],
): StorageDriver['list'] {
  const { journal, members } = setup;
  return async (list, call) => {
    const place = readPlace(list.cursor);
    const owed = members.flatMap(({ name }) => [...(journal?.backlog(name).keys ?? [])]);
    const keys = owed.filter((key) => key.startsWith(list.prefix));
    return read({ keys: [...new Set(keys)] }, call, async (driver, { name }): Promise<Page<ListEntry>> => {
      let cursor = place?.store === name ? place.cursor : undefined;
      while (true) {
        const page = await driver.list({ ...list, cursor }, call);
        // At another store than before: what was told already comes again, and is left out.
        const items =
          place === undefined || place.store === name
            ? page.items
            : page.items.filter(({ key }) => compareKeys(key, place.last) > 0);
        const last = items.at(-1)?.key ?? place?.last;
        if (page.next === undefined) return { items };
        if (last !== undefined && items.length > 0)
          return { items, next: writePlace({ store: name, cursor: page.next, last }) };
        cursor = page.next;
      }
    });
  };
}
