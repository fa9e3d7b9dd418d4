/** INSERT, UPDATE, DELETE and EXISTS. */
import type { Engine } from "../engine.ts";
import { AwsError, invalid } from "../errors.ts";
import { project } from "../expressions/projection.ts";
import type { Condition } from "../expressions/tree.ts";
import type { Table } from "../tables/table.ts";
import { checkOf, deleteOf, perform, putOf, updateOf, type Write, type Written } from "../writes/operations.ts";
import type { Delete, Exists, Insert, Update } from "./statement.ts";
import { wholeKey } from "./where.ts";

export type Change = Insert | Update | Delete | Exists;

/** @throws AwsError `ValidationException` when it does not name one item by its key. */
export function writeOf({ tables }: Engine, statement: Change, showsFailed: boolean): Write {
  const table = tables.get(statement.table);
  if (statement.kind === "insert") {
    const condition: Condition = { kind: "absent", path: [table.keys.hash] };
    return putOf(table, statement.item, showsFailed, condition);
  }
  const { key, condition } = wholeKey(statement.where, table.keys);
  if (statement.kind === "delete") return deleteOf(table, key, showsFailed, condition);
  // An update makes no item.
  const exists: Condition = { kind: "exists", path: [table.keys.hash] };
  const whole: Condition = condition ? { kind: "and", left: exists, right: condition } : exists;
  if (statement.kind === "exists") return checkOf(table, key, whole, showsFailed);
  return updateOf(table, key, statement.actions, showsFailed, whole);
}

/** @throws AwsError `ValidationException` when an EXISTS asks for no more than an item. */
export function checkExists({ keys }: Table, { where }: Exists): void {
  if (wholeKey(where, keys).condition) return;
  throw invalid("EXISTS() must contain a single item read with additional condition");
}

/** Does it. @throws AwsError `DuplicateItemException` for an INSERT of what is there. */
export function performWrite(engine: Engine, statement: Change, write: Write): Written {
  try {
    return perform(engine, write);
  } catch (error) {
    const failed = error instanceof AwsError && error.code === "ConditionalCheckFailedException";
    if (!failed || statement.kind !== "insert") throw error;
    throw new AwsError("DuplicateItemException", "Duplicate primary key exists in table", 400);
  }
}

/** What RETURNING asks for, as JSON. */
export function returned(statement: Change, { old, next }: Written): string | undefined {
  const wanted = "returning" in statement ? statement.returning : undefined;
  if (wanted === undefined) return undefined;
  const side = wanted.endsWith("OLD") ? old : next;
  if (!side) return undefined;
  if (wanted.startsWith("ALL")) return side.text;
  const paths = statement.kind === "update" ? statement.actions.map(({ path }) => path) : [];
  return JSON.stringify(project(side.item, paths));
}
