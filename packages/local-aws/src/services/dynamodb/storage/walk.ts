/** Going through all items of a table, some at a time. */
import { after, lastKey } from "../items/keys.ts";
import type { Database } from "./database.ts";
import type { Found, ItemRows } from "./rows.ts";

/** Rows at a time. */
const step = 100;

export interface Walk {
  /** Whether there is still any sense in it. */
  goesOn(): boolean;
  /** What is done with an item. */
  take(found: Found): void;
  /** What is done behind the last one. */
  done(): void;
}

/** @returns goes some items further, in one transaction, and says whether there are others. */
export function walk(db: Database, source: ItemRows, { goesOn, take, done }: Walk): () => boolean {
  let low: Buffer = Buffer.alloc(0);
  return () => {
    if (!goesOn()) return false;
    return db.transaction(() => {
      const found = source.range(low, lastKey, true, step);
      for (const one of found) {
        take(one);
        low = after(one.key);
      }
      if (found.length === step) return true;
      done();
      return false;
    });
  };
}
