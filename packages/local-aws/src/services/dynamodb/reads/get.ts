/** GetItem and BatchGetItem. */
import { array, json, object } from "../answer.ts";
import { Consumption, consumedCapacity, readUnits, type Wanted } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { bindProjection } from "../expressions/bind.ts";
import { checkMixture, legacyPaths } from "../expressions/legacy.ts";
import { Placeholders } from "../expressions/placeholders.ts";
import { project } from "../expressions/projection.ts";
import type { Path } from "../expressions/tree.ts";
import { givenKey } from "../items/keys.ts";
import type { Item } from "../items/types.ts";
import { checkItem } from "../items/value.ts";
import type { Row } from "../storage/rows.ts";

type Given = Record<string, unknown>;

interface Projecting extends Given {
  ExpressionAttributeNames?: Given;
}

interface GetInput extends Projecting {
  TableName: string;
  Key: Given;
  ConsistentRead?: boolean;
  ReturnConsumedCapacity?: Wanted;
}

interface BatchInput {
  RequestItems: Record<string, Projecting & { Keys: Given[]; ConsistentRead?: boolean }>;
  ReturnConsumedCapacity?: Wanted;
}

/** Bytes that an answer to BatchGetItem has; the rest is left unprocessed. */
const largestBatch = 16 * 1024 * 1024;

/** What a request wants of an item; nothing for all of it. */
export function projectionOf(input: Projecting): Path[] | undefined {
  checkMixture(input, ["AttributesToGet"], ["ProjectionExpression"]);
  const placeholders = new Placeholders(input.ExpressionAttributeNames);
  const paths = bindProjection(input.ProjectionExpression, placeholders) ?? legacyPaths(input.AttributesToGet);
  placeholders.checkUsed();
  return paths;
}

/** An item as an answer has it. */
export const shown = (row: Row, paths: readonly Path[] | undefined): string =>
  paths ? JSON.stringify(project(row.item, paths)) : row.text;

export function getItem({ tables }: Engine, input: GetInput): string {
  const paths = projectionOf(input);
  const key = checkItem(input.Key);
  const table = tables.get(input.TableName);
  const row = table.rows.get(givenKey(key, table.keys, table.definition.attributes));
  const units = readUnits(row?.size ?? 0, input.ConsistentRead ?? false);
  return object({
    Item: row && shown(row, paths),
    ConsumedCapacity: json(consumedCapacity(input.ReturnConsumedCapacity, table, { kind: "read", units })),
  });
}

export function batchGetItem({ tables }: Engine, input: BatchInput): string {
  const given = Object.entries(input.RequestItems);
  if (given.length === 0) throw invalid("The requestItems parameter is required for BatchGetItem");
  const [long] = given.find(([, { Keys }]) => Keys.length > 100) ?? [];
  if (long !== undefined) {
    throw invalid(
      `1 validation error detected: Value at 'RequestItems.${long}.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100`,
    );
  }
  const requests = given.map(([name, request]) => ({
    name,
    request,
    paths: projectionOf(request),
    keys: request.Keys.map((key) => checkItem(key)),
  }));
  if (requests.reduce((sum, { keys }) => sum + keys.length, 0) > 100) {
    throw invalid("Too many items requested for the BatchGetItem call");
  }
  const wanted = requests.map((one) => {
    const table = tables.get(one.name);
    const keys = one.keys.map((key) => ({ key, bytes: givenKey(key, table.keys, table.definition.attributes) }));
    if (new Set(keys.map(({ bytes }) => bytes.toString("latin1"))).size < keys.length) {
      throw invalid("Provided list of item keys contains duplicates");
    }
    return { ...one, table, keys };
  });
  const consumption = new Consumption(input.ReturnConsumedCapacity);
  const responses: Record<string, string> = {};
  const unprocessed: Record<string, object> = {};
  let size = 0;
  for (const { name, table, request, paths, keys } of wanted) {
    const found: string[] = [];
    const left: Item[] = [];
    let units = 0;
    for (const { key, bytes } of keys) {
      const row = size < largestBatch ? table.rows.get(bytes) : undefined;
      if (size >= largestBatch || (row && size + row.size > largestBatch)) {
        left.push(key);
        size = largestBatch;
        continue;
      }
      size += row?.size ?? 0;
      units += readUnits(row?.size ?? 0, request.ConsistentRead ?? false);
      if (row) found.push(shown(row, paths));
    }
    responses[name] = array(found);
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
    consumption.add(table, { kind: "read", units });
  }
  return object({
    Responses: object(responses),
    UnprocessedKeys: json(unprocessed),
    ConsumedCapacity: json(consumption.result),
  });
}
