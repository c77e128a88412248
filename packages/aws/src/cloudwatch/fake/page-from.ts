import type { AwsFault } from '../../common/fake/protocols.ts';

/** One page of `all`, with where it ends. @throws what `bad` makes, for a token that was never given */
export function pageFrom<Item>(
  all: readonly Item[],
  token: string | undefined,
  size: number,
  bad: () => AwsFault,
): { readonly items: readonly Item[]; readonly next: string | undefined; readonly end: number } {
  const start = token === undefined ? 0 : Number(/^next-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(start) || start > all.length) throw bad();
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? `next-${end}` : undefined, end };
}
