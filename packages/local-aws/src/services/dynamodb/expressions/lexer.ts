/** Tokens of DynamoDB's expressions. */
import { invalid } from "../errors.ts";

export type TokenKind = "name" | "placeholder" | "value" | "number" | "symbol" | "end";

export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

const pattern =
  /[ \t\r\n\f]+|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<placeholder>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<number>\d+)|(?<symbol><>|<=|>=|[.[\](),=<>+-]|.)/suy;

/**
 * @param title what the expression is, in errors: `ConditionExpression`.
 * @throws AwsError `ValidationException`
 */
export function tokenize(title: string, text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    // Whatever it is: a character that no expression has is a symbol that nobody expects.
    const match = pattern.exec(text) as RegExpExecArray;
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind) tokens.push({ kind: kind as TokenKind, text: match[0], start, end: pattern.lastIndex });
  }
  if (tokens.length === 0) throw invalid(`Invalid ${title}: The expression can not be empty;`);
  tokens.push({ kind: "end", text: "<EOF>", start: text.length, end: text.length });
  return tokens;
}

/** @param before the tokens before the one that is wrong. */
export function syntaxError(title: string, text: string, before: Token[], wrong: Token, after?: Token): Error {
  const start = before.at(-1)?.start ?? wrong.start;
  const end = after && after.kind !== "end" ? after.end : wrong.end;
  return invalid(`Invalid ${title}: Syntax error; token: "${wrong.text}", near: "${text.slice(start, end).trimEnd()}"`);
}
