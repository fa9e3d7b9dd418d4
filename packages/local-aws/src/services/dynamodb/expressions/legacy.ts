/**
 * Parameters from before expressions, as the conditions, actions and paths that expressions make.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
 */
import { invalid, invalidParameter } from "../errors.ts";
import { type AttributeValue, typeOf } from "../items/types.ts";
import { checkValue } from "../items/value.ts";
import type { Action, Condition, Operand, Path } from "./tree.ts";

type Given = Record<string, unknown>;

/** Legacy operators by the number of values that they take; no upper bound for IN. */
const counts: Record<string, [least: number, most: number]> = {
  EQ: [1, 1],
  NE: [1, 1],
  LE: [1, 1],
  LT: [1, 1],
  GE: [1, 1],
  GT: [1, 1],
  NOT_NULL: [0, 0],
  NULL: [0, 0],
  CONTAINS: [1, 1],
  NOT_CONTAINS: [1, 1],
  BEGINS_WITH: [1, 1],
  IN: [1, Number.POSITIVE_INFINITY],
  BETWEEN: [2, 2],
};
const comparators = { EQ: "=", NE: "<>", LE: "<=", LT: "<", GE: ">=", GT: ">" } as const;
const scalars: ReadonlySet<string> = new Set(["S", "N", "B"]);

/**
 * `QueryFilter`, `ScanFilter`, `KeyConditions` or `Expected` as one condition; nothing where none is given.
 * @param operator `ConditionalOperator`
 */
export function legacyCondition(given: unknown, operator: unknown): Condition | undefined {
  if (given === undefined || given === null) return undefined;
  const conditions = Object.entries(given as Record<string, Given>).map(([name, one]) => condition(name, one ?? {}));
  if (conditions.length === 0) return undefined;
  const kind = operator === "OR" ? "or" : "and";
  return conditions.reduce((left, right) => ({ kind, left, right }));
}

/** @param operator `ConditionalOperator` @param given what it joins: `QueryFilter`, `ScanFilter` or `Expected` */
export function checkOperator(operator: unknown, given: unknown): void {
  if (operator === undefined || Object.keys((given ?? {}) as object).length >= 2) return;
  throw invalidParameter("ConditionalOperator can only be used when Filter or Expected has two or more elements");
}

