/** Runs `work` for each item, at most `most` at the same time, whatever fails. @throws what the first failure threw, once all have ended */
export async function inBatches<Item>(
  items: Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const errors: unknown[] = [];
  const lane = async () => {
    for (let next = rest.next(); next.done !== true; next = rest.next())
      await work(next.value).catch((error: unknown) => void errors.push(error));
  };
  await Promise.all(Array.from({ length: most }, lane));
  if (errors.length > 0) throw errors[0];
}
