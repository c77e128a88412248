/**
 * Spotify's paging behind our `Page`. The vendor gives `next` as a whole URL; only the position in it is used, so that
 * an answer cannot lead a credential elsewhere, and a cursor is good in another process.
 */
import type { Call, Page } from '@im/core';
import { cursorPage, fromCursor } from '@im/http';
import { invalid } from './shared.ts';

/** Most items of a page in most lists. */
export const usualPage = 50;

interface WirePage<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
  readonly total?: number | undefined;
}

/** Items a request: what the caller wants, within what the vendor allows. Default: the most, which costs least requests. */
export function pageLimit(call: Call, most: number): number {
  return Math.min(Math.max(Math.trunc(call.pageSize ?? most), 1), most);
}

/**
 * `limit` and `offset` of a request for a page.
 *
 * @throws VendorError `invalid_argument` for a cursor of something else
 */
export function offsetQuery(
  call: Call,
  most = usualPage,
): { readonly limit: number; readonly offset: number } {
  const offset = fromCursor(call) ?? '0';
  if (!/^\d{1,9}$/.test(offset)) throw invalid('the cursor is not one of this operation');
  return { limit: pageLimit(call, most), offset: Number(offset) };
}

/** A page by offset. */
export function toPage<Wire, Item>(wire: WirePage<Wire>, toItem: (wire: Wire) => Item): Page<Item> {
  return cursorPage(wire.items.map(toItem), positionIn(wire.next, 'offset'), wire.total);
}

/** The position that a `next` URL names. */
function positionIn(next: string | undefined, parameter: string): string | undefined {
  if (next === undefined || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get(parameter) ?? undefined;
}
