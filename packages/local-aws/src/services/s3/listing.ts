/** One page of a listing in which keys that share a prefix up to the delimiter count as one. */
import { afterPrefix } from "./versions.ts";

/** A key's own entry, or a prefix that stands for all keys below it. */
export interface Group<T> {
  item?: T;
  prefix?: string;
}

interface Request<T> {
  /** Entries after a key, in order, at most `count` (a key may have several entries: they come together or not). */
  fetch(after: string | undefined, count: number): T[];
  keyOf(item: T): string;
  prefix: string;
  delimiter: string | undefined;
  after: string | undefined;
  limit: number;
  /** Entries that precede all that is fetched. */
  first?: T[];
  /** Whether a page that begins after a key begins after all that shares a prefix with it. */
  pastPrefix?: boolean;
}

interface Page<T> {
  groups: Group<T>[];
  more: boolean;
  /** Where the next page begins: after this key. Absent on the last page. */
  next?: string;
}

export function grouped<T>({
  fetch,
  keyOf,
  prefix,
  delimiter,
  after,
  limit,
  first = [],
  pastPrefix = false,
}: Request<T>): Page<T> {
  const groups: Group<T>[] = [];
  if (limit === 0) return { groups, more: false };
  const common = (key: string): string | undefined => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? undefined : key.slice(0, end + (delimiter as string).length);
  };
  // A page that ended with a prefix continues after everything below it.
  const ended = after === undefined ? undefined : common(after);
  let cursor = ended !== undefined && (pastPrefix || ended === after) ? afterPrefix(ended) : after;
  let batch = first;
  let last: string | undefined;
  for (;;) {
    for (const item of batch) {
      const key = keyOf(item);
      const shared = common(key);
      if (shared !== undefined && groups.at(-1)?.prefix === shared) continue;
      if (groups.length === limit) return { groups, more: true, ...(last !== undefined && { next: last }) };
      groups.push(shared === undefined ? { item } : { prefix: shared });
      last = shared ?? key;
      cursor = shared === undefined ? key : afterPrefix(shared);
      // The remaining keys below it would only repeat the prefix: query again, after it.
      if (shared !== undefined && batch !== first) break;
    }
    batch = fetch(cursor, limit - groups.length + 1);
    if (batch.length === 0) return { groups, more: false };
  }
}