function condition(name: string, { Value, Exists, ComparisonOperator, AttributeValueList }: Given): Condition {
  const path: Path = [name];
  if (ComparisonOperator === undefined || ComparisonOperator === null) {
    if (AttributeValueList) {
      throw invalidParameter(`AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`);
    }
    return expected(name, Value, Exists);
  }
  if (Exists !== undefined)
    throw invalidParameter(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
  if (Value !== undefined && AttributeValueList !== undefined) {
    throw invalidParameter(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  }
  const list = Value === undefined ? ((AttributeValueList ?? []) as unknown[]) : [Value];
  const values = list.map((value) => checkValue(value));
  const operator = String(ComparisonOperator);
  const [least, most] = counts[operator] ?? [0, 0];
  if (values.length < least || values.length > most) {
    if (values.length === 0 && least > 0 && AttributeValueList === undefined) {
      throw invalidParameter(
        `Value or AttributeValueList must be used with ComparisonOperator: ${operator} for Attribute: ${name}`,
      );
    }
    throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  }
  checkTypes(operator, values);
  return comparison(path, operator, values);
}

function expected(name: string, value: unknown, exists: unknown): Condition {
  if (exists === false) {
    if (value !== undefined)
      throw invalidParameter(`Value cannot be used when Exists is set to false for Attribute: ${name}`);
    return { kind: "absent", path: [name] };
  }
  if (value === undefined) {
    const given = exists === undefined ? "null" : "true";
    throw invalidParameter(`Value must be provided when Exists is ${given} for Attribute: ${name}`);
  }
  return comparison([name], "EQ", [checkValue(value)]);
}

function checkTypes(operator: string, values: AttributeValue[]): void {
  const types = values.map(typeOf);
  const [first = "S"] = types;
  const refused = () =>
    invalidParameter(`ComparisonOperator ${operator} is not valid for ${first} AttributeValue type`);
  if (["LT", "LE", "GT", "GE", "BETWEEN", "IN"].includes(operator) && !types.every((type) => scalars.has(type)))
    throw refused();
  if (operator === "BEGINS_WITH" && first !== "S" && first !== "B") throw refused();
  if (["CONTAINS", "NOT_CONTAINS"].includes(operator) && ["SS", "NS", "BS"].includes(first)) throw refused();
  if (types.some((type) => type !== first))
    throw invalidParameter("AttributeValues inside AttributeValueList must be of same type");
}

function comparison(path: Path, operator: string, values: AttributeValue[]): Condition {
  const operand: Operand = { kind: "path", path };
  const [first, second] = values.map((value): Operand => ({ kind: "value", value })) as [Operand, Operand];
  switch (operator) {
    case "NULL":
      return { kind: "absent", path };
    case "NOT_NULL":
      return { kind: "exists", path };
    case "CONTAINS":
      return { kind: "contains", operand, part: first };
    case "NOT_CONTAINS":
      return {
        kind: "and",
        left: { kind: "exists", path },
        right: { kind: "not", of: { kind: "contains", operand, part: first } },
      };
    case "BEGINS_WITH":
      return { kind: "begins", operand, part: first };
    case "IN":
      return { kind: "in", operand, candidates: values.map((value) => ({ kind: "value", value })) };
    case "BETWEEN":
      return { kind: "between", operand, low: first, high: second };
    default:
      return {
        kind: "compare",
        comparator: comparators[operator as keyof typeof comparators],
        left: operand,
        right: first,
      };
  }
}

/** `AttributeUpdates` as actions. */
export function legacyUpdate(given: unknown): Action[] | undefined {
  if (given === undefined || given === null) return undefined;
  return Object.entries(given as Record<string, Given>).map(([name, { Action = "PUT", Value }]): Action => {
    const path: Path = [name];
    const value = Value === undefined || Value === null ? undefined : checkValue(Value);
    if (Action === "DELETE" && !value) return { kind: "remove", path };
    if (!value) throw invalidParameter(`Only DELETE action is allowed when no attribute value is specified`);
    if (Action === "PUT") return { kind: "set", path, to: { kind: "value", value } };
    const type = typeOf(value);
    const isSet = Array.isArray(value[type]) && type !== "L";
    if (Action === "DELETE") {
      if (!isSet) throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
      return { kind: "delete", path, value };
    }
    if (isSet || type === "N") return { kind: "add", path, value };
    if (type !== "L") throw invalidParameter(`ADD action is not supported for the type ${type}`);
    const empty: AttributeValue = { L: [] };
    const list = { kind: "ifAbsent", path, otherwise: { kind: "value", value: empty } } as const;
    return { kind: "set", path, to: { kind: "append", left: list, right: { kind: "value", value } } };
  });
}

/** `AttributesToGet` as paths. */
export function legacyPaths(given: unknown): Path[] | undefined {
  if (given === undefined || given === null) return undefined;
  const names = given as string[];
  if (new Set(names).size < names.length) {
    throw invalidParameter(
      `Duplicate value in attribute name: ${names.find((name, index) => names.indexOf(name) !== index)}`,
    );
  }
  return names.map((name): Path => [name]);
}

/**
 * Refuses a request that mixes both kinds of parameters.
 * @param input the request
 * @param legacy names of parameters of the old kind
 * @param expressions names of those that are expressions
 */
export function checkMixture(input: Given, legacy: string[], expressions: string[]): void {
  const given = (names: string[]) => names.filter((name) => input[name] !== undefined && input[name] !== null);
  const old = given(legacy);
  const found = given(expressions);
  if (old.length > 0 && found.length > 0) {
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(", ")}} Expression parameters: {${found.join(", ")}}`,
    );
  }
  for (const member of ["ExpressionAttributeNames", "ExpressionAttributeValues"]) {
    if (input[member] === undefined || found.length > 0) continue;
    if (member === "ExpressionAttributeValues" && expressions.every((name) => name === "ProjectionExpression"))
      continue;
    const reason =
      old.length > 0
        ? ""
        : expressions.length === 1
          ? `: ${expressions[0]} is null`
          : `: ${expressions.join(" and ")} are null`;
    throw invalid(`${member} can only be specified when using expressions${reason}`);
  }
}
