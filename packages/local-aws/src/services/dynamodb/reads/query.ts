/** Query and Scan. */
import { array, json, object } from "../answer.ts";
import { consumedCapacity, readUnits, type Wanted } from "../capacity.ts";
import type { Engine } from "../engine.ts";
import { invalid, invalidParameter } from "../errors.ts";
import { bindCondition, bindProjection } from "../expressions/bind.ts";
import { keyRange } from "../expressions/keyCondition.ts";
import { checkMixture, checkOperator, legacyCondition, legacyPaths } from "../expressions/legacy.ts";
import { Placeholders } from "../expressions/placeholders.ts";
import { type Condition, type Path, pathsOf } from "../expressions/tree.ts";
import { after, lastKey, namesOf } from "../items/keys.ts";
import { checkItem } from "../items/value.ts";
import type { TableIndex } from "../tables/index.ts";
import type { Table } from "../tables/table.ts";
import { fetched, type PageRequest, readPage } from "./page.ts";
import { startingKey } from "./startingKey.ts";

type Given = Record<string, unknown>;

export interface PagingInput extends Given {
  TableName: string;
  IndexName?: string;
  Select?: string;
  Limit?: number;
  ConsistentRead?: boolean;
  ConditionalOperator?: string;
  ExclusiveStartKey?: Given;
  ReturnConsumedCapacity?: Wanted;
  ExpressionAttributeNames?: Given;
  ExpressionAttributeValues?: Given;
}

/** What a request gives for either operation, bound. */
interface Bound {
  condition?: Condition | undefined;
  filter: Condition | undefined;
  paths: Path[] | undefined;
}

const filters = { Query: "QueryFilter", Scan: "ScanFilter" } as const;

function bind(operation: "Query" | "Scan", input: PagingInput): Bound {
  const isQuery = operation === "Query";
  const filterName = filters[operation];
  checkMixture(
    input,
    ["AttributesToGet", filterName, "ConditionalOperator", ...(isQuery ? ["KeyConditions"] : [])],
    ["FilterExpression", "ProjectionExpression", ...(isQuery ? ["KeyConditionExpression"] : [])],
  );
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const { ConditionalOperator: operator } = input;
  checkOperator(operator, input[filterName]);
  const condition = isQuery
    ? (bindCondition("KeyConditionExpression", input.KeyConditionExpression, placeholders) ??
      legacyCondition(input.KeyConditions, "AND"))
    : undefined;
  const filter =
    bindCondition("FilterExpression", input.FilterExpression, placeholders) ??
    legacyCondition(input[filterName], operator);
  const paths = bindProjection(input.ProjectionExpression, placeholders) ?? legacyPaths(input.AttributesToGet);
  placeholders.checkUsed();
  checkSelect(input, paths);
  return { condition, filter, paths };
}

