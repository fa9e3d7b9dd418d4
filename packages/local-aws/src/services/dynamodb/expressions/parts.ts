/** What an expression is made of, as it is written: for those who ask what it names before its placeholders are known. */
import { AwsError } from "../errors.ts";
import { parseCondition, parseProjection, parseUpdate } from "./parser.ts";
import type { Syntax } from "./syntax.ts";

const readers: Record<string, (title: string, text: string) => Syntax[]> = {
  ProjectionExpression: parseProjection,
  FilterExpression: (title, text) => [parseCondition(title, text)],
  KeyConditionExpression: (title, text) => [parseCondition(title, text)],
  ConditionExpression: (title, text) => [parseCondition(title, text)],
  UpdateExpression: (title, text) =>
    parseUpdate(title, text).flatMap(({ path, operand }) => (operand ? [path, operand] : [path])),
};

/** Members of requests that are expressions. */
export const expressionMembers = Object.keys(readers);

/**
 * Every part of an expression, in the order in which it is written.
 * @param member of the request, one of {@link expressionMembers}.
 * @returns nothing for a text that is no expression: the operation itself refuses it.
 */
export function partsOf(member: string, text: unknown): Syntax[] {
  if (typeof text !== "string") return [];
  const found: Syntax[] = [];
  try {
    for (const syntax of readers[member]?.(member, text) ?? []) collect(syntax, found);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [];
  }
  return found;
}

function collect(syntax: Syntax, found: Syntax[]): void {
  found.push(syntax);
  if ("of" in syntax) collect(syntax.of, found);
  if ("left" in syntax) for (const side of [syntax.left, syntax.right]) collect(side, found);
  if ("operands" in syntax) for (const operand of syntax.operands) collect(operand, found);
}
