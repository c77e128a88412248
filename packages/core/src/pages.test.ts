import { describe, expect, it } from 'vitest';
import type { Page, PagesOptions } from './operation.ts';
import { createPages } from './pages.ts';

const names = { provider: 'demo', operation: 'list', integration: 'demo', tenant: 'default' };

/** Pages of two over the numbers below `count`, and the cursors that were asked for. */
function numbers(count: number, options?: PagesOptions) {
  const asked: (string | undefined)[] = [];
  const fetch = async (cursor: string | undefined): Promise<Page<number>> => {
    asked.push(cursor);
    const start = Number(cursor ?? 0);
    const items = [start, start + 1].filter((item) => item < count);
    return { items, next: start + 2 < count ? String(start + 2) : undefined };
  };
  return { asked, list: createPages(fetch, options, names) };
}

describe('an answer in pages', () => {
  it('gives all items in order, and asks for nothing before it is iterated', async () => {
    const { asked, list } = numbers(5);
    expect(asked).toEqual([]);
    expect(await list.toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(asked).toEqual([undefined, '2', '4']);
    expect([list.cursor, list.done]).toEqual([undefined, true]);
  });

  it('asks for the next page only after the last item of the one before was taken', async () => {
    const { asked, list } = numbers(5);
    const seen: [item: number, asked: number][] = [];
    for await (const item of list) seen.push([item, asked.length]);
    expect(seen).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 3],
    ]);
  });

  it('begins at a cursor, and gives the cursor to go on from', async () => {
    const { list } = numbers(6, { cursor: '2' });
    expect(list.cursor).toBe('2');
    const cursors: (string | undefined)[] = [];
    for await (const page of list.pages()) {
      expect(page.items.length).toBe(2);
      cursors.push(list.cursor);
    }
    expect(cursors).toEqual(['2', '4']);
  });

  it('loses none and gives none twice when it goes on after a page failed', async () => {
    let broken = true;
    const fetch = async (cursor: string | undefined): Promise<Page<string>> => {
      if (cursor === 'b' && broken) throw new Error('cut');
      return {
        items: [`${cursor ?? 'a'}1`, `${cursor ?? 'a'}2`],
        next: { b: 'c', c: undefined }[cursor ?? ''] ?? (cursor === undefined ? 'b' : undefined),
      };
    };
    const taken: string[] = [];
    const first = createPages(fetch, undefined, names);
    const failure = await (async () => {
      for await (const item of first) taken.push(item);
    })().catch((error: Error) => error.message);
    expect([failure, first.cursor]).toEqual(['cut', 'b']);
    broken = false;
    for await (const item of createPages(fetch, { cursor: first.cursor }, names)) taken.push(item);
    expect(taken).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
  });

  it('tells the fetcher how many are still wanted, so that a limit ends between two pages', async () => {
    const told: number[] = [];
    const fetch = async (cursor: string | undefined, most: number): Promise<Page<number>> => {
      told.push(most);
      const start = Number(cursor ?? 0);
      const items = [start, start + 1].slice(0, most);
      return { items, next: String(start + items.length) };
    };
    const list = createPages(fetch, { limit: 3 }, names);
    expect([await list.toArray(), told, list.cursor]).toEqual([[0, 1, 2], [3, 1], '3']);
  });

  it('stays at a page that was left half-way', async () => {
    const { list } = numbers(6);
    for await (const item of list) if (item === 2) break;
    expect([list.cursor, list.done]).toEqual(['2', false]);
  });

  it.each([
    [0, [], 0],
    [1, [0], 1],
    [2, [0, 1], 1],
    [3, [0, 1, 2], 2],
    [99, [0, 1, 2, 3, 4], 3],
  ])('gives at most %i items and asks for no page beyond them', async (limit, items, fetched) => {
    const { asked, list } = numbers(5, { limit });
    expect(await list.toArray()).toEqual(items);
    expect(asked.length).toBe(fetched);
  });

  it('gives no `next` for a page that the limit cut short', async () => {
    const pages: Page<number>[] = [];
    for await (const page of numbers(5, { limit: 3 }).list.pages()) pages.push(page);
    expect(pages).toEqual([
      { items: [0, 1], next: '2' },
      { items: [2], next: undefined },
    ]);
  });

  it.each([-1, 1.5, Number.NaN])('refuses the limit %d', async (limit) => {
    await expect(numbers(5, { limit }).list.toArray()).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('goes on over empty pages, and stops when a page names itself as the next one', async () => {
    const empty = createPages<number>(
      async (cursor) => (cursor === undefined ? { items: [], next: 'x' } : { items: [7] }),
      undefined,
      names,
    );
    expect(await empty.toArray()).toEqual([7]);
    const endless = createPages<number>(async () => ({ items: [1], next: 'x' }), undefined, names);
    await expect(endless.toArray()).rejects.toMatchObject({ code: 'internal', operation: 'list' });
  });

  it('throws the reason of the signal between two items and between two pages', async () => {
    for (const at of [0, 1]) {
      const controller = new AbortController();
      const { asked, list } = numbers(9, { signal: controller.signal });
      const taken: number[] = [];
      const run = (async () => {
        for await (const item of list) {
          taken.push(item);
          if (item === at) controller.abort('enough');
        }
      })();
      await expect(run).rejects.toBe('enough');
      expect([taken.length, asked.length]).toEqual([at + 1, 1]);
    }
  });

  it('begins anew with each iteration', async () => {
    const { list } = numbers(3);
    expect(await list.toArray()).toEqual([0, 1, 2]);
    expect(await list.toArray()).toEqual([0, 1, 2]);
  });
});
