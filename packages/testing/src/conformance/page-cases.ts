/** Answers in pages: each item once, no more than asked for, good to resume, and never ahead of the reader. */
import { isDeepStrictEqual } from 'node:util';
import type { Page, Pages, PagesOptions } from '@im/core';
import type { Rig } from './rig.ts';
import { settle } from './settle.ts';
import type { Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

/** Calls `body` for each operation in pages whose sample has enough items to tell pages apart. */
async function eachPaged(
  suite: Suite,
  body: (paged: {
    readonly rig: Rig;
    readonly name: string;
    readonly all: readonly unknown[];
    /** Small enough that the items need several pages. */
    readonly pageSize: number;
    open(options: PagesOptions): Pages<unknown>;
  }) => Promise<string | undefined>,
): Promise<void> {
  const names = suite.names.filter((name) => suite.operation(name).kind === 'pages');
  if (names.length === 0) notApplicable('it has no operation that answers in pages');
  const problems = new Problems();
  await using rig = await suite.open();
  // Operations without pages come first: they are what fills a fresh integration.
  for (const name of suite.names) if (!names.includes(name)) await rig.call(name).catch(() => undefined);
  let long = 0;
  for (const name of names) {
    const open = (options: PagesOptions) => rig.pages(name, options);
    const all = await rig.clock.until(open({}).toArray());
    if (all.length < 2) continue;
    const pageSize = all.length > 2 ? 2 : 1;
    long += 1;
    rig.fake?.forget();
    const problem = await body({ rig, name, all, pageSize, open }).catch((error: unknown) => String(error));
    if (problem !== undefined) problems.add(`${name}: ${problem}`);
  }
  if (long === 0)
    throw new Error(
      `no sample of ${names.join(', ')} has two items or more; without them paging proves nothing`,
    );
  problems.report();
}

export const pageCases: readonly ConformanceCase[] = [
  {
    id: 'C-040',
    must: 'M-16',
    title: 'small pages give each item once, in the same order as large ones',
    run: (suite) =>
      eachPaged(suite, async ({ rig, all, pageSize, open }) => {
        const items = await rig.clock.until(open({ pageSize }).toArray());
        return isDeepStrictEqual(items, all)
          ? undefined
          : `${items.length} items in small pages differ from ${all.length} in large ones`;
      }),
  },
  {
    id: 'C-041',
    must: 'M-16',
    title: 'a limit gives so many items and no more',
    run: (suite) =>
      eachPaged(suite, async ({ rig, all, pageSize, open }) => {
        const limit = all.length - 1;
        const items = await rig.clock.until(open({ pageSize, limit }).toArray());
        return isDeepStrictEqual(items, all.slice(0, limit))
          ? undefined
          : `a limit of ${limit} gave ${items.length} items`;
      }),
  },
  {
    id: 'C-042',
    must: 'M-16',
    title: 'the cursor of a page resumes after it',
    run: (suite) =>
      eachPaged(suite, async ({ rig, all, pageSize, open }) => {
        const first = await rig.clock.until(firstPage(open({ pageSize })));
        if (first?.next === undefined)
          return `the first page of ${first?.items.length} of ${all.length} items has no next`;
        const rest = await rig.clock.until(open({ pageSize, cursor: first.next }).toArray());
        const whole = [...first.items, ...rest];
        return isDeepStrictEqual(whole, all)
          ? undefined
          : `resumed, it gave ${whole.length} items of ${all.length}, or others`;
      }),
  },
  {
    id: 'C-043',
    must: 'M-16',
    title: 'the next page is asked for only when the one before was taken',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      await eachPaged(suite, async ({ rig, pageSize, open }) => {
        const items = open({ pageSize })[Symbol.asyncIterator]();
        await rig.clock.until(items.next());
        await settle();
        await rig.clock.advance(1_000);
        const ahead = rig.fake?.exchanges.length ?? 0;
        await items.return?.();
        return ahead === 1 ? undefined : `${ahead} requests were made for one item`;
      });
    },
  },
];

async function firstPage(pages: Pages<unknown>): Promise<Page<unknown> | undefined> {
  for await (const page of pages.pages()) return page;
  return undefined;
}
