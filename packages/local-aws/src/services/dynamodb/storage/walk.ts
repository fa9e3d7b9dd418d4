/** Going through all items of a table, some at a time. */
import { after } from "../items/keys.ts";
import { Slices } from "../slices.ts";
import type { Database } from "./database.ts";
import type { Found, ItemRows } from "./rows.ts";

/** Rows at a time, at most. */
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
      const slices = new Slices();
      let taken = 0;
      for (const one of source.from(low)) {
        take(one);
        low = after(one.key);
        if (++taken === step || slices.isLong) return true;
      }
      done();
      return false;
    });
  };
}
