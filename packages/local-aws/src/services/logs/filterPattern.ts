/**
 * Filter patterns: terms (`ERROR -Debug ?this ?that "an exact phrase" %regular.expression%`), fields of space-delimited
 * events, and conditions on JSON events (`{ $.level = "ERROR" && ($.status >= 500 || $.path = *admin*) }`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */

import { parseJson } from "../../jsonText.ts";
import { selected } from "../../kit/logFields.ts";
import { comparison, regular } from "./comparison.ts";
import { invalid } from "./errors.ts";
import { spacePattern } from "./spacePattern.ts";

export type Matches = (message: string) => boolean;

/** @throws AwsError InvalidParameterException */
export function filterPattern(pattern: string | undefined): Matches {
  const text = (pattern ?? "").trim();
  if (text === "") return () => true;
  if (text.length > 1024) throw invalid("A filter pattern may have at most 1024 characters.");
  if (text.startsWith("{")) return jsonPattern(text);
  if (text.startsWith("[")) {
    const fields = spacePattern(text);
    return (message) => fields(message) !== undefined;
  }
  return termPattern(text);
}

function termPattern(text: string): Matches {
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))/g)].map(
    ([, sign, quoted, expression, word]) => ({
      sign,
      matches:
        expression === undefined ? contains((quoted ?? word ?? "").replace(/\\(.)/g, "$1")) : regular(expression),
    }),
  );
  const of = (wanted: string) => terms.filter(({ sign }) => sign === wanted);
  const [all, none, any] = [of(""), of("-"), of("?")];
  return (message) =>
    all.every(({ matches }) => matches(message)) &&
    !none.some(({ matches }) => matches(message)) &&
    (any.length === 0 || any.some(({ matches }) => matches(message)));
}

const contains =
  (part: string): Matches =>
  (message) =>
    message.includes(part);

type Condition = (event: unknown) => boolean;

function jsonPattern(text: string): Matches {
  const condition = new Parser(text).parse();
  return (message) => {
    // Most lines are no JSON at all.
    if (!message.trimStart().startsWith("{")) return false;
    try {
      return condition(parseJson(message));
    } catch {
      return false;
    }
  };
}

const token =
  /\s*(\(|\)|&&|\|\||!=|>=|<=|=|>|<|\$(?:\.[\w\-:@]+|\[\d+\]|\["[^"]+"\])+|"(?:[^"\\]|\\.)*"|%[^%]+%|[^\s()&|=!<>"]+)/y;

/** Conditions with `&&` above `||`, and parentheses. */
class Parser {
  readonly #tokens: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (!text.endsWith("}")) throw this.#wrong("it must end with }");
    const inner = text.slice(1, -1).trim();
    token.lastIndex = 0;
    while (token.lastIndex < inner.length) {
      const match = token.exec(inner);
      if (!match) throw this.#wrong("it cannot be read");
      this.#tokens.push(match[1] as string);
    }
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#at < this.#tokens.length) throw this.#wrong(`"${this.#tokens[this.#at]}" is one too many`);
    return condition;
  }

  #or(): Condition {
    const sides = [this.#and()];
    while (this.#take("||")) sides.push(this.#and());
    return sides.length === 1 ? (sides[0] as Condition) : (event) => sides.some((side) => side(event));
  }

  #and(): Condition {
    const sides = [this.#one()];
    while (this.#take("&&")) sides.push(this.#one());
    return sides.length === 1 ? (sides[0] as Condition) : (event) => sides.every((side) => side(event));
  }

  #one(): Condition {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) throw this.#wrong("a ) is missing");
      return inner;
    }
    const selector = this.#next();
    if (!selector?.startsWith("$")) throw this.#wrong("a selector such as $.level is expected");
    const value = (event: unknown) => selected(event, selector);
    const operator = this.#next()?.toUpperCase();
    if (operator === "IS") return this.#is(value);
    if (operator === "NOT" && this.#next()?.toUpperCase() === "EXISTS") return (event) => value(event) === undefined;
    if (operator === "EXISTS") return (event) => value(event) !== undefined;
    const operand = this.#next();
    if (operand === undefined) throw this.#wrong(`a value is missing after ${selector}`);
    const compare = comparison(operator ?? "", operand);
    if (!compare) throw this.#wrong(`"${operator} ${operand}" is not a comparison`);
    return (event) => compare(value(event));
  }

  #is(value: (event: unknown) => unknown): Condition {
    const kind = this.#next()?.toUpperCase();
    if (kind === "NULL") return (event) => value(event) === null;
    if (kind === "TRUE") return (event) => value(event) === true;
    if (kind === "FALSE") return (event) => value(event) === false;
    throw this.#wrong("IS must be followed by NULL, TRUE or FALSE");
  }

  #next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  #take(wanted: string): boolean {
    if (this.#tokens[this.#at] !== wanted) return false;
    this.#at++;
    return true;
  }

  #wrong(why: string) {
    return invalid(`Invalid filter pattern: ${why} (${this.#text})`);
  }
}
