/** The caller's side of an operation that answers in pages: fetches a page only when somebody asks for what is in it. */
import { IntegrationError } from './errors.ts';
import type { Page, Pages, PagesOptions } from './operation.ts';

/** Names for errors. */
export interface PagesNames {
  readonly provider: string;
  readonly operation: string;
  readonly integration?: string | undefined;
  readonly tenant?: string | undefined;
}

/**
 * Fetches one page: one call through the policies. `most` is how many items are still wanted: a fetcher that keeps to
 * it never has a page cut short, so that the cursor after a `limit` goes on exactly there.
 */
export type FetchPage<Item> = (cursor: string | undefined, most: number) => Promise<Page<Item>>;

/**
 * Makes the {@link Pages} of one call. Nothing is fetched before it is iterated. Core does so for every operation of
 * `pages(…)`; ports whose portable type answers in pages do it themselves.
 *
 * While iterating it throws what `fetch` throws; the signal's reason once `options.signal` is aborted, also between
 * two items; {@link IntegrationError} `invalid_argument` for a `limit` that is no count, and `internal` when a page
 * names itself as the next one.
 */
export function createPages<Item>(
  fetch: FetchPage<Item>,
  options: PagesOptions | undefined,
  names: PagesNames,
): Pages<Item> {
  const signal = options?.signal;
  let cursor = options?.cursor;
  let done = false;

  async function* pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let left = checkLimit(options?.limit, names);
    let here = options?.cursor;
    cursor = here;
    done = false;
    while (left > 0) {
      signal?.throwIfAborted();
      const page = await fetch(here, left);
      if (page.next !== undefined && page.next === here) throw endless(names);
      if (page.items.length > left) {
        yield { ...page, items: page.items.slice(0, left), next: undefined };
        return;
      }
      yield page;
      left -= page.items.length;
      here = page.next;
      cursor = here;
      done = here === undefined;
      if (done) return;
    }
  }

  async function* items(): AsyncGenerator<Item, void, undefined> {
    for await (const page of pages()) {
      for (const item of page.items) {
        signal?.throwIfAborted();
        yield item;
      }
    }
  }

  return {
    [Symbol.asyncIterator]: items,
    pages,
    async toArray() {
      const all: Item[] = [];
      for await (const item of items()) all.push(item);
      return all;
    },
    get cursor() {
      return cursor;
    },
    get done() {
      return done;
    },
  };
}

function checkLimit(limit: number | undefined, names: PagesNames): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(limit) && limit >= 0) return limit;
  throw new IntegrationError('limit must be a whole number from 0', {
    ...names,
    code: 'invalid_argument',
    remedy: 'leave it out to get everything',
  });
}

function endless(names: PagesNames): IntegrationError {
  return new IntegrationError('a page names itself as the next one', { ...names, code: 'internal' });
}
