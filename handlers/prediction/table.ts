import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, type NativeAttributeValue, unmarshall } from "@aws-sdk/util-dynamodb";
import { retrying } from "./clients.ts";
import { type IndexName, type Item, indexes, type Predicted, predictionAttributes, REDRIVEN } from "./item.ts";
import { settings } from "./settings.ts";

const dynamodb = new DynamoDBClient(retrying);

type Image = Record<string, AttributeValue>;

/** Numbers of any size become JavaScript's, which suffices for measurements. */
export const itemOf = (image: Image): Item => unmarshall(image, { wrapNumbers: Number as never }) as Item;
const imageOf = (item: Record<string, NativeAttributeValue>) =>
  marshall(item, { removeUndefinedValues: true, allowImpreciseNumbers: true });

/** Whether the write was made, or its condition did not hold. */
async function conditionally(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Writes a record unless there is one under its id. @returns that one; undefined when it was written. */
export async function createItem(item: Item): Promise<Item | undefined> {
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: settings.table,
        Item: imageOf(item),
        ConditionExpression: "attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return itemOf(error.Item ?? {});
    throw error;
  }
}

/** As of now: what was written before is read. */
export async function readItem(id: string): Promise<Item | undefined> {
  const { Item: image } = await dynamodb.send(
    new GetItemCommand({ TableName: settings.table, Key: { id: { S: id } }, ConsistentRead: true }),
  );
  return image && itemOf(image);
}

/**
 * Writes a prediction to a record that is there and has none.
 * @returns false when the record is gone or was predicted before: either way there is nothing to do
 */
export function savePrediction(id: string, createdAt: string, prediction: Predicted): Promise<boolean> {
  const attributes = Object.entries(predictionAttributes(id, createdAt, prediction));
  return conditionally(
    dynamodb.send(
      new UpdateItemCommand({
        TableName: settings.table,
        Key: { id: { S: id } },
        UpdateExpression: `SET ${attributes.map((_, index) => `#${index} = :${index}`).join(", ")} REMOVE #unpredicted, ${REDRIVEN}`,
        ConditionExpression: "attribute_exists(id) AND attribute_not_exists(pred_target)",
        ExpressionAttributeNames: {
          "#unpredicted": indexes.unpredicted,
          ...Object.fromEntries(attributes.map(([name], index) => [`#${index}`, name])),
        },
        ExpressionAttributeValues: imageOf(
          Object.fromEntries(attributes.map(([, value], index) => [`:${index}`, value])),
        ),
      }),
    ),
  );
}

/** How many queries a request may still make. */
export interface Budget {
  queries: number;
}

/** A request has made all the queries that it may. */
export class OutOfQueries extends Error {
  override readonly name = "OutOfQueries";
}

/**
 * The records of one partition of an index, newest first, as many at a time as `pageSize`.
 * @throws {OutOfQueries} where the next would be one too many.
 */
export async function* newestFirst(
  index: IndexName,
  bucket: string,
  options: { before?: string | undefined; pageSize: number; budget: Budget },
): AsyncGenerator<Item> {
  let start: Image | undefined;
  do {
    if (options.budget.queries-- <= 0) throw new OutOfQueries();
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new QueryCommand({
        TableName: settings.table,
        IndexName: index,
        KeyConditionExpression: options.before ? "#bucket = :bucket AND time_key < :before" : "#bucket = :bucket",
        ExpressionAttributeNames: { "#bucket": indexes[index] },
        ExpressionAttributeValues: {
          ":bucket": { S: bucket },
          ...(options.before && { ":before": { S: options.before } }),
        },
        ScanIndexForward: false,
        Limit: options.pageSize,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    yield* Items.map(itemOf);
    start = LastEvaluatedKey;
  } while (start);
}
