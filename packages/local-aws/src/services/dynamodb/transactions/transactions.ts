/** TransactWriteItems and TransactGetItems. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html */
import { array, json, object } from "../answer.ts";
import { Consumption, readUnits, type Wanted, writeUse } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { invalid } from "../errors.ts";
import { bindCondition } from "../expressions/bind.ts";
import { Placeholders } from "../expressions/placeholders.ts";
import type { Condition } from "../expressions/tree.ts";
import { bindUpdate } from "../expressions/updates.ts";
import { checkKeyValue, givenKey, keyBytes, namesOf } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import { type AttributeValue, attribute, type Item, type KeyType } from "../items/types.ts";
import { checkItem } from "../items/value.ts";
import { projectionOf, shown } from "../reads/get.ts";
import { largestItem, tooLarge } from "../writes/change.ts";
import { collectionMetrics } from "../writes/item.ts";
import { checkOf, deleteOf, perform, putOf, updateOf, type Write } from "../writes/operations.ts";
import { together } from "./cancel.ts";
import { once } from "./tokens.ts";

type Given = Record<string, unknown>;

interface Part extends Given {
  TableName: string;
  Key?: Given;
  Item?: Given;
  ConditionExpression?: string;
  UpdateExpression?: string;
  ExpressionAttributeNames?: Given;
  ExpressionAttributeValues?: Given;
  ReturnValuesOnConditionCheckFailure?: string;
}

interface WriteInput {
  TransactItems: Partial<Record<"ConditionCheck" | "Put" | "Delete" | "Update", Part>>[];
  ClientRequestToken?: string;
  ReturnConsumedCapacity?: Wanted;
  ReturnItemCollectionMetrics?: string;
}

interface GetInput {
  TransactItems: { Get: Part & { Key: Given } }[];
  ReturnConsumedCapacity?: Wanted;
}

/** Bytes of all items of a transaction. */
const largest = 4 * 1024 * 1024;

/** A write that is checked as far as it can be without the table. */
interface Checked {
  name: string;
  /** An item, or a key. */
  keyed: Item;
  bind(engine: Engine): Write;
}

export function transactWriteItems(engine: Engine, input: WriteInput): string {
  const checked = input.TransactItems.map(checkPart);
  // Tables first: whether one is missing is no reason among others.
  for (const { name } of checked) engine.tables.get(name);
  const consumption = new Consumption(input.ReturnConsumedCapacity, true);
  const metrics: Record<string, object[]> = {};
  const isDone = once(engine.db, input.ClientRequestToken, input.TransactItems, () => {
    checkKeys(engine, checked);
    const writes = together(checked, (one) => one.bind(engine));
    checkDistinct(writes);
    checkSum(checked);
    const written = together(writes, (write) => perform(engine, write));
    for (const [index, { units }] of written.entries()) {
      const { table } = writes[index] as Write;
      consumption.add(table, writeUse(units, 2));
      const { keyed, name } = checked[index] as Checked;
      const metric = collectionMetrics(table, input.ReturnItemCollectionMetrics, keyed);
      if (metric) metrics[name] = [...(metrics[name] ?? []), metric];
    }
  });
  if (!isDone) for (const one of checked) readAgain(one.bind(engine), consumption);
  return object({
    ConsumedCapacity: json(consumption.result),
    ItemCollectionMetrics: Object.keys(metrics).length > 0 ? json(metrics) : undefined,
  });
}

/** What a part costs of a transaction that was done before: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export function readAgain({ table, key }: Write, consumption: Consumption): void {
  consumption.add(table, { kind: "read", units: readUnits(table.rows.get(key)?.size ?? 0, true) * 2 });
}

function checkPart(part: WriteInput["TransactItems"][number]): Checked {
  const [[kind, given] = [], ...more] = Object.entries(part).filter(([, one]) => one !== undefined && one !== null);
  if (!kind || !given || more.length > 0) {
    throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const placeholders = new Placeholders(given.ExpressionAttributeNames, given.ExpressionAttributeValues);
  const actions = kind === "Update" ? (bindUpdate(given.UpdateExpression, placeholders) ?? []) : [];
  const condition = bindCondition("ConditionExpression", given.ConditionExpression, placeholders);
  placeholders.checkUsed();
  const shows = given.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
  const keyed = checkItem(kind === "Put" ? given.Item : given.Key);
  if (kind === "Put" && itemSize(keyed) > largestItem) throw tooLarge();
  return {
    name: given.TableName,
    keyed,
    bind({ tables }) {
      const table = tables.get(given.TableName);
      if (kind === "Put") return putOf(table, keyed, shows, condition);
      if (kind === "Delete") return deleteOf(table, keyed, shows, condition);
      if (kind === "Update") return updateOf(table, keyed, actions, shows, condition);
      return checkOf(table, keyed, condition as Condition, shows);
    },
  };
}

/** As {@link checkDistinct}, before anything else is said of parts; those without a whole key are left to what follows. */
function checkKeys({ tables }: Engine, checked: Checked[]): void {
  const whole = checked.flatMap(({ name, keyed }) => {
    const table = tables.get(name);
    const { attributes } = table.definition;
    const names = namesOf(table.keys);
    const right = names.every((one) => attribute(keyed, one)?.[attributes[one] as KeyType] !== undefined);
    // What no key can be is no reason among others.
    if (right) for (const one of names) checkKeyValue(one, keyed[one] as AttributeValue, one === table.keys.hash);
    return right
      ? [{ table, key: keyBytes(...(names.map((one) => keyed[one]) as [AttributeValue, AttributeValue?])) }]
      : [];
  });
  checkDistinct(whole);
}

/** @throws AwsError `ValidationException` when two parts are about one item. */
export function checkDistinct(writes: Pick<Write, "table" | "key">[]): void {
  const keys = writes.map(({ table, key }) => `${table.definition.id} ${key.toString("latin1")}`);
  if (new Set(keys).size < keys.length) {
    throw invalid("Transaction request cannot include multiple operations on one item");
  }
}

function checkSum(checked: Checked[]): void {
  const size = checked.reduce((sum, { keyed }) => sum + JSON.stringify(keyed).length, 0);
  if (size > largest) throw invalid("Collection size of items in transaction exceeds the maximum of 4 MB");
}

export function transactGetItems({ tables }: Engine, input: GetInput): string {
  const wanted = input.TransactItems.map(({ Get }) => ({ Get, paths: projectionOf(Get), key: checkItem(Get.Key) }));
  for (const { Get } of wanted) tables.get(Get.TableName);
  const consumption = new Consumption(input.ReturnConsumedCapacity, true);
  const found = together(wanted, ({ Get, paths, key }) => {
    const table = tables.get(Get.TableName);
    const bytes = givenKey(key, table.keys, table.definition.attributes);
    const row = table.rows.get(bytes);
    consumption.add(table, { kind: "read", units: readUnits(row?.size ?? 0, true) * 2 });
    return { table, key: bytes, answer: object({ Item: row && shown(row, paths) }) };
  });
  checkDistinct(found);
  return object({
    Responses: array(found.map(({ answer }) => answer)),
    ConsumedCapacity: json(consumption.result),
  });
}
