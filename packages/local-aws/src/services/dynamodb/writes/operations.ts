/** What a write asks for, bound and ready: the same for an operation of its own, in a transaction and in PartiQL. */
import type { Engine } from "../engine.ts";
import { conditionFailed, invalidParameter } from "../errors.ts";
import { holds } from "../expressions/evaluate.ts";
import type { Action, Condition } from "../expressions/tree.ts";
import { applyUpdate } from "../expressions/updates.ts";
import { givenKey, itemKey, namesOf } from "../items/keys.ts";
import type { Item } from "../items/types.ts";
import type { Row } from "../storage/rows.ts";
import type { Table } from "../tables/table.ts";
import { change, type Next, nextOf, type WriteUnits, writeUnits } from "./change.ts";

export interface Write {
  table: Table;
  key: Buffer;
  condition?: Condition | undefined;
  /** The item as it shall be, by what it is; nothing deletes it; `undefined` for a check alone. */
  make?: (old: Row | undefined) => Next | undefined;
  /** Whether a failed condition shows the item. */
  showsFailed: boolean;
}

export interface Written {
  old: Row | undefined;
  next: Next | undefined;
  units: WriteUnits;
}

/** @throws AwsError `ValidationException` when the item has not the table's key. */
export function putOf(table: Table, item: Item, showsFailed = false, condition?: Condition): Write {
  const key = itemKey(item, table.keys, table.definition.attributes);
  const next = nextOf(table, item);
  return { table, key, condition, make: () => next, showsFailed };
}

export function deleteOf(table: Table, key: Item, showsFailed = false, condition?: Condition): Write {
  return {
    table,
    key: givenKey(key, table.keys, table.definition.attributes),
    condition,
    make: () => undefined,
    showsFailed,
  };
}

/** An update; an item that is not there begins as its key. */
export function updateOf(
  table: Table,
  key: Item,
  actions: readonly Action[],
  showsFailed = false,
  condition?: Condition,
): Write {
  for (const { path } of actions) {
    if (!namesOf(table.keys).includes(path[0])) continue;
    throw invalidParameter(`Cannot update attribute ${path[0]}. This attribute is part of the key`);
  }
  const make = (old: Row | undefined): Next | undefined => {
    const item = applyUpdate(old?.item ?? key, actions);
    return nextOf(table, item, true);
  };
  return { table, key: givenKey(key, table.keys, table.definition.attributes), condition, make, showsFailed };
}

export function checkOf(table: Table, key: Item, condition: Condition, showsFailed: boolean): Write {
  return { table, key: givenKey(key, table.keys, table.definition.attributes), condition, showsFailed };
}

/** @throws AwsError `ConditionalCheckFailedException` */
export function checkCondition({ condition, showsFailed }: Write, old: Row | undefined): void {
  if (!condition || holds(condition, old?.item ?? {})) return;
  throw conditionFailed(showsFailed ? old?.text : undefined);
}

/** Does it, in a transaction. */
export function perform(engine: Engine, write: Write): Written {
  const { table, key, make } = write;
  const written = engine.db.transaction((): Written => {
    const old = table.rows.get(key);
    checkCondition(write, old);
    if (!make) return { old, next: old, units: { table: writeUnits(old?.size ?? 0), indexes: new Map() } };
    const next = make(old);
    return { old, next, units: change(table, engine.streams, key, old, next) };
  });
  engine.around.onWrite(table.name);
  return written;
}
