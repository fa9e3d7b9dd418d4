/** Comparisons of filter patterns: with numbers, with texts that may have wildcards, with regular expressions. */
import { compileExpression } from "../../expression.ts";
import { globTest } from "../../glob.ts";
import { invalid } from "./errors.ts";

/** @throws AwsError InvalidParameterException */
export function regular(expression: string): (text: string) => boolean {
  try {
    return compileExpression(expression).test;
  } catch {
    throw invalid(`Invalid filter pattern: %${expression}% is not a regular expression.`);
  }
}

/** @returns whether a value is so; `undefined` for what is no comparison. */
export function comparison(operator: string, operand: string): ((value: unknown) => boolean) | undefined {
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
  // By itself it is whatever is there, a number as well.
  if (!quoted && text === "*") return (value) => value !== undefined;
  if (!text.includes("*")) return (value) => value === text;
  const like = globTest(text.split("*"));
  return (value) => typeof value === "string" && like(value);
}
