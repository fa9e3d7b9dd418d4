/** Rules of Choice states in JSONPath. https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
import { globPieces, globTest } from "../../../glob.ts";
import { PathError } from "../../../jsonPath/evaluate.ts";
import { RuntimeError } from "./failure.ts";
import { readPath, type Scope } from "./scope.ts";
import { evaluateReference } from "./template.ts";

export type Rule = Record<string, unknown>;

type Order = (order: number) => boolean;
const orders: Record<string, Order> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

/** RFC 3339, with seconds and an offset. */
const timestamp = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of a time as states write it; `undefined` where it is none. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !timestamp.test(value)) return undefined;
  const time = Date.parse(value.replace(/(\.\d{3})\d+/, "$1"));
  return Number.isNaN(time) ? undefined : time;
}

/** What an operator compares: values of another type are never equal, less or more. */
const comparable: Record<string, (value: unknown) => string | number | undefined> = {
  String: (value) => (typeof value === "string" ? value : undefined),
  Numeric: (value) => (typeof value === "number" ? value : undefined),
  Boolean: (value) => (typeof value === "boolean" ? Number(value) : undefined),
  Timestamp: timeOf,
};

const is: Record<string, (value: unknown) => boolean> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === "string",
  IsNumeric: (value) => typeof value === "number",
  IsBoolean: (value) => typeof value === "boolean",
  IsTimestamp: (value) => timeOf(value) !== undefined,
};

const comparison =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$/;

/** @throws RuntimeError where a path leads to nothing. */
export function holds(rule: Rule, scope: Scope): boolean {
  if (rule.And) return (rule.And as Rule[]).every((one) => holds(one, scope));
  if (rule.Or) return (rule.Or as Rule[]).some((one) => holds(one, scope));
  if (rule.Not) return !holds(rule.Not as Rule, scope);
  const variable = rule.Variable as string;
  if (rule.IsPresent !== undefined) return isPresent(variable, scope) === rule.IsPresent;
  const value = evaluateReference(variable, scope);
  for (const [name, wanted] of Object.entries(rule)) {
    const test = is[name];
    if (test) return test(value) === wanted;
    if (name === "StringMatches") return typeof value === "string" && globTest(globPieces(String(wanted)))(value);
    const [, type, order, path] = comparison.exec(name) ?? [];
    if (type === undefined) continue;
    const other = path ? evaluateReference(wanted as string, scope) : wanted;
    const [a, b] = [comparable[type]!(value), comparable[type]!(other)];
    if (a === undefined || b === undefined) return false;
    return orders[order!]!(a < b ? -1 : a > b ? 1 : 0);
  }
  throw new RuntimeError(`A choice of ${variable} has no operator`);
}

function isPresent(path: string, scope: Scope): boolean {
  try {
    readPath(path, scope);
    return true;
  } catch (error) {
    if (error instanceof PathError) return false;
    throw error;
  }
}
