/** So many at once, and no more asked for than can be begun. */

/**
 * Runs `work` on each item, at most `concurrency` at a time. The first failure ends it: no other is begun, those under way are
 * waited for, and it is thrown.
 */
export async function forEachOf<Item>(
  items: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const under = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const one = async (item: Item) => {
    try {
      await work(item);
    } catch (error) {
      failure ??= { error };
    }
  };
  try {
    for await (const item of items) {
      const mine: Promise<void> = one(item).finally(() => under.delete(mine));
      under.add(mine);
      if (under.size >= concurrency) await Promise.race(under);
      if (failure !== undefined) break;
    }
  } catch (error) {
    failure ??= { error };
  }
  await Promise.all(under);
  if (failure !== undefined) throw failure.error;
}
