/** SELECT: a query of each partition that WHERE names, or else a scan. */
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { keyRange } from "../expressions/keyCondition.ts";
import { valueAt } from "../expressions/paths.ts";
import type { Condition, Path } from "../expressions/tree.ts";
import { after, lastKey, namesOf } from "../items/keys.ts";
import { type AttributeValue, type Item, setAttribute } from "../items/types.ts";
import { type Page, readPage } from "../reads/page.ts";
import { checkProjected } from "../reads/query.ts";
import { startingKey } from "../reads/startingKey.ts";
import type { Table } from "../tables/table.ts";
import type { Select } from "./statement.ts";
import { all, conjuncts, equalTo, isAttribute, oneOf } from "./where.ts";

export interface Selected {
  table: Table;
  index: string | undefined;
  page: Page;
  /** Where the next page begins. */
  next?: string;
}

interface Position {
  part: number;
  last?: Item;
}

interface Part {
  low: Buffer;
  high: Buffer;
  filter: Condition | undefined;
}

/** What a statement selects of an item: each path's value under its last name. */
export function flat(item: Item, paths: readonly Path[]): Item {
  const picked: Item = {};
  for (const path of paths) {
    const value = valueAt(item, path);
    const name = path.findLast((part) => typeof part === "string");
    if (value && typeof name === "string") setAttribute(picked, name, value);
  }
  return picked;
}

interface Options {
  /** Items to go through. */
  limit?: number | undefined;
  /** Where the page before ended. */
  token?: string | undefined;
  consistent?: boolean | undefined;
}

export async function select(
  engine: Engine,
  statement: Select,
  { limit, token, consistent }: Options = {},
): Promise<Selected> {
  const table = engine.tables.get(statement.table);
  const index = indexOf(table, statement);
  if (index && consistent && table.isGlobal(index)) {
    throw invalid("Strongly consistent read is not supported on Global Secondary Indexes");
  }
  const lacking = index?.lacks(statement.paths ?? []) ?? [];
  if (index && table.isGlobal(index)) checkProjected(index, lacking);
  const parts = partsOf(table, statement);
  const position = token === undefined ? { part: 0 } : positionOf(token);
  const part = parts[position.part];
  if (!part) throw invalid("Invalid NextToken");
  const up = !isDown(statement, table);
  const request = {
    table,
    index,
    ...part,
    up,
    limit: limit ?? Number.POSITIVE_INFINITY,
    paths: statement.paths,
    project: flat,
    countOnly: false,
    whole: lacking.length > 0,
  };
  if (position.last) {
    const { bytes } = startingKey(table, index, position.last);
    if (up) request.low = after(bytes);
    else request.high = bytes;
  }
  const page = await readPage(request);
  const next: Position | undefined = page.last
    ? { part: position.part, last: page.last }
    : position.part + 1 < parts.length
      ? { part: position.part + 1 }
      : undefined;
  const selected = { table, index: statement.index, page };
  if (!next) return selected;
  // Several partitions make one page, as long as it is not full.
  if (!page.last && limit === undefined && page.size < 1024 * 1024) {
    const more = await select(engine, statement, { token: tokenOf(next) });
    const sum = (name: "count" | "scanned" | "size" | "fetched") => page[name] + more.page[name];
    const items = [...page.items, ...more.page.items];
    const sums = { count: sum("count"), scanned: sum("scanned"), size: sum("size"), fetched: sum("fetched") };
    return { ...more, page: { items, ...sums } };
  }
  return { ...selected, next: tokenOf(next) };
}

function indexOf(table: Table, { index }: Select) {
  if (index === undefined) return undefined;
  const { global, local } = table.definition;
  if (![...global, ...local].some(({ name }) => name === index)) {
    throw invalid("The table does not have the specified index");
  }
  return table.index(index);
}

const tokenOf = (position: Position) => Buffer.from(JSON.stringify(position)).toString("base64url");

function positionOf(token: string): Position {
  try {
    const position = JSON.parse(Buffer.from(token, "base64url").toString()) as Position;
    if (Number.isInteger(position.part)) return position;
  } catch {
    // Said below.
  }
  throw invalid("Invalid NextToken");
}

function isDown({ order }: Select, table: Table): boolean {
  if (!order) return false;
  const known = new Set(
    [...table.definition.global, ...table.definition.local, { keys: table.keys }].flatMap(({ keys }) => namesOf(keys)),
  );
  const unknown = order.find(({ name }) => !known.has(name));
  if (unknown) throw invalid(`Variable reference ${unknown.name} in ORDER BY clause must be part of the primary key`);
  return order.at(-1)?.down ?? false;
}

function partsOf(table: Table, { index, where, order }: Select): Part[] {
  const keys = index === undefined ? table.keys : table.index(index).definition.keys;
  const conditions = conjuncts(where);
  const hashed = conditions.find((one) => oneOf(one, keys.hash));
  if (!hashed) {
    if (order) {
      throw invalid("Must have WHERE clause in the statement when using ORDER BY clause.");
    }
    return [{ low: Buffer.alloc(0), high: lastKey, filter: where }];
  }
  const rest = conditions.filter((one) => one !== hashed);
  const sorted = keys.range === undefined ? undefined : rest.find((one) => isSortTest(one, keys.range as string));
  const filter = all(rest.filter((one) => one !== sorted));
  return (oneOf(hashed, keys.hash) as AttributeValue[]).map((value) => {
    const equal: Condition = {
      kind: "compare",
      comparator: "=",
      left: { kind: "path", path: [keys.hash] },
      right: { kind: "value", value },
    };
    const condition: Condition = sorted ? { kind: "and", left: equal, right: sorted } : equal;
    return { ...keyRange(condition, keys, table.definition.attributes).range, filter };
  });
}

/** Whether a query can have this as its condition of the sort key. */
function isSortTest(condition: Condition, name: string): boolean {
  if (equalTo(condition, name)) return true;
  switch (condition.kind) {
    case "compare":
      return condition.comparator !== "<>" && isAttribute(condition.left, name) && condition.right.kind === "value";
    case "between":
      return isAttribute(condition.operand, name) && condition.low.kind === "value" && condition.high.kind === "value";
    case "begins":
      return isAttribute(condition.operand, name) && condition.part.kind === "value";
    default:
      return false;
  }
}
