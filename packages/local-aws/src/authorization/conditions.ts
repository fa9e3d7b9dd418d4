/**
 * Condition operators of IAM policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from "node:net";
import { type Context, compileArn, compilePattern, matchesArn, matchesPattern } from "./pattern.ts";

/** One `operator: { key: values }` of a statement, compiled. */
export type Condition = (context: Context) => boolean;

/** Tests one value of the request against one of the policy. */
type Test = (value: string, context: Context) => boolean;
interface Operator {
  compile(expected: string, variables: boolean): Test;
  negated?: boolean;
}

const text =
  (wildcards: boolean, ignoreCase = false) =>
  (expected: string, variables: boolean): Test => {
    const pattern = compilePattern(expected, variables, ignoreCase);
    return (value, context) => matchesPattern(pattern, ignoreCase ? value.toLowerCase() : value, context, wildcards);
  };

const arn = (expected: string, variables: boolean): Test => {
  const pattern = compileArn(expected, variables);
  return (value, context) => matchesArn(pattern, value, context);
};

const compare =
  (read: (text: string) => number, holds: (value: number, expected: number) => boolean) =>
  (expected: string): Test => {
    const limit = read(expected);
    return (value) => holds(read(value), limit);
  };

const number = (value: string): number => (value.trim() === "" ? Number.NaN : Number(value));
/** ISO 8601, or seconds since 1970. */
const date = (value: string): number => (/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const address = (expected: string): Test => {
  const [network = "", bits] = expected.split("/");
  const version = isIP(network);
  if (!version) return () => false;
  const family = version === 6 ? "ipv6" : "ipv4";
  const range = new BlockList();
  range.addSubnet(network, bits === undefined ? (version === 6 ? 128 : 32) : Number(bits), family);
  return (value) => isIP(value) === version && range.check(value, family);
};

const not = (operator: Operator["compile"]): Operator => ({ compile: operator, negated: true });
const is = (operator: Operator["compile"]): Operator => ({ compile: operator });

const equal = (a: number, b: number) => a === b;
const less = (a: number, b: number) => a < b;
const lessOrEqual = (a: number, b: number) => a <= b;
const greater = (a: number, b: number) => a > b;
const greaterOrEqual = (a: number, b: number) => a >= b;

const operators: Record<string, Operator> = {
  stringequals: is(text(false)),
  stringnotequals: not(text(false)),
  stringequalsignorecase: is(text(false, true)),
  stringnotequalsignorecase: not(text(false, true)),
  stringlike: is(text(true)),
  stringnotlike: not(text(true)),
  arnequals: is(arn),
  arnlike: is(arn),
  arnnotequals: not(arn),
  arnnotlike: not(arn),
  numericequals: is(compare(number, equal)),
  numericnotequals: not(compare(number, equal)),
  numericlessthan: is(compare(number, less)),
  numericlessthanequals: is(compare(number, lessOrEqual)),
  numericgreaterthan: is(compare(number, greater)),
  numericgreaterthanequals: is(compare(number, greaterOrEqual)),
  dateequals: is(compare(date, equal)),
  datenotequals: not(compare(date, equal)),
  datelessthan: is(compare(date, less)),
  datelessthanequals: is(compare(date, lessOrEqual)),
  dategreaterthan: is(compare(date, greater)),
  dategreaterthanequals: is(compare(date, greaterOrEqual)),
  bool: is((expected) => (value) => value.toLowerCase() === expected.toLowerCase()),
  binaryequals: is((expected) => (value) => Buffer.from(value, "base64").equals(Buffer.from(expected, "base64"))),
  ipaddress: is(address),
  notipaddress: not(address),
};

/** Splits `ForAllValues:StringLikeIfExists` into its three parts; `undefined` when there is no such operator. */
export function parseOperator(name: string): { set?: string; base: string; ifExists: boolean } | undefined {
  const [, set, rest = ""] = /^(?:(foranyvalue|forallvalues):)?(.+)$/.exec(name.toLowerCase()) ?? [];
  const ifExists = rest.endsWith("ifexists");
  const base = ifExists ? rest.slice(0, -"ifexists".length) : rest;
  if (base === "null" ? ifExists : !Object.hasOwn(operators, base)) return undefined;
  return { ...(set && { set }), base, ifExists };
}

/**
 * @param operator as written in the policy, e.g. `ForAnyValue:StringEqualsIfExists`.
 * @param key condition key; its case does not matter.
 * @throws Error when there is no such operator (policies are validated when they are stored).
 */
export function compileCondition(operator: string, key: string, expected: string[], variables: boolean): Condition {
  const parsed = parseOperator(operator);
  if (!parsed) throw new Error(`there is no condition operator ${operator}`);
  const name = key.toLowerCase();
  if (parsed.base === "null") {
    const absent = expected.some((value) => value.toLowerCase() === "true");
    return (context) => !context(name)?.length === absent;
  }

  const { compile, negated = false } = operators[parsed.base] as Operator;
  const tests = expected.map((value) => compile(value, variables));
  // A negated operator holds when none of the policy's values matches; a plain one when any does.
  const holds = (value: string, context: Context) => tests.some((test) => test(value, context)) !== negated;

  return (context) => {
    const values = context(name);
    if (!values?.length) return parsed.ifExists || parsed.set === "forallvalues" || (negated && !parsed.set);
    if (parsed.set === "forallvalues" || (negated && !parsed.set))
      return values.every((value) => holds(value, context));
    return values.some((value) => holds(value, context));
  };
}
