/** Reading one item by the whole key that a WHERE names. */
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { holds } from "../expressions/evaluate.ts";
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

/** @throws AwsError `ValidationException` unless the whole key is named: a batch and a transaction read by it alone. */
export function readSingle({ tables }: Engine, { table: name, where, paths }: Select): Single {
  const table = tables.get(name);
  const conditions = conjuncts(where);
  if (!where || !namesOf(table.keys).every((key) => conditions.some((one) => equalTo(one, key)))) {
    throw invalid(
      "Select statements within ExecuteTransaction and BatchExecuteStatement must specify the primary key in the where clause.",
    );
  }
  const { key, condition } = wholeKey(where, table.keys);
  const bytes = givenKey(key, table.keys, table.definition.attributes);
  const row = table.rows.get(bytes);
  const wanted = row && (!condition || holds(condition, row.item)) ? row : undefined;
  return {
    table,
    key: bytes,
    item: wanted && (paths ? JSON.stringify(flat(wanted.item, paths)) : wanted.text),
    size: row?.size ?? 0,
  };
}
