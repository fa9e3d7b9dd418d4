/**
 * Time to live: deletes items whose time has passed, as DynamoDB does in the background. Its records in the stream name
 * the service itself. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
import { debuglog } from "node:util";
import type { Collection } from "../../store.ts";
import type { EngineFile } from "./file.ts";

type Json = Record<string, unknown>;

const debug = debuglog("dynamodb");
/** Items older than five years are not deleted: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html */
const oldest = 5 * 365 * 24 * 3600;

interface Asked {
  /** Sends to the engine. */
  send(operation: string, input: Json): Promise<Json>;
  file(): EngineFile | undefined;
  /** An item of that table went. */
  onExpired(table: string): void;
}

export class TimeToLive {
  /** Attribute by table. */
  readonly #attributes: Collection<string>;
  readonly #asked: Asked;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  /** @param interval milliseconds between two sweeps, at least. */
  constructor(attributes: Collection<string>, interval: number, asked: Asked) {
    this.#attributes = attributes;
    this.#interval = interval;
    this.#asked = asked;
  }

  /** After UpdateTimeToLive. */
  keep(table: string, specification: { Enabled?: boolean; AttributeName?: string } | undefined): void {
    if (specification?.Enabled && specification.AttributeName) this.#attributes.put(table, specification.AttributeName);
    else this.#attributes.delete(table);
    this.start();
  }

  forget(table: string): void {
    this.#attributes.delete(table);
  }

  /** Sweeps from time to time while any table has an attribute. */
  start(): void {
    if (this.#timer || this.#stopped || this.#attributes.values().length === 0) return;
    this.#schedule(this.#interval);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  #schedule(delay: number): void {
    this.#timer = setTimeout(() => {
      const began = Date.now();
      this.#sweeping = this.sweep()
        .catch((error) => debug("sweep: %s", (error as Error).message))
        .finally(() => {
          this.#timer = undefined;
          // A large table is read through less often.
          if (!this.#stopped && this.#attributes.values().length > 0) {
            this.#schedule(Math.max(this.#interval, 20 * (Date.now() - began)));
          }
        });
    }, delay);
    this.#timer.unref();
  }

  /** One look through every table. */
  async sweep(): Promise<void> {
    for (const [table, attribute] of this.#attributes.entries()) {
      if (!this.#stopped) await this.#sweepTable(table, attribute);
    }
  }

  async #sweepTable(TableName: string, attribute: string): Promise<void> {
    const { Table } = (await this.#asked.send("DescribeTable", { TableName })) as {
      Table: { KeySchema: { AttributeName: string }[] };
    };
    const keys = Table.KeySchema.map(({ AttributeName }) => AttributeName);
    const now = Math.floor(Date.now() / 1000);
    const condition = {
      ExpressionAttributeNames: { "#ttl": attribute } as Record<string, string>,
      ExpressionAttributeValues: { ":now": { N: String(now) }, ":old": { N: String(now - oldest) } },
    };
    const names = Object.fromEntries(keys.map((key, index) => [`#k${index}`, key]));
    let ExclusiveStartKey: unknown;
    do {
      const page = await this.#asked.send("Scan", {
        TableName,
        ProjectionExpression: Object.keys(names).join(", "),
        FilterExpression: "#ttl BETWEEN :old AND :now",
        ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...names },
        ExpressionAttributeValues: condition.ExpressionAttributeValues,
        ExclusiveStartKey,
      });
      for (const item of page.Items as Json[]) {
        if (this.#stopped) return;
        const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
        const remove = () =>
          this.#asked.send("DeleteItem", {
            TableName,
            Key,
            ConditionExpression: "#ttl BETWEEN :old AND :now",
            ...condition,
          });
        await this.#expire(TableName, Key, remove);
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey && !this.#stopped);
  }

  async #expire(table: string, Key: Json, remove: () => Promise<unknown>): Promise<void> {
    try {
      const file = this.#asked.file();
      await (file ? file.expiring(table, Key, remove) : remove());
      this.#asked.onExpired(table);
    } catch (error) {
      // Somebody prolonged or deleted it meanwhile.
      if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
    }
  }
}
