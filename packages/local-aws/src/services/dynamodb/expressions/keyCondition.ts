/**
 * The condition of a query, as a range of keys.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
import { invalid, invalidParameter } from "../errors.ts";
import {
  behind,
  checkKeyValue,
  type KeyNames,
  type KeyTypes,
  partitionBytes,
  sortBytes,
  sortPrefix,
} from "../items/keys.ts";
import type { AttributeValue } from "../items/types.ts";
import type { Comparator } from "./syntax.ts";
import type { Condition, Operand } from "./tree.ts";

/** Keys from `low` to before `high`. */
export interface KeyRange {
  low: Buffer;
  high: Buffer;
}

export interface QueriedKeys {
  range: KeyRange;
  hash: AttributeValue;
  /** Whether a sort key is within what the query asks for. */
  includes(sort: Buffer): boolean;
}

type Test = { operator: Comparator | "between" | "begins"; values: AttributeValue[] };

const unsupported = () => invalid("Query key condition not supported");
const flipped: Record<Comparator, Comparator> = { "=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** @throws AwsError `ValidationException` when it is not an equality for the partition key and at most one test of the sort key. */
export function keyRange(condition: Condition, names: KeyNames, types: KeyTypes): QueriedKeys {
  const tests = new Map<string, Test>();
  for (const { name, ...test } of testsOf(condition)) {
    if (tests.has(name)) {
      throw invalid("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key");
    }
    tests.set(name, test);
  }
  const count = names.range === undefined ? 1 : 2;
  if (tests.size > count && tests.size > 2) {
    throw invalid(
      `The number of query conditions (${tests.size}) exceeds the number of key attributes defined in the schema (${count})`,
    );
  }
  const hash = tests.get(names.hash);
  if (!hash) throw invalid(`Query condition missed key schema element: ${names.hash}`);
  const sort = names.range === undefined ? undefined : tests.get(names.range);
  if (tests.size > (sort ? 2 : 1)) {
    if (names.range === undefined) throw unsupported();
    throw invalid(`Query condition missed key schema element: ${names.range}`);
  }
  if (hash.operator !== "=") throw unsupported();
  checkType(names.hash, hash, types, true);
  const [value] = hash.values as [AttributeValue];
  const partition = partitionBytes(value);
  if (!sort) return { range: { low: partition, high: behind(partition) }, hash: value, includes: () => true };
  checkType(names.range as string, sort, types, false);
  const within = sortRange(sort);
  return {
    hash: value,
    range: {
      low: within.low ? Buffer.concat([partition, within.low]) : partition,
      high: within.high ? Buffer.concat([partition, within.high]) : behind(partition),
    },
    includes: (bytes) =>
      (!within.low || Buffer.compare(bytes, within.low) >= 0) &&
      (!within.high || Buffer.compare(bytes, within.high) < 0),
  };
}

function sortRange({ operator, values }: Test): { low?: Buffer; high?: Buffer } {
  const [first, second = first] = values as [AttributeValue, AttributeValue?];
  const bytes = sortBytes(first);
  switch (operator) {
    case "=":
      return { low: bytes, high: behind(bytes) };
    case "<":
      return { high: bytes };
    case "<=":
      return { high: behind(bytes) };
    case ">":
      return { low: behind(bytes) };
    case ">=":
      return { low: bytes };
    case "between":
      return { low: bytes, high: behind(sortBytes(second)) };
    case "begins": {
      const prefix = sortPrefix(first);
      return prefix.length === 0 ? {} : { low: prefix, high: behind(prefix) };
    }
    default:
      throw unsupported();
  }
}

function checkType(name: string, { operator, values }: Test, types: KeyTypes, isHash: boolean): void {
  const type = types[name] as "S" | "N" | "B";
  for (const value of values) {
    if (value[type] === undefined) {
      throw invalidParameter("Condition parameter type does not match schema type");
    }
    if (operator !== "begins") checkKeyValue(name, value, isHash);
  }
  if (operator === "begins" && type === "N")
    throw invalidParameter("Condition parameter type does not match schema type");
}

function* testsOf(condition: Condition): Iterable<Test & { name: string }> {
  switch (condition.kind) {
    case "and":
      yield* testsOf(condition.left);
      yield* testsOf(condition.right);
      return;
    case "compare": {
      if (condition.comparator === "<>") throw refused("<>");
      if (condition.right.kind === "path" && condition.left.kind === "value") {
        const { left, right, comparator } = condition;
        yield { name: nameOf(right), operator: flipped[comparator], values: [givenValue(left)] };
        return;
      }
      yield { name: nameOf(condition.left), operator: condition.comparator, values: [givenValue(condition.right)] };
      return;
    }
    case "between":
      yield {
        name: nameOf(condition.operand),
        operator: "between",
        values: [givenValue(condition.low), givenValue(condition.high)],
      };
      return;
    case "begins":
      yield { name: nameOf(condition.operand), operator: "begins", values: [givenValue(condition.part)] };
      return;
    default:
      throw refused(operatorNames[condition.kind] ?? condition.kind);
  }
}

const operatorNames: Record<string, string> = {
  or: "OR",
  not: "NOT",
  in: "IN",
  exists: "attribute_exists",
  absent: "attribute_not_exists",
  type: "attribute_type",
};

const refused = (operator: string) =>
  invalid(`Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: ${operator}`);

function nameOf(operand: Operand): string {
  if (operand.kind === "size") throw refused("size");
  if (operand.kind !== "path") {
    throw invalid(
      "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
    );
  }
  if (operand.path.length > 1) {
    throw invalid(
      "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes",
    );
  }
  return operand.path[0];
}

function givenValue(operand: Operand): AttributeValue {
  if (operand.kind === "value") return operand.value;
  throw invalid(
    "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
  );
}
