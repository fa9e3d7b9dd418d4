/** The keys that a WHERE names, and what else it asks for. */
import { invalid } from "../errors.ts";
import { type Condition, type Operand, pathsOf } from "../expressions/tree.ts";
import { type KeyNames, namesOf } from "../items/keys.ts";
import type { AttributeValue, Item } from "../items/types.ts";
import type { Statement } from "./statement.ts";

/** The conditions of which all must hold. */
export function conjuncts(where: Condition | undefined): Condition[] {
  if (!where) return [];
  return where.kind === "and" ? [...conjuncts(where.left), ...conjuncts(where.right)] : [where];
}

export const all = (conditions: Condition[]): Condition | undefined =>
  conditions.length === 0 ? undefined : conditions.reduce((left, right) => ({ kind: "and", left, right }));

/** Whether an operand is that attribute of the item itself. */
export const isAttribute = (operand: Operand, name: string): boolean =>
  operand.kind === "path" && operand.path.length === 1 && operand.path[0] === name;

/** The value that a condition says an attribute has. */
export function equalTo(condition: Condition, name: string): AttributeValue | undefined {
  if (condition.kind !== "compare" || condition.comparator !== "=") return undefined;
  for (const [a, b] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ] as const) {
    if (isAttribute(a, name) && b.kind === "value") return b.value;
  }
  return undefined;
}

/** The values that an attribute may have, by an equality or IN. */
export function oneOf(condition: Condition, name: string): AttributeValue[] | undefined {
  const value = equalTo(condition, name);
  if (value) return [value];
  if (condition.kind !== "in" || !isAttribute(condition.operand, name)) return undefined;
  const values = condition.candidates.flatMap((one) => (one.kind === "value" ? [one.value] : []));
  return values.length === condition.candidates.length ? values : undefined;
}

/**
 * What a statement names of items, in the form of other requests: the values that WHERE compares with, as `Keys`, and the
 * item of an INSERT. IAM looks for partition keys there, and for the attributes that are asked for.
 */
export function statementKeys(statement: Statement): Record<string, unknown> {
  if (statement.kind === "insert") return { Item: statement.item };
  const conditions = conjuncts(statement.where);
  const Keys = conditions.flatMap((one): Item[] => {
    const operand = one.kind === "compare" ? one.left : one.kind === "in" ? one.operand : undefined;
    const name = operand?.kind === "path" ? operand.path[0] : undefined;
    return name === undefined ? [] : (oneOf(one, name) ?? []).map((value) => ({ [name]: value }));
  });
  const named = [...(statement.where ? pathsOf(statement.where) : [])];
  const touched =
    statement.kind === "update"
      ? statement.actions.map(({ path }) => path)
      : statement.kind === "select"
        ? (statement.paths ?? [])
        : [];
  const AttributesToGet = [...new Set([...named, ...touched].map(([name]) => name))];
  const all = statement.kind === "select" && !statement.paths;
  return { Keys, AttributesToGet, ...(all && { Select: "ALL_ATTRIBUTES" }) };
}

/** The one key that a write names, and its further condition. @throws AwsError `ValidationException` when it names none. */
export function wholeKey(where: Condition, keys: KeyNames): { key: Item; condition: Condition | undefined } {
  const key: Item = {};
  let rest = conjuncts(where);
  for (const name of namesOf(keys)) {
    const found = rest.find((one) => equalTo(one, name));
    if (!found) throw invalid("Where clause does not contain a mandatory equality on all key attributes");
    key[name] = equalTo(found, name) as AttributeValue;
    rest = rest.filter((one) => one !== found);
  }
  return { key, condition: all(rest) };
}
