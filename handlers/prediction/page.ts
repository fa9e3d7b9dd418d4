import { bucketOf, type IndexName, type Item } from "./item.ts";
import { settings } from "./settings.ts";
import { newestFirst } from "./table.ts";

/** How far back a list goes. An older record is still read by its id. */
export const LISTED_MONTHS = 24;

export interface Page {
  items: Item[];
  /** `time_key` after which the next page begins; none when this page is the last. */
  next?: string;
}

/**
 * Records newest first, of all or of one class. Months are read one after the other, the shards of a month side by side
 * and merged, each only as far as needed.
 *
 * @param options.before a page's `next`
 */
export async function readPage(options: {
  limit: number;
  before?: string | undefined;
  target?: string | undefined;
}): Promise<Page> {
  const { limit, before, target } = options;
  const index: IndexName = target === undefined ? "byTime" : "byPrediction";
  const shards = Array.from({ length: settings.writeShards }, (_, shard) => shard);
  const pageSize = Math.ceil(limit / shards.length) + 1;
  const items: Item[] = [];
  for (const month of monthsBack(before?.slice(0, 7) ?? new Date().toISOString().slice(0, 7))) {
    const sources = shards.map((shard) => newestFirst(index, bucketOf(month, shard, target), { before, pageSize }));
    for await (const item of mergeNewestFirst(sources)) {
      if (items.length === limit) return { items, next: String(items.at(-1)!.time_key) };
      items.push(item);
    }
  }
  return { items };
}

/** `2026-11`, `2026-10` and so on, to the last month that is listed. */
function* monthsBack(from: string): Generator<string> {
  const first = new Date();
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() - LISTED_MONTHS + 1);
  const last = first.toISOString().slice(0, 7);
  const month = new Date(`${from}-01T00:00:00Z`);
  for (; month.toISOString().slice(0, 7) >= last; month.setUTCMonth(month.getUTCMonth() - 1)) {
    yield month.toISOString().slice(0, 7);
  }
}

/** Several sources, each newest first, as one. */
async function* mergeNewestFirst(sources: AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, head: await source.next() })));
  for (;;) {
    let newest: (typeof heads)[number] | undefined;
    for (const candidate of heads) {
      if (candidate.head.done) continue;
      if (!newest || String(candidate.head.value.time_key) > String(newest.head.value.time_key)) newest = candidate;
    }
    if (!newest) return;
    yield newest.head.value as Item;
    newest.head = await newest.source.next();
  }
}
