/**
 * Condition keys of what a request reads and writes within an item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys
 */
import { expressionMembers, partsOf } from "./expressions/parts.ts";

type Input = Record<string, unknown>;

const reads = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);

/** Top-level attributes that a request names, and how much of an item it asks for. */
export function itemKeys(action: string, input: Input): Record<string, string | string[]> {
  const attributes = [...new Set(attributesOf(input))];
  const { ReturnValues, ReturnConsumedCapacity } = input;
  return {
    ...(attributes.length > 0 && { "dynamodb:Attributes": attributes }),
    ...(reads.has(action) && { "dynamodb:Select": selectOf(input) }),
    ...(typeof ReturnValues === "string" && { "dynamodb:ReturnValues": ReturnValues }),
    ...(typeof ReturnConsumedCapacity === "string" && { "dynamodb:ReturnConsumedCapacity": ReturnConsumedCapacity }),
  };
}

function selectOf({ Select, ProjectionExpression, AttributesToGet, IndexName }: Input): string {
  if (typeof Select === "string") return Select;
  if (ProjectionExpression !== undefined || AttributesToGet !== undefined) return "SPECIFIC_ATTRIBUTES";
  return IndexName === undefined ? "ALL_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES";
}

function* attributesOf(input: Input): Iterable<string> {
  const names = isObject(input.ExpressionAttributeNames) ? input.ExpressionAttributeNames : {};
  for (const member of expressionMembers) yield* namesIn(member, input[member], names);
  for (const member of ["Key", "Item", "AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"]) {
    if (isObject(input[member])) yield* Object.keys(input[member]);
  }
  for (const key of list(input.Keys)) if (isObject(key)) yield* Object.keys(key);
  for (const name of list(input.AttributesToGet)) if (typeof name === "string") yield name;
  // Of a batch, each write.
  for (const write of list(input.writes)) {
    const { PutRequest, DeleteRequest } = (write ?? {}) as { PutRequest?: Input; DeleteRequest?: Input };
    if (PutRequest) yield* attributesOf(PutRequest);
    if (DeleteRequest) yield* attributesOf(DeleteRequest);
  }
}

/** What stands first in each path of an expression: `#a.b[0]` is of attribute `#a`. */
function* namesIn(member: string, text: unknown, names: Record<string, unknown>): Iterable<string> {
  for (const part of partsOf(member, text)) {
    if (part.kind !== "path") continue;
    const [written] = part.parts as [string];
    const name = Object.hasOwn(names, written) ? names[written] : written;
    if (typeof name === "string") yield name;
  }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
