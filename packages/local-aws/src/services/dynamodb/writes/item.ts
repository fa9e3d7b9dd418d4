/** PutItem, UpdateItem and DeleteItem. */
import { json, object } from "../answer.ts";
import { consumedCapacity, type Wanted, writeUse } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { bindCondition } from "../expressions/bind.ts";
import { checkMixture, checkOperator, legacyCondition, legacyUpdate } from "../expressions/legacy.ts";
import { Placeholders } from "../expressions/placeholders.ts";
import { project } from "../expressions/projection.ts";
import type { Action, Condition } from "../expressions/tree.ts";
import { bindUpdate } from "../expressions/updates.ts";
import type { Item } from "../items/types.ts";
import { checkItem } from "../items/value.ts";
import type { Table } from "../tables/table.ts";
import { deleteOf, perform, putOf, updateOf, type Written } from "./operations.ts";

type Given = Record<string, unknown>;

interface WriteInput extends Given {
  TableName: string;
  ConditionalOperator?: string;
  ReturnValues?: string;
  ReturnConsumedCapacity?: Wanted;
  ReturnItemCollectionMetrics?: string;
  ReturnValuesOnConditionCheckFailure?: string;
  ExpressionAttributeNames?: Given;
  ExpressionAttributeValues?: Given;
}

/** Binds the condition of a write, and with it what an update does. */
function bound(input: WriteInput, isUpdate: boolean): { condition: Condition | undefined; actions: Action[] } {
  checkMixture(
    input,
    ["Expected", "ConditionalOperator", ...(isUpdate ? ["AttributeUpdates"] : [])],
    [...(isUpdate ? ["UpdateExpression"] : []), "ConditionExpression"],
  );
  const { ConditionalOperator: operator } = input;
  checkOperator(operator, input.Expected);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const actions = isUpdate
    ? (bindUpdate(input.UpdateExpression, placeholders) ?? legacyUpdate(input.AttributeUpdates) ?? [])
    : [];
  const condition =
    bindCondition("ConditionExpression", input.ConditionExpression, placeholders) ??
    legacyCondition(input.Expected, operator);
  placeholders.checkUsed();
  return { condition, actions };
}

const onlyOld = (input: WriteInput) => {
  const { ReturnValues: wanted = "NONE" } = input;
  if (wanted !== "NONE" && wanted !== "ALL_OLD") throw invalid("Return values set to invalid value");
};
const showsFailed = ({ ReturnValuesOnConditionCheckFailure: wanted }: WriteInput) => wanted === "ALL_OLD";

export function putItem(engine: Engine, input: WriteInput & { Item: Given }): string {
  onlyOld(input);
  const item = checkItem(input.Item);
  const { condition } = bound(input, false);
  const table = engine.tables.get(input.TableName);
  const written = perform(engine, putOf(table, item, showsFailed(input), condition));
  return answer(table, input, written, input.ReturnValues === "ALL_OLD" ? written.old?.text : undefined, item);
}

export function deleteItem(engine: Engine, input: WriteInput & { Key: Given }): string {
  onlyOld(input);
  const key = checkItem(input.Key);
  const { condition } = bound(input, false);
  const table = engine.tables.get(input.TableName);
  const written = perform(engine, deleteOf(table, key, showsFailed(input), condition));
  return answer(table, input, written, input.ReturnValues === "ALL_OLD" ? written.old?.text : undefined, key);
}

export function updateItem(engine: Engine, input: WriteInput & { Key: Given }): string {
  const key = checkItem(input.Key);
  const { condition, actions } = bound(input, true);
  const table = engine.tables.get(input.TableName);
  const written = perform(engine, updateOf(table, key, actions, showsFailed(input), condition));
  return answer(table, input, written, updated(input.ReturnValues, actions, written), key);
}

function updated(wanted: string | undefined, actions: Action[], { old, next }: Written): string | undefined {
  const paths = actions.map(({ path }) => path);
  const part = (item: Item | undefined) => {
    const found = item && project(item, paths);
    return found && Object.keys(found).length > 0 ? JSON.stringify(found) : undefined;
  };
  switch (wanted) {
    case "ALL_OLD":
      return old?.text;
    case "ALL_NEW":
      return next?.text;
    case "UPDATED_OLD":
      return part(old?.item);
    case "UPDATED_NEW":
      return part(next?.item);
    default:
      return undefined;
  }
}

function answer(
  table: Table,
  input: WriteInput,
  { units }: Written,
  attributes: string | undefined,
  keyed: Item,
): string {
  return object({
    Attributes: attributes,
    ConsumedCapacity: json(consumedCapacity(input.ReturnConsumedCapacity, table, writeUse(units))),
    ItemCollectionMetrics: json(collectionMetrics(table, input.ReturnItemCollectionMetrics, keyed)),
  });
}

/** Only tables with local indexes have item collections. */
export function collectionMetrics({ definition, keys }: Table, wanted: unknown, keyed: Item): object | undefined {
  if (wanted !== "SIZE" || definition.local.length === 0) return undefined;
  return { ItemCollectionKey: { [keys.hash]: keyed[keys.hash] }, SizeEstimateRangeGB: [0, 1] };
}
