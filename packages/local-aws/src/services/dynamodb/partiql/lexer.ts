/** Tokens of PartiQL: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html */
import { invalid } from "../errors.ts";

export interface Token {
  /** `word`: a keyword or a bare name; `name`: one in double quotes. */
  kind: "word" | "name" | "text" | "number" | "symbol" | "end";
  /** Without quotes. */
  text: string;
}

const pattern =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|(?<word>[A-Za-z_$][A-Za-z0-9_$]*)|"(?<name>(?:[^"]|"")*)"|'(?<text>(?:[^']|'')*)'|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<symbol><<|>>|<>|!=|<=|>=|[=<>?.,:;*+()[\]{}-])/uy;

/** @throws AwsError `ValidationException` */
export function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < statement.length) {
    const match = pattern.exec(statement);
    if (!match) throw malformed("");
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind === undefined || text === undefined) continue;
    const quote = kind === "name" ? '"' : "'";
    const plain = kind === "name" || kind === "text" ? text.replaceAll(quote + quote, quote) : text;
    tokens.push({ kind: kind as Token["kind"], text: plain });
  }
  tokens.push({ kind: "end", text: "the end" });
  return tokens;
}

/** @param what is wrong, as far as it can be said. */
export const malformed = (what: string) => invalid(`Statement wasn't well formed, can't be processed: ${what}`);
