/** What the operations have in common: where they are documented, how they answer in pages, what a repetition means. */
import { type Call, type OperationNotes, type Page, VendorError } from '@im/core';
import { cursorPage, fromCursor, type Http, type Path, path as pathOf } from '@im/http';
import { type Link, linkTo } from '../wire/common.ts';

/** What every operation needs. */
export interface Connection {
  readonly http: Http;
}

/** Asks for the whole resource in the answer: https://developer.paypal.com/api/rest/requests/#prefer */
export const whole = { prefer: 'return=representation' };

/** APIs by the name that their reference has, with the scopes that they need. */
const scopes = {
  'orders/v2': ['payments/payment'],
  'payments/v2': ['payments/payment/authcapture', 'payments/refund'],
  'payment-tokens/v3': ['vault/payment-tokens/readwrite'],
  'subscriptions/v1': ['subscriptions'],
  'catalog-products/v1': ['subscriptions'],
  'customer-disputes/v1': ['disputes/read-seller', 'disputes/update-seller'],
  'payments.payouts-batch/v1': ['payouts'],
  'transaction-search/v1': ['reporting/search/read', 'reporting/balances/read'],
  'webhooks/v1': ['applications/webhooks'],
} as const;

/** Notes of the operations of one API: its page, and the scope below `https://uri.paypal.com/services/`. */
export const notesOf =
  (api: keyof typeof scopes) =>
  (anchor: string, index = 0): OperationNotes => ({
    docs: `https://developer.paypal.com/docs/api/${api}/#${anchor}`,
    scopes: scopes[api].slice(index, index + 1),
  });

/** An argument that the vendor would refuse, refused before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, sent: false });
}

/**
 * A path with every inserted value escaped.
 *
 * @throws VendorError `invalid_argument` for a value that can be no part of a path: it is empty, `.` or `..`
 */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): Path {
  try {
    return pathOf(parts, ...values);
  } catch (error) {
    throw error instanceof TypeError ? invalid(error.message) : error;
  }
}

/** A page by number. */
export interface PageNumber {
  readonly page: number;
  readonly page_size: number;
}

/** Where a page by number begins. A cursor remembers its page size, since numbers of other sizes mean other places. */
export function pageNumber(
  call: Pick<Call, 'cursor' | 'pageSize'>,
  sizes: { readonly usual: number; readonly most: number },
): PageNumber {
  const [, page, size] = /^(\d{1,7})x(\d{1,4})$/.exec(fromCursor(call) ?? '') ?? [];
  if (page !== undefined && size !== undefined) return { page: Number(page), page_size: Number(size) };
  if (call.cursor !== undefined) throw invalid('the cursor is not one of this operation');
  return { page: 1, page_size: Math.max(1, Math.min(call.pageSize ?? sizes.usual, sizes.most)) };
}

/** The page, and the next one's number while there is one. */
export function numberedPage<Item>(
  items: readonly Item[],
  { page, page_size }: PageNumber,
  totals: { readonly totalPages?: number | undefined; readonly totalItems?: number | undefined },
): Page<Item> {
  const goesOn =
    items.length > 0 &&
    (totals.totalPages === undefined ? items.length >= page_size : page < totals.totalPages);
  return cursorPage(items, goesOn ? `${page + 1}x${page_size}` : undefined, totals.totalItems);
}

/** A parameter of the link to the next page: only that is taken from it, never the host. */
export function nextParameter(links: readonly Link[], name: string): string | undefined {
  const next = linkTo(links, 'next');
  return next === undefined ? undefined : (URL.parse(next)?.searchParams.get(name) ?? undefined);
}

/**
 * Makes a change that the vendor refuses the second time safe to repeat: a repetition that is refused by these names found what an earlier attempt
 * did, and that is a success. The first attempt's refusal stays one.
 */
export async function settled<Value>(
  call: Call,
  names: readonly string[],
  work: () => Promise<Value>,
  found: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof VendorError ? error.failure.reason : undefined;
    if (call.attempt > 1 && reason !== undefined && names.includes(reason)) return found();
    throw error;
  }
}
