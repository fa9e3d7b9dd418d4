import { UserError } from "./failure.ts";

/**
 * Ratings as a sparse matrix in compressed rows: user `u` rated `items[k]` with `values[k]` for `k` from `starts[u]` to
 * `starts[u + 1] - 1`, items ascending. The arrays lie in shared memory, so that threads read them without a copy.
 */
export interface RatingMatrix {
  userCount: number;
  itemCount: number;
  starts: Int32Array;
  items: Int32Array;
  values: Float32Array;
  /** The scale that predictions are clipped to. */
  low: number;
  high: number;
}

/** A matrix and whose ratings they are: `userIds[u]`, `itemIds[i]`, each sorted by code units. */
export interface Ratings {
  matrix: RatingMatrix;
  userIds: string[];
  itemIds: string[];
  /** Rows that a later rating of the same user and item replaced. */
  duplicates: number;
  /** Rows skipped within the tolerance. */
  badRows: number;
}

/** One row as read. A number is taken as it is; a string is a field of a text file. */
interface RawRating {
  user: unknown;
  item: unknown;
  rating: unknown;
  timestamp?: unknown;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const LONGEST_ID = 256;
const SHOWN_BAD_ROWS = 5;

/** A number from a field of a file; `NaN` when it is none. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : Number.NaN;
}

/** Seconds or any other ordered number, or a date in ISO's notation; `NaN` when it is neither. */
function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  const asNumber = numberOf(value);
  return Number.isNaN(asNumber) && typeof value === "string" ? Date.parse(value) : asNumber;
}

/**
 * An id as text, the same in training and serving: trimmed, and `196.0` is `196`, since databases write a whole number
 * of a floating column either way. Empty when there is none.
 */
export function idOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value).trim();
  return /^-?\d+\.0+$/.test(text) ? text.slice(0, text.indexOf(".")) : text;
}

/** An array that grows by doubling. */
class Column<A extends Int32Array | Float32Array | Float64Array> {
  values: A;
  length = 0;
  private readonly type: new (
    length: number,
  ) => A;
  constructor(type: new (length: number) => A) {
    this.type = type;
    this.values = new type(1024);
  }
  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new this.type(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
}

/**
 * Collects rows into {@link Ratings}: 12 bytes a rating (20 with timestamps), and the ids.
 *
 * Duplicates: of several ratings of one item by one user the one with the latest timestamp counts; without timestamps,
 * or with equal ones, the last one read.
 */
export class RatingsBuilder {
  private readonly users = new Map<string, number>();
  private readonly itemsById = new Map<string, number>();
  private readonly user = new Column(Int32Array);
  private readonly item = new Column(Int32Array);
  private readonly value = new Column(Float32Array);
  private time: Column<Float64Array> | undefined;
  private badRows = 0;
  private readonly examples: string[] = [];
  private readonly options: { maxBadRows: number; ratingMin?: number | undefined; ratingMax?: number | undefined };

  constructor(options: { maxBadRows?: number; ratingMin?: number | undefined; ratingMax?: number | undefined } = {}) {
    this.options = { maxBadRows: 0, ...options };
  }

  /** @param where file and line, for the error message */
  add(row: RawRating, where: () => string): void {
    const user = idOf(row.user);
    const item = idOf(row.item);
    const rating = numberOf(row.rating);
    const time = row.timestamp === undefined || row.timestamp === null ? 0 : timeOf(row.timestamp);
    const problem = this.problemOf(row, user, item, rating, time);
    if (problem) {
      this.addBad(where(), problem);
      return;
    }
    this.user.push(indexOf(this.users, user));
    this.item.push(indexOf(this.itemsById, item));
    this.value.push(rating);
    if (time !== 0 && !this.time) {
      this.time = new Column(Float64Array);
      for (let row = 1; row < this.user.length; row++) this.time.push(0);
    }
    this.time?.push(time);
  }

