/** One page of a query or a scan: rows in order, up to a megabyte or a number of them, filtered. */

import { readUnits, type Used } from "../capacity.ts";
import { holds } from "../expressions/evaluate.ts";
import { project } from "../expressions/projection.ts";
import type { Condition, Path } from "../expressions/tree.ts";
import { after, keyOf } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import type { Item } from "../items/types.ts";
import { Slices } from "../slices.ts";
import type { Row } from "../storage/rows.ts";
import type { TableIndex } from "../tables/index.ts";
import type { Table } from "../tables/table.ts";

/** Bytes of items that a page goes through. */
const largestPage = 1024 * 1024;
/** Bytes that are read at a time, about, and rows: the first of a page, of which nothing is known yet, and others. */
const portion = 128 * 1024;
const [firstRows, mostRows] = [25, 50];

export interface PageRequest {
  table: Table;
  /** The index that is read instead of the table. */
  index?: TableIndex | undefined;
  low: Buffer;
  high: Buffer;
  /** From the low end to the high one. */
  up: boolean;
  /** Items to go through, at most. */
  limit: number;
  filter?: Condition | undefined;
  /** What is wanted of each item: nothing for all that the table or index has. */
  paths?: readonly Path[] | undefined;
  /** Makes of an item what is wanted of it. Default: what lies around each path stays. */
  project?: (item: Item, paths: readonly Path[]) => Item;
  /** Only their number is wanted. */
  countOnly: boolean;
  /** Everything the table has of an item, though the index has less. */
  whole: boolean;
}

export interface Page {
  /** As JSON. */
  items: string[];
  count: number;
  scanned: number;
  /** Bytes that were gone through. */
  size: number;
  /** Read units of what was fetched from the table, since the index lacks it, if reads are consistent. */
  fetched: number;
  /** The key of the item that was reached last, when there may be more behind it. */
  last?: Item;
}

/** What a page used of the table itself, behind an index. */
export const fetched = (page: Page, consistent: boolean): Used => ({
  kind: "read",
  units: page.fetched * (consistent ? 1 : 0.5),
});

export async function readPage(request: PageRequest): Promise<Page> {
  const { table, index, up, filter, limit } = request;
  const source = index ? index.rows : table.rows;
  const page: Page = { items: [], count: 0, scanned: 0, size: 0, fetched: 0 };
  const slices = new Slices();
  let { low, high } = request;
  for (let rows = firstRows; ; rows = nextPortion(page)) {
    const asked = Math.min(rows, limit - page.scanned);
    const found = source.range(low, high, up, asked);
    for (const { row } of found) {
      take(page, request, row, filter);
      if (page.scanned >= limit || page.size >= largestPage) {
        page.last = lastKey(table, index, row.item);
        return page;
      }
    }
    const end = found.at(-1);
    if (!end || found.length < asked) return page;
    if (up) low = after(end.key);
    else high = end.key;
    if (slices.isLong) await slices.rest();
  }
}

function take(page: Page, request: PageRequest, row: Row, filter: Condition | undefined): void {
  const { index, countOnly, whole } = request;
  const part = index && !index.isWhole ? index.project(row.item) : undefined;
  page.scanned++;
  page.size += part ? itemSize(part) : row.size;
  const item = whole ? undefined : part;
  if (whole) page.fetched += readUnits(row.size, true);
  if (filter && !holds(filter, item ?? row.item)) return;
  page.count++;
  if (countOnly) return;
  if (request.paths) page.items.push(JSON.stringify((request.project ?? project)(item ?? row.item, request.paths)));
  else page.items.push(item ? JSON.stringify(item) : row.text);
}

const nextPortion = ({ size, scanned }: Page): number =>
  Math.min(mostRows, Math.max(4, Math.ceil(portion / (size / Math.max(1, scanned) + 1))));

/** The table's key, and the index's. */
const lastKey = (table: Table, index: TableIndex | undefined, item: Item): Item => ({
  ...keyOf(item, table.keys),
  ...(index && keyOf(item, index.definition.keys)),
});
