import { randomBytes } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, type NativeAttributeValue, unmarshall } from "@aws-sdk/util-dynamodb";
import { RequestError } from "./http.ts";
import { type Repeatable, reusedKey } from "./revision.ts";

export type Item = Record<string, NativeAttributeValue>;
export type Key = Record<string, string>;

const image = (item: Item) => marshall(item, { removeUndefinedValues: true });
/** An item without what is nobody's business but the table's, its fields by name: DynamoDB gives them in any order. */
export const publicFields = (item: object, internal: ReadonlySet<string>): Item =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([name]) => !internal.has(name))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
const newRevision = () => randomBytes(6).toString("hex");
/** Seconds since 1970 after which DynamoDB may forget an item. */
export const expiry = (days: number): number => Math.floor(Date.now() / 1_000) + days * 86_400;

/** How often two requests may meet at one item. */
const TRIES = 5;

export interface Condition {
  expression: string;
  /** Attributes whose names are words of DynamoDB's, by their aliases. */
  names?: Record<string, string>;
  values?: Item;
}

/**
 * Items with a revision, which each write changes, and with a place in lists (index `byTime`: partition `Listed`, sorted by
 * `TimeKey`). What an idempotency key made is kept beside them for a day, under a key that no item has.
 */
export class ItemTable {
  /** Throttled and failed calls are tried again after a random, growing time. */
  readonly #dynamodb = new DynamoDBClient({ maxAttempts: 6 });
  readonly #table: () => string;
  readonly #keyNames: string[];

  /**
   * @param table its name, asked for when it is needed.
   * @param keyNames of the table: partition key, then sort key.
   */
  constructor(table: () => string, keyNames: string[]) {
    this.#table = table;
    this.#keyNames = keyNames;
  }

  /** As of now: what was written before is read. */
  async read(key: Key): Promise<Item | undefined> {
    const { Item } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: this.#table(), Key: image(key), ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  }

  /**
   * Writes an item unless there is one of its key.
   * @returns the item, `isNew` false where the same request has made it before; undefined where the key is taken.
   * @throws {RequestError} 422 where the idempotency key came with another request.
   */
  async create(item: Item, request?: Repeatable): Promise<{ item: Item; isNew: boolean } | undefined> {
    const made = { ...item, Revision: newRevision() };
    for (let left = TRIES; ; left--) {
      try {
        await (request ? this.#createOnce(made, request) : this.#put(made));
        return { item: made, isNew: true };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        if (!(error instanceof TransactionCanceledException) || !request) throw error;
        const [taken, repeated] = (error.CancellationReasons ?? []).map(({ Code }) => Code);
        if (repeated === "ConditionalCheckFailed") return this.#made(request);
        if (taken === "ConditionalCheckFailed") return undefined;
        if (left === 1) throw error;
      }
    }
  }

  /**
   * Changes an item that is there.
   * @param changes attributes; those that are undefined are removed.
   * @returns the item after the change; undefined where it is gone or the condition did not hold.
   */
  async update(key: Key, changes: Item, condition?: Condition): Promise<Item | undefined> {
    const all = Object.entries({ ...changes, Revision: newRevision() });
    const named = all.map(([name, value], index) => ({ name, value, alias: `#n${index}`, ref: `:v${index}` }));
    const set = named.filter(({ value }) => value !== undefined);
    const removed = named.filter(({ value }) => value === undefined);
    const exists = `attribute_exists(${this.#keyNames[0]})`;
    try {
      const { Attributes } = await this.#dynamodb.send(
        new UpdateItemCommand({
          TableName: this.#table(),
          Key: image(key),
          UpdateExpression: [
            `SET ${set.map(({ alias, ref }) => `${alias} = ${ref}`).join(", ")}`,
            ...(removed.length > 0 ? [`REMOVE ${removed.map(({ alias }) => alias).join(", ")}`] : []),
          ].join(" "),
          ConditionExpression: condition ? `${exists} AND (${condition.expression})` : exists,
          ExpressionAttributeNames: {
            ...Object.fromEntries(named.map(({ alias, name }) => [alias, name])),
            ...condition?.names,
          },
          ExpressionAttributeValues: image({
            ...Object.fromEntries(set.map(({ ref, value }) => [ref, value])),
            ...condition?.values,
          }),
          ReturnValues: "ALL_NEW",
        }),
      );
      return unmarshall(Attributes!);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  /** Takes an item away, and what is known of the request that made it. */
  async remove(key: Key, request?: Repeatable): Promise<void> {
    for (const each of [key, ...(request ? [this.#requestKey(request)] : [])]) {
      await this.#dynamodb.send(new DeleteItemCommand({ TableName: this.#table(), Key: image(each) }));
    }
  }

  /**
   * Items of one list, newest first.
   * @param before `TimeKey` of the last item of the page before.
   * @returns `next` is the `TimeKey` after which the next page begins; none when this page is the last.
   */
  async page(list: string, limit: number, before?: string): Promise<{ items: Item[]; next?: string }> {
    // One more than asked for says whether there is another page; a page of DynamoDB ends at 1 MB, too.
    const { Items = [], LastEvaluatedKey } = await this.#dynamodb.send(
      new QueryCommand({
        TableName: this.#table(),
        IndexName: "byTime",
        KeyConditionExpression: before ? "Listed = :list AND TimeKey < :before" : "Listed = :list",
        ExpressionAttributeValues: image({ ":list": list, ...(before && { ":before": before }) }),
        ScanIndexForward: false,
        Limit: limit + 1,
      }),
    );
    const items = Items.slice(0, limit).map((item) => unmarshall(item));
    const more = Items.length > limit || (LastEvaluatedKey !== undefined && Items.length <= limit);
    const last = items.at(-1);
    return { items, ...(more && last && { next: String(last.TimeKey) }) };
  }

  /** Every item of one list, newest first, a page at a time. */
  async *all(list: string): AsyncGenerator<Item> {
    let before: string | undefined;
    do {
      const { items, next } = await this.page(list, 100, before);
      yield* items;
      before = next;
    } while (before);
  }

  async #put(item: Item): Promise<void> {
    await this.#dynamodb.send(new PutItemCommand(this.#new(image(item))));
  }

  async #createOnce(item: Item, request: Repeatable): Promise<void> {
    const made = Object.fromEntries(this.#keyNames.map((name) => [name, item[name]]));
    const record = { ...this.#requestKey(request), Request: request.request, Made: made, ExpiresAt: expiry(1) };
    const TransactItems = [{ Put: this.#new(image(item)) }, { Put: this.#new(image(record)) }];
    await this.#dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
  }

  #new(Item: ReturnType<typeof image>) {
    const ConditionExpression = `attribute_not_exists(${this.#keyNames[0]})`;
    return { TableName: this.#table(), Item, ConditionExpression };
  }

  /** No item's key has a `#` in it. */
  #requestKey({ key }: Repeatable): Key {
    return Object.fromEntries(this.#keyNames.map((name) => [name, `request#${key}`]));
  }

  async #made(request: Repeatable): Promise<{ item: Item; isNew: false }> {
    const record = await this.read(this.#requestKey(request));
    if (record?.Request !== request.request) {
      throw reusedKey();
    }
    const item = await this.read(record.Made);
    if (!item) throw new RequestError(409, "Idempotency-Key: what this request made is gone", "Idempotency-Key");
    return { item, isNew: false };
  }
}
