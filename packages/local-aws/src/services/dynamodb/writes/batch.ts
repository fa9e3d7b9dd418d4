/** BatchWriteItem: puts and deletes, all in one transaction of the file. */
import { json, object } from "../answer.ts";
import { Consumption, type Wanted, writeUse } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { AwsError, invalid } from "../errors.ts";
import { itemKey } from "../items/keys.ts";
import type { Item } from "../items/types.ts";
import { checkItem } from "../items/value.ts";
import type { Table } from "../tables/table.ts";
import { collectionMetrics } from "./item.ts";
import { deleteOf, perform, putOf, type Write } from "./operations.ts";

type Given = Record<string, unknown>;

interface Request {
  PutRequest?: { Item: Given };
  DeleteRequest?: { Key: Given };
}

export interface BatchInput {
  RequestItems: Record<string, Request[]>;
  ReturnConsumedCapacity?: Wanted;
  ReturnItemCollectionMetrics?: string;
}

export function batchWriteItem(engine: Engine, input: BatchInput): string {
  const requests = Object.entries(input.RequestItems);
  if (requests.length === 0) throw invalid("The requestItems parameter is required for BatchWriteItem");
  if (requests.reduce((sum, [, list]) => sum + list.length, 0) > 25) {
    throw invalid("Too many items requested for the BatchWriteItem call");
  }
  const checked = requests.map(([name, list]) => ({ name, list: list.map(checkRequest) }));
  const writes = checked.flatMap(({ name, list }) => {
    const table = engine.tables.get(name);
    return list.map(({ put, key }) => ({ name, keyed: (put ?? key) as Item, write: writeOf(table, put, key) }));
  });
  const keys = writes.map(({ write }) => `${write.table.definition.id} ${write.key.toString("latin1")}`);
  if (new Set(keys).size < keys.length) throw invalid("Provided list of item keys contains duplicates");
  const consumption = new Consumption(input.ReturnConsumedCapacity);
  const metrics: Record<string, object[]> = {};
  engine.db.transaction(() => {
    for (const { name, write, keyed } of writes) {
      const { units } = perform(engine, write);
      consumption.add(write.table, writeUse(units));
      const metric = collectionMetrics(write.table, input.ReturnItemCollectionMetrics, keyed);
      if (metric) metrics[name] = [...(metrics[name] ?? []), metric];
    }
  });
  return object({
    UnprocessedItems: "{}",
    ConsumedCapacity: json(consumption.result),
    ItemCollectionMetrics: Object.keys(metrics).length > 0 ? json(metrics) : undefined,
  });
}

function checkRequest({ PutRequest, DeleteRequest }: Request): { put?: Item; key?: Item } {
  if (PutRequest && DeleteRequest) {
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  if (PutRequest) return { put: checkItem(PutRequest.Item) };
  if (DeleteRequest) return { key: checkItem(DeleteRequest.Key) };
  throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

function writeOf(table: Table, put: Item | undefined, key: Item | undefined): Write {
  if (!put) return deleteOf(table, key as Item);
  try {
    itemKey(put, table.keys, table.definition.attributes);
  } catch (error) {
    // Where a put of its own names the attribute, a batch does not.
    const text = (error as Error).message;
    if (!(error instanceof AwsError) || !/Missing the key|Type mismatch for key/.test(text)) throw error;
    throw invalid("The provided key element does not match the schema");
  }
  return putOf(table, put);
}