function checkSelect({ Select, IndexName, AttributesToGet }: PagingInput, paths: Path[] | undefined): void {
  if (Select === undefined) return;
  const member = AttributesToGet === undefined ? "ProjectionExpression" : "AttributesToGet";
  if (paths && Select !== "SPECIFIC_ATTRIBUTES") {
    throw invalid(
      `Cannot specify the ${member} when choosing to get ${Select === "COUNT" ? "only the Count" : Select}`,
    );
  }
  if (!paths && Select === "SPECIFIC_ATTRIBUTES") {
    throw invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
  }
  if (Select === "ALL_PROJECTED_ATTRIBUTES" && IndexName === undefined) {
    throw invalidParameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
}

export async function query(engine: Engine, input: PagingInput & { ScanIndexForward?: boolean }): Promise<string> {
  const { condition, filter, paths } = bind("Query", input);
  const given = input.ExclusiveStartKey && checkItem(input.ExclusiveStartKey);
  const table = engine.tables.get(input.TableName);
  const index = indexOf(table, input);
  if (!condition) {
    throw invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  }
  const keys = index ? index.definition.keys : table.keys;
  const queried = keyRange(condition, keys, table.definition.attributes);
  checkFilter(filter, namesOf(keys), input.FilterExpression === undefined ? "QueryFilter" : "Filter Expression");
  const up = input.ScanIndexForward ?? true;
  const request = { ...requestOf(table, index, input, filter, paths), ...queried.range, up };
  if (given) {
    const start = startingKey(table, index, given);
    start.checkWithin(queried);
    if (up) request.low = after(start.bytes);
    else request.high = start.bytes;
  }
  return answer(request, input);
}

export async function scan(
  engine: Engine,
  input: PagingInput & { TotalSegments?: number; Segment?: number },
): Promise<string> {
  const { Segment: segment, TotalSegments: total } = input;
  if (total !== undefined && segment === undefined) {
    throw invalid(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  }
  if (segment !== undefined && total === undefined) {
    throw invalid(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  }
  if (segment !== undefined && total !== undefined && segment >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  const { filter, paths } = bind("Scan", input);
  const given = input.ExclusiveStartKey && checkItem(input.ExclusiveStartKey);
  const table = engine.tables.get(input.TableName);
  const index = indexOf(table, input);
  const request = {
    ...requestOf(table, index, input, filter, paths),
    low: segmentStart(segment ?? 0, total ?? 1),
    high: segmentStart((segment ?? 0) + 1, total ?? 1),
    up: true,
  };
  if (given) {
    const { bytes } = startingKey(table, index, given, true);
    if (Buffer.compare(bytes, request.low) < 0 || Buffer.compare(bytes, request.high) >= 0) {
      throw invalid(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: " +
          `${total} Segment: ${segment}`,
      );
    }
    request.low = after(bytes);
  }
  return answer(request, input);
}

/** Keys begin with 32 bits of a hash: a segment has its share of them. */
function segmentStart(segment: number, total: number): Buffer {
  if (segment === total) return lastKey;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Math.floor((segment / total) * 2 ** 32));
  return bytes;
}

function indexOf(table: Table, { IndexName, ConsistentRead, Select }: PagingInput): TableIndex | undefined {
  if (IndexName === undefined) return undefined;
  const index = table.index(IndexName);
  if (!table.isGlobal(index)) return index;
  if (ConsistentRead) throw invalid("Consistent reads are not supported on global secondary indexes");
  if (Select === "ALL_ATTRIBUTES" && !index.isWhole) {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName} because its projection type is not ALL`,
    );
  }
  return index;
}

/** @throws AwsError `ValidationException` when a global index is asked for what it has not. */
export function checkProjected({ definition }: TableIndex, lacking: string[]): void {
  if (lacking.length === 0) return;
  throw invalidParameter(`Global secondary index ${definition.name} does not project [${lacking.join(", ")}]`);
}

function requestOf(
  table: Table,
  index: TableIndex | undefined,
  input: PagingInput,
  filter: Condition | undefined,
  paths: Path[] | undefined,
): Omit<PageRequest, "low" | "high" | "up"> {
  const isLocal = index !== undefined && !table.isGlobal(index);
  const outside = index?.lacks(paths ?? []) ?? [];
  if (index && !isLocal) checkProjected(index, outside);
  return {
    table,
    index,
    filter,
    paths,
    limit: input.Limit ?? Number.POSITIVE_INFINITY,
    countOnly: input.Select === "COUNT",
    // Of a local index, what it has not is fetched from the table.
    whole: isLocal && (input.Select === "ALL_ATTRIBUTES" || outside.length > 0),
  };
}

function checkFilter(filter: Condition | undefined, keys: string[], kind: string): void {
  for (const [name] of filter ? pathsOf(filter) : []) {
    if (!keys.includes(name)) continue;
    throw invalid(`${kind} can only contain non-primary key attributes: Primary key attribute: ${name}`);
  }
}

async function answer(request: PageRequest, input: PagingInput): Promise<string> {
  const page = await readPage(request);
  const { ConsistentRead: isConsistent = false, ReturnConsumedCapacity: wanted } = input;
  const used = {
    kind: "read" as const,
    units: readUnits(page.size, isConsistent),
    index: request.index?.definition.name,
  };
  return object({
    Items: request.countOnly ? undefined : array(page.items),
    Count: String(page.count),
    ScannedCount: String(page.scanned),
    LastEvaluatedKey: json(page.last),
    ConsumedCapacity: json(consumedCapacity(wanted, request.table, used, fetched(page, isConsistent))),
  });
}
