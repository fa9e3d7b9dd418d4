import { AwsError } from "../../service.ts";

const expressions = [
  "UpdateExpression",
  "ConditionExpression",
  "KeyConditionExpression",
  "FilterExpression",
  "ProjectionExpression",
];

/**
 * Refuses characters that no expression has: other names are spelled `#name`. The engine ends on some of them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
 *
 * @throws AwsError `ValidationException`
 */
export function checkExpressions(input: Record<string, unknown>): void {
  for (const name of expressions) check(name, input[name]);
  if (Array.isArray(input.TransactItems)) {
    for (const item of input.TransactItems) {
      for (const one of Object.values((item ?? {}) as object)) {
        for (const name of expressions) check(name, (one as Record<string, unknown> | null)?.[name]);
      }
    }
  }
  for (const one of Object.values((input.RequestItems ?? {}) as Record<string, unknown>)) {
    check("ProjectionExpression", (one as Record<string, unknown> | null)?.ProjectionExpression);
  }
}

function check(name: string, text: unknown): void {
  if (typeof text !== "string") return;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII.
  const match = /[^\x00-\x7f]/u.exec(text);
  if (!match) return;
  const near = text.slice(Math.max(0, match.index - 5), match.index + 5);
  throw new AwsError(
    "ValidationException",
    `Invalid ${name}: Syntax error; token: "${match[0]}", near: "${near}"`,
    400,
  );
}
