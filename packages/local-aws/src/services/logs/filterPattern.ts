/**
 * Filter patterns: terms (`ERROR -Debug ?this ?that "an exact phrase" %regular.expression%`) and conditions on JSON
 * events (`{ $.level = "ERROR" && ($.status >= 500 || $.path = *admin*) }`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */

import { compileExpression } from "../../expression.ts";
import { globTest } from "../../glob.ts";
import { parseJson } from "../../jsonText.ts";
import { invalid } from "./errors.ts";

export type Matches = (message: string) => boolean;

/** @throws AwsError InvalidParameterException */
export function filterPattern(pattern: string | undefined): Matches {
  const text = (pattern ?? "").trim();
  if (text === "") return () => true;
  if (text.length > 1024) throw invalid("A filter pattern may have at most 1024 characters.");
  if (text.startsWith("{")) return jsonPattern(text);
  if (text.startsWith("[")) {
    throw invalid(`Invalid filter pattern: the local cloud has no patterns for space-delimited events ("${text}").`);
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

function regular(expression: string): Matches {
  try {
    return compileExpression(expression).test;
  } catch {
    throw invalid(`Invalid filter pattern: %${expression}% is not a regular expression.`);
  }
}

type Condition = (event: unknown) => boolean;

/** The value at a selector, for metric filters, too: `$.latency`. */
export function selected(event: unknown, selector: string): unknown {
  const keys = [...selector.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\["([^"]+)"\]/g)].map(
    ([, name, at, quoted]) => name ?? at ?? quoted,
  );
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key as string],
    event,
  );
}

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

function comparison(operator: string, operand: string): ((value: unknown) => boolean) | undefined {
  const quoted = operand.startsWith('"');
  const text = quoted ? operand.slice(1, -1).replace(/\\(.)/g, "$1") : operand;
  const number = quoted || text.trim() === "" ? Number.NaN : Number(text);
  if (operator === "=" || operator === "!=") {
    const equal = Number.isNaN(number) ? likeText(text, quoted) : (value: unknown) => value === number;
    return operator === "=" ? equal : (value) => value !== undefined && !equal(value);
  }
  if (Number.isNaN(number)) return undefined;
  const ordered: Record<string, (value: number) => boolean> = {
    ">": (value) => value > number,
    "<": (value) => value < number,
    ">=": (value) => value >= number,
    "<=": (value) => value <= number,
  };
  const test = ordered[operator];
  return test && ((value) => typeof value === "number" && test(value));
}

function likeText(text: string, quoted: boolean): (value: unknown) => boolean {
  if (!quoted && text.startsWith("%") && text.endsWith("%")) {
    const matches = regular(text.slice(1, -1));
    return (value) => typeof value === "string" && matches(value);
  }
  if (!text.includes("*")) return (value) => value === text;
  const like = globTest(text.split("*"));
  return (value) => typeof value === "string" && like(value);
}
