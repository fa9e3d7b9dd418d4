/**
 * JSONata in states, as AWS runs it: `{% ... %}` in texts, `$states`, variables, and functions that JSONata has not.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import { randomUUID } from "node:crypto";
import jsonata from "jsonata";
import { RE2JS } from "re2js";
import { EvaluationError } from "./failure.ts";
import { digest, parseJsonText, partition, range, seeded } from "./intrinsics.ts";

/** An expression's bounds, so that one without an end does not hold every service: milliseconds, levels, items. */
const bounds = { timeout: 1_000, stack: 500, sequence: 1_000_000 };

/** JavaScript's regular expressions for JSONata, matched without backtracking. */
class LinearExpression {
  lastIndex = 0;
  readonly #compiled: RE2JS;

  constructor({ source, flags }: RegExp) {
    const ignoreCase = flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0;
    this.#compiled = RE2JS.compile(source, ignoreCase | (flags.includes("m") ? RE2JS.MULTILINE : 0));
  }

  exec(text: string) {
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined);
    return Object.assign(groups, { index: matcher.start(), input: text });
  }
}

/** Functions that AWS adds to JSONata's own, and what it takes away. */
const functions: Record<string, unknown> = {
  partition,
  range,
  hash: digest,
  random: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
  uuid: () => randomUUID(),
  parse: parseJsonText,
  eval: undefined,
};

const delimited = /^\{%([\s\S]*)%\}$/;

/** The expression in a text of a definition; `undefined` where it is a text and no more. */
export const expressionIn = (text: unknown): string | undefined =>
  typeof text === "string" ? delimited.exec(text)?.[1]?.trim() : undefined;

const cache = new Map<string, jsonata.Expression>();

/** @throws Error of JSONata, with its code. */
export function compileJsonata(expression: string): jsonata.Expression {
  let compiled = cache.get(expression);
  if (compiled) return compiled;
  compiled = jsonata(expression, { ...bounds, RegexEngine: LinearExpression as unknown as RegExpConstructor });
  if (cache.size >= 2_000) cache.clear();
  cache.set(expression, compiled);
  return compiled;
}

/**
 * @param bindings `states` and the variables, by name. @param field where it is written, as `Output/x`.
 * @throws EvaluationError where it fails or gives nothing.
 */
async function evaluateExpression(
  expression: string,
  bindings: Record<string, unknown>,
  field: string,
): Promise<unknown> {
  const said = `The JSONata expression '${expression}' specified for the field '${field}'`;
  let value: unknown;
  try {
    value = await compileJsonata(expression).evaluate(undefined, { ...functions, ...bindings });
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    throw new EvaluationError(`${said} threw an error during evaluation. ${code ? `${code}: ` : ""}${message}`, field);
  }
  // Its lists have members of their own, and functions are no values of JSON.
  const text = JSON.stringify(value);
  if (text === undefined) throw new EvaluationError(`${said} returned nothing (undefined).`, field);
  return JSON.parse(text);
}

/** Fills in the expressions of a template. */
export async function evaluateJsonata(
  template: unknown,
  bindings: Record<string, unknown>,
  field: string,
): Promise<unknown> {
  const expression = expressionIn(template);
  if (expression !== undefined) return evaluateExpression(expression, bindings, field);
  if (Array.isArray(template)) {
    const items: unknown[] = [];
    for (const [index, item] of template.entries())
      items.push(await evaluateJsonata(item, bindings, `${field}[${index}]`));
    return items;
  }
  if (typeof template !== "object" || template === null) return template;
  const members: [string, unknown][] = [];
  for (const [name, value] of Object.entries(template))
    members.push([name, await evaluateJsonata(value, bindings, `${field}/${name}`)]);
  return Object.fromEntries(members);
}

/** A value's type in the words of causes. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
