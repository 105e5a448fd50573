// Work that runs side by side and comes out in order.

/** Starts work on the items ahead of the one that is awaited, `window` of them at most, and gives the results in the
 *  order of the items. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  window: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<readonly [Item, Result], void, undefined> {
  const begun: { item: Item; result: Promise<Result> }[] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // thrown below, when its turn comes
    begun.push({ item, result });
    if (begun.length < window) continue;
    const first = begun.shift()!;
    yield [first.item, await first.result];
  }
  for (const { item, result } of begun) yield [item, await result];
}
