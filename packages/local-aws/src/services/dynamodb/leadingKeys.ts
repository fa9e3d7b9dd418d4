/**
 * `dynamodb:LeadingKeys`: the partition keys that a request touches, so that a policy can give each caller items of its
 * own. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
import { partsOf } from "./expressions/parts.ts";
import type { Syntax } from "./expressions/syntax.ts";
import type { Catalog } from "./tables/catalog.ts";

type Json = Record<string, unknown>;

/** The partition key's name of a table or of one of its global indexes; none of a table that is not there. */
export function partitionKey(tables: Catalog, table: string, index?: unknown): string | undefined {
  const definition = tables.find(table)?.definition;
  return (definition?.global.find(({ name }) => name === index) ?? definition)?.keys.hash;
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
  const names = (request.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const values = (request.ExpressionAttributeValues ?? {}) as Json;
  const isKey = (one: Syntax) =>
    one.kind === "path" && one.parts.length === 1 && (names[one.parts[0] as string] ?? one.parts[0]) === name;
  for (const part of partsOf("KeyConditionExpression", request.KeyConditionExpression)) {
    if (part.kind !== "compare" || part.comparator !== "=") continue;
    const { left, right } = part;
    if (isKey(left) && right.kind === "value") return values[right.name];
    if (isKey(right) && left.kind === "value") return values[left.name];
  }
  return undefined;
}

function scalar(value: unknown): string[] {
  const [content] = Object.values((value ?? {}) as Json);
  return typeof content === "string" ? [content] : [];
}
