import { bucketOf, type IndexName, type Item } from "./item.ts";
import { settings } from "./settings.ts";
import { type Budget, newestFirst, OutOfQueries } from "./table.ts";

/** How far back a list goes. An older record is still read by its id. */
const LISTED_MONTHS = 24;

/** Queries of one page, so that nobody makes thousands of them by one request: as many as a month may have shards. */
const MOST_QUERIES = 32;

interface Page {
  items: Item[];
  /** `time_key` after which the next page begins; none when this page is the last. */
  next?: string;
}

/**
 * Records newest first, of all or of one class. Months are read one after the other, the shards of a month side by side
 * and merged, each only as far as needed. Where months have little of what is asked for, a page ends before it is full.
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
  const budget: Budget = { queries: MOST_QUERIES };
  for (const month of monthsBack(before?.slice(0, 7))) {
    if (budget.queries < shards.length) return { items, next: endOf(month) };
    const options = { before, pageSize, budget };
    const sources = shards.map((shard) => newestFirst(index, bucketOf(month, shard, target), options));
    try {
      for await (const item of mergeNewestFirst(sources)) {
        if (items.length === limit) return { items, next: String(items.at(-1)!.time_key) };
        items.push(item);
      }
    } catch (error) {
      // Only a shard's second query can be one too many, and its first had records.
      if (error instanceof OutOfQueries) return { items, next: String(items.at(-1)!.time_key) };
      throw error;
    }
  }
  return { items };
}

/** A `time_key` after all of a month's records. */
function endOf(month: string): string {
  const end = new Date(`${month}-01T00:00:00Z`);
  end.setUTCMonth(end.getUTCMonth() + 1, 0);
  return `${end.toISOString().slice(0, 10)}T23:59:59.999Z#\u{10FFFF}`;
}

/** `2026-11`, `2026-10` and so on, to the last month that is listed. */
function* monthsBack(from = new Date().toISOString().slice(0, 7)): Generator<string> {
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
