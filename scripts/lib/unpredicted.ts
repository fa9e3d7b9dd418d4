import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from "@aws-sdk/client-dynamodb-streams";
import type { StreamBatch } from "./failureMessage.ts";
import type { Stack } from "./stack.ts";

/** A pipeline's records that have no prediction. */
export class Unpredicted {
  readonly #dynamodb: DynamoDBClient;
  readonly #streams: DynamoDBStreamsClient;
  readonly #table: string;

  constructor(client: Stack["client"], table: string) {
    this.#dynamodb = new DynamoDBClient(client);
    this.#streams = new DynamoDBStreamsClient(client);
    this.#table = table;
  }

  /** Whether there is a record of that id. */
  async has(id: string): Promise<boolean> {
    const { Item } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: this.#table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item !== undefined;
  }

  /** Ids of the records that a failed batch had: by the stream, which keeps them for a day, else every unpredicted one. */
  async idsOf(batch: StreamBatch): Promise<string[]> {
    try {
      return await this.#idsInStream(batch);
    } catch (error) {
      const lost = ["TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"];
      if (!lost.includes((error as Error).name)) throw error;
      return this.ids();
    }
  }

  async #idsInStream({ streamArn, shardId, startSequenceNumber, endSequenceNumber }: StreamBatch): Promise<string[]> {
    const from = { StreamArn: streamArn, ShardId: shardId, SequenceNumber: startSequenceNumber };
    let { ShardIterator } = await this.#streams.send(
      new GetShardIteratorCommand({ ...from, ShardIteratorType: "AT_SEQUENCE_NUMBER" }),
    );
    const ids: string[] = [];
    while (ShardIterator) {
      const { Records = [], NextShardIterator } = await this.#streams.send(new GetRecordsCommand({ ShardIterator }));
      for (const { eventName, dynamodb } of Records) {
        if (BigInt(dynamodb?.SequenceNumber ?? 0) > BigInt(endSequenceNumber)) return ids;
        if (eventName !== "REMOVE" && dynamodb?.Keys?.id?.S) ids.push(dynamodb.Keys.id.S);
      }
      if (Records.length === 0) return ids;
      ShardIterator = NextShardIterator;
    }
    return ids;
  }

  /** Ids in the sparse index, which has the unpredicted records alone. */
  async ids(): Promise<string[]> {
    const ids: string[] = [];
    const input = { TableName: this.#table, IndexName: "unpredicted" };
    for await (const { Items = [] } of paginateScan({ client: this.#dynamodb }, input)) {
      for (const { id } of Items) if (id?.S) ids.push(id.S);
    }
    return ids;
  }

  /**
   * Marks a record, so that the stream brings it to the predictor once more.
   * @returns false when it is gone, or predicted already.
   */
  async redrive(id: string): Promise<boolean> {
    try {
      await this.#dynamodb.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { id: { S: id } },
          UpdateExpression: "SET redriven_at = :now",
          ConditionExpression: "attribute_exists(id) AND attribute_not_exists(pred_target)",
          ExpressionAttributeValues: { ":now": { S: new Date().toISOString() } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