  private problemOf(row: RawRating, user: string, item: string, rating: number, time: number): string | undefined {
    const { ratingMin = Number.NEGATIVE_INFINITY, ratingMax = Number.POSITIVE_INFINITY } = this.options;
    if (!user) return "no user";
    if (!item) return "no item";
    if (user.length > LONGEST_ID || item.length > LONGEST_ID) return `an id of more than ${LONGEST_ID} characters`;
    if (/[\r\n]/.test(user) || /[\r\n]/.test(item)) return "an id with a line break";
    if (!Number.isFinite(rating)) return `rating ${show(row.rating)} is not a number`;
    if (rating < ratingMin || rating > ratingMax) return `rating ${rating} is outside rating_min and rating_max`;
    if (Number.isNaN(time)) return `timestamp ${show(row.timestamp)} is neither number nor date`;
    return undefined;
  }

  /** Counts a row that could not be read at all. */
  addBad(where: string, reason: string): void {
    this.badRows++;
    if (this.examples.length < SHOWN_BAD_ROWS) this.examples.push(`${where}: ${reason}`);
  }

  /** @throws UserError when there were too many bad rows, or no good one */
  finish(): Ratings {
    const { maxBadRows, ratingMin, ratingMax } = this.options;
    if (this.badRows > maxBadRows) {
      const more = this.badRows > this.examples.length ? ` (and ${this.badRows - this.examples.length} more)` : "";
      throw new UserError(
        `${this.badRows} bad row${this.badRows === 1 ? "" : "s"}, max_bad_rows is ${maxBadRows}: ${this.examples.join("; ")}${more}`,
      );
    }
    if (this.user.length === 0) throw new UserError("The input has no ratings");
    const userIds = [...this.users.keys()].sort();
    const itemIds = [...this.itemsById.keys()].sort();
    const users = renumber(this.user, this.users, userIds);
    const items = renumber(this.item, this.itemsById, itemIds);
    // Two stable counting sorts: by item, then by user. Rows of one pair stay in the order in which they were read.
    const order = countingSort(countingSort(identity(users.length), items, itemIds.length), users, userIds.length);

    const starts = new Int32Array(new SharedArrayBuffer(4 * (userIds.length + 1)));
    let count = 0;
    for (let at = 0; at < order.length; count++) {
      const first = order[at]!;
      let chosen = first;
      for (at++; at < order.length && users[order[at]!] === users[first] && items[order[at]!] === items[first]; at++) {
        if (!this.time || this.time.values[order[at]!]! >= this.time.values[chosen]!) chosen = order[at]!;
      }
      order[count] = chosen;
      starts[users[first]! + 1]!++;
    }
    for (let user = 0; user < userIds.length; user++) starts[user + 1]! += starts[user]!;
    const sortedItems = new Int32Array(new SharedArrayBuffer(4 * count));
    const values = new Float32Array(new SharedArrayBuffer(4 * count));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at++) {
      sortedItems[at] = items[order[at]!]!;
      const value = this.value.values[order[at]!]!;
      values[at] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return {
      matrix: {
        userCount: userIds.length,
        itemCount: itemIds.length,
        starts,
        items: sortedItems,
        values,
        low: ratingMin ?? low,
        high: ratingMax ?? high,
      },
      userIds,
      itemIds,
      duplicates: order.length - count,
      badRows: this.badRows,
    };
  }
}

const show = (value: unknown) => JSON.stringify(String(value).slice(0, 40));

function indexOf(ids: Map<string, number>, id: string): number {
  let index = ids.get(id);
  if (index === undefined) {
    index = ids.size;
    ids.set(id, index);
  }
  return index;
}

const identity = (length: number) => Int32Array.from({ length }, (_, index) => index);

/** Numbers in order of first appearance become numbers in the order of the sorted ids. */
function renumber(column: Column<Int32Array>, ids: Map<string, number>, sorted: string[]): Int32Array {
  const rank = new Int32Array(sorted.length);
  for (const [index, id] of sorted.entries()) rank[ids.get(id)!] = index;
  const { values, length } = column;
  for (let row = 0; row < length; row++) values[row] = rank[values[row]!]!;
  return values.subarray(0, length);
}

function countingSort(order: Int32Array, keys: Int32Array, keyCount: number): Int32Array {
  const next = new Int32Array(keyCount + 1);
  for (const row of order) next[keys[row]! + 1]!++;
  for (let key = 0; key < keyCount; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(order.length);
  for (const row of order) sorted[next[keys[row]!]!++] = row;
  return sorted;
}
