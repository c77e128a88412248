/** Core's `Pages`, for a store that is not an integration's operation. */
import type { Page, Pages } from '@im/core';

/**
 * Nothing is fetched before it is iterated, and a page only when it is needed.
 *
 * @param fetch gives the page that begins at the cursor, with no more entries than it is told
 */
export function toPages<Item>(
  fetch: (cursor: string | undefined, most: number) => Promise<Page<Item>>,
  options: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  signal: AbortSignal,
): Pages<Item> {
  let cursor = options.cursor;
  let done = false;

  async function* pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let here = options.cursor;
    cursor = here;
    done = false;
    while (left > 0) {
      signal.throwIfAborted();
      const page = await fetch(here, left);
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
        signal.throwIfAborted();
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
