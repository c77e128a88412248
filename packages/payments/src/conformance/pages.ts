/** What every list must do: give each item once, over several pages. */
import assert from 'node:assert/strict';
import type { Page, Pages } from '@im/core';
import type { CaseContext } from './types.ts';

/** So many items that they need a second page. */
export const moreThanAPage = ({ pageSize = 10 }: Pick<CaseContext, 'pageSize'>) => pageSize + 1;

/** The pages must hold exactly these, each once, and more than one page. @returns the items in the order of `ids` */
export async function expectAll<Item extends { readonly id: string }>(
  ids: readonly string[],
  firstPage: (cursor: undefined) => Promise<Page<Item>> | undefined,
  pages: Pages<Item>,
): Promise<readonly Item[]> {
  const { next } = (await firstPage(undefined)) ?? {};
  assert.ok(next !== undefined, `${ids.length} items are more than a page of the harness (\`pageSize\`)`);
  const items = await pages.toArray();
  assert.deepEqual(items.map(({ id }) => id).sort(), [...ids].sort());
  const byId = new Map(items.map((item) => [item.id, item]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
