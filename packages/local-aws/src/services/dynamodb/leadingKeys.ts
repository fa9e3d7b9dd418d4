/**
 * `dynamodb:LeadingKeys`: the partition keys that a request touches, so that a policy can give each caller items of its
 * own. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
type Json = Record<string, unknown>;
type Description = { KeySchema?: KeyPart[]; GlobalSecondaryIndexes?: { IndexName?: string; KeySchema?: KeyPart[] }[] };
type KeyPart = { AttributeName: string; KeyType: string };

/** Names of partition keys, as far as they are known. */
export class PartitionKeys {
  readonly #describe: (table: string) => Promise<Json>;
  readonly #names = new Map<string, string | undefined>();

  constructor(describe: (table: string) => Promise<Json>) {
    this.#describe = describe;
  }

  /** Tables were made, changed or dropped. */
  forget(): void {
    this.#names.clear();
  }

  /** Of a table or one of its indexes; none of a table that is not there. */
  async of(table: string, index?: unknown): Promise<string | undefined> {
    const id = `${table} ${typeof index === "string" ? index : ""}`;
    if (this.#names.has(id)) return this.#names.get(id);
    const description = (await this.#describe(table).catch(() => ({}))) as Description;
    const global = description.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index);
    const schema = global?.KeySchema ?? description.KeySchema;
    const name = schema?.find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
    if (name) this.#names.set(id, name);
    return name;
  }
}

/** Of one request to one table: an item or a key, a list of them, or a query. */
export function leadingKeys(request: Json, name: string): string[] {
  const writes = Array.isArray(request.writes)
    ? (request.writes as ({ PutRequest?: Json; DeleteRequest?: Json } | null)[])
    : [];
  const keys = Array.isArray(request.Keys) ? (request.Keys as Json[]) : [];
  const items = [
    request.Item,
    request.Key,
    ...keys,
    ...writes.flatMap((write) => [write?.PutRequest?.Item, write?.DeleteRequest?.Key]),
  ];
  const values = items.flatMap((item) => scalar((item as Json | undefined)?.[name]));
  return [...new Set([...values, ...scalar(queried(request, name))])];
}

/** The value that a query compares the partition key with. */
function queried(request: Json, name: string): unknown {
  const legacy = (request.KeyConditions as Record<string, { AttributeValueList?: unknown[] }> | undefined)?.[name];
  if (legacy) return legacy.AttributeValueList?.[0];
  if (typeof request.KeyConditionExpression !== "string") return undefined;
  const names = (request.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const values = (request.ExpressionAttributeValues ?? {}) as Json;
  for (const [, left = "", right = ""] of request.KeyConditionExpression.matchAll(/([#:\w.-]+)\s*=\s*([#:\w.-]+)/g)) {
    if ((names[left] ?? left) === name) return values[right];
    if ((names[right] ?? right) === name) return values[left];
  }
  return undefined;
}

function scalar(value: unknown): string[] {
  const [content] = Object.values((value ?? {}) as Json);
  return typeof content === "string" ? [content] : [];
}
