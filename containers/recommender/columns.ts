import { UserError } from "./failure.ts";

/** Which columns of a file hold what: positions in a row. */
export interface RatingColumns {
  user: number;
  item: number;
  rating: number;
  timestamp?: number;
}

/** A file without column names: `user, item, rating[, timestamp]`. */
export const unnamedColumns: RatingColumns = { user: 0, item: 1, rating: 2, timestamp: 3 };

const NAMES = {
  user: ["user", "userid", "uid"],
  item: ["item", "itemid", "iid", "movie", "movieid", "product", "productid"],
  rating: ["rating", "score", "stars"],
  timestamp: ["timestamp", "time", "ts", "ratedat"],
};

/**
 * Finds the columns by name, whatever the case and punctuation (`USERID`, `user_id`); other columns are ignored.
 * Snowflake's names for unnamed columns of a Parquet file (`_COL_0`) mean positions.
 *
 * @throws UserError that lists the file's names and those that are understood
 */
export function columnsByName(header: string[], file: string): RatingColumns {
  if (header.every((name) => /^_col_\d+$/i.test(name))) return unnamedColumns;
  const plain = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
  const find = (kind: keyof typeof NAMES) => plain.findIndex((name) => NAMES[kind].includes(name));
  const columns = { user: find("user"), item: find("item"), rating: find("rating") };
  const missing = (["user", "item", "rating"] as const).filter((kind) => columns[kind] < 0);
  if (missing.length > 0) {
    const wanted = missing.map((kind) => `${kind} (${NAMES[kind].join(", ")})`).join(" and ");
    throw new UserError(`${file}: no column for ${wanted}; its columns are ${header.join(", ")}`);
  }
  const timestamp = find("timestamp");
  return timestamp < 0 ? columns : { ...columns, timestamp };
}
