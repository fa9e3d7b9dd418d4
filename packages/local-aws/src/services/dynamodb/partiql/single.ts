/** Reading one item by the whole key that a WHERE names. */
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { givenKey, namesOf } from "../items/keys.ts";
import type { Table } from "../tables/table.ts";
import { flat } from "./select.ts";
import type { Select } from "./statement.ts";
import { conjuncts, equalTo, wholeKey } from "./where.ts";

export interface Single {
  table: Table;
  key: Buffer;
  /** As JSON; absent when there is none. */
  item: string | undefined;
  /** Bytes that were read. */
  size: number;
}

/**
 * @param within the operation, in errors
 * @throws AwsError `ValidationException` unless the whole key is named, and nothing else: a batch and a transaction read by it
 * alone.
 */
export function readSingle({ tables }: Engine, { table: name, index, where, paths }: Select, within: string): Single {
  const table = tables.get(name);
  const conditions = conjuncts(where);
  const names = namesOf(table.keys);
  const isWhole = names.every((key) => conditions.some((one) => equalTo(one, key)));
  if (!where || index !== undefined || !isWhole || conditions.length !== names.length) {
    throw invalid(`Select statements within ${within} must specify the primary key in the where clause.`);
  }
  const { key } = wholeKey(where, table.keys);
  const bytes = givenKey(key, table.keys, table.definition.attributes);
  const row = table.rows.get(bytes);
  return {
    table,
    key: bytes,
    item: row && (paths ? JSON.stringify(flat(row.item, paths)) : row.text),
    size: row?.size ?? 0,
  };
}
