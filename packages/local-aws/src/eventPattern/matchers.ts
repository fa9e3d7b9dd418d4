/**
 * What may stand in the array of a pattern's field: a literal, or one comparison operator.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { BlockList, isIP } from "node:net";
import { globPieces, globTest } from "../glob.ts";

/** A pattern that is not one; the message is AWS's reason, without its prefix. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PatternError";
  }
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One alternative: whether it matches a value, and whether it matches a field that is not there. */
export interface Leaf {
  matches(value: unknown): boolean;
  absent: boolean;
}

type Test = (value: unknown) => boolean;
const present = (matches: Test): Leaf => ({ matches, absent: false });

/** @throws PatternError */
export function alternative(item: unknown, path: string[]): Leaf {
  if (isObject(item)) {
    const [name, operand, ...more] = Object.entries(item).flat() as [string, unknown, ...unknown[]];
    if (name === undefined || more.length > 0) {
      throw new PatternError(`Only one key allowed in match expression (${path.join(".")})`);
    }
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (!operator) throw new PatternError(`Unrecognized match type ${name}`);
    return operator(operand, path.join("."));
  }
  if (Array.isArray(item)) {
    throw new PatternError(`Match value must be String, number, true, false, or null (${path.join(".")})`);
  }
  return present((value) => value === item);
}

type Operator = (operand: unknown, path: string) => Leaf;

const operators: Record<string, Operator> = {
  prefix: (operand, path) => present(affix("prefix", operand, path)),
  suffix: (operand, path) => present(affix("suffix", operand, path)),
  "equals-ignore-case": (operand, path) => present(ignoringCase(operand, path)),
  wildcard: (operand, path) => present(wildcard(operand, path)),
  numeric: (operand, path) => present(numeric(operand, path)),
  cidr: (operand, path) => present(cidr(operand, path)),
  exists: (operand, path) => {
    if (typeof operand !== "boolean")
      throw new PatternError(`exists match pattern must be either true or false (${path})`);
    return { matches: () => operand, absent: !operand };
  },
  "anything-but": (operand, path) => present(anythingBut(operand, path)),
};

function affix(kind: "prefix" | "suffix", operand: unknown, path: string): Test {
  const folds = isObject(operand) && Object.keys(operand).length === 1 && "equals-ignore-case" in operand;
  const wanted = text(folds ? operand["equals-ignore-case"] : operand, `${kind} match pattern`, path);
  const fold = (value: string) => (folds ? value.toLowerCase() : value);
  const expected = fold(wanted);
  return kind === "prefix"
    ? (value) => typeof value === "string" && fold(value).startsWith(expected)
    : (value) => typeof value === "string" && fold(value).endsWith(expected);
}

function ignoringCase(operand: unknown, path: string): Test {
  const expected = text(operand, "equals-ignore-case match pattern", path).toLowerCase();
  return (value) => typeof value === "string" && value.toLowerCase() === expected;
}

/** `*` is any characters, `\*` and `\\` are themselves. */
function wildcard(operand: unknown, path: string): Test {
  const test = globTest(wildcardPieces(operand, path));
  return (value) => typeof value === "string" && test(value);
}

/** @throws PatternError */
function wildcardPieces(operand: unknown, path: string): string[] {
  const pattern = text(operand, "wildcard match pattern", path);
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "*" && pattern[at + 1] === "*") {
      throw new PatternError(`Consecutive wildcard characters at pos ${at} (${path})`);
    }
    if (pattern[at] === "\\" && !/[\\*]/.test(pattern[++at] ?? "")) {
      throw new PatternError(`Invalid escape character at pos ${at - 1} (${path})`);
    }
  }
  return globPieces(pattern);
}

/** The wildcards of one alternative, which is valid; see `complexity.ts`. */
export function wildcardsOf(item: unknown): string[][] {
  if (!isObject(item)) return [];
  const within = isObject(item["anything-but"]) ? item["anything-but"].wildcard : item.wildcard;
  return within === undefined ? [] : [within].flat().map((one) => globPieces(one as string));
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
};

/** `["=", 5]`, `[">", 0]`, `[">", 0, "<=", 5]`: a range is written lower bound first. */
function numeric(operand: unknown, path: string): Test {
  if (!Array.isArray(operand)) throw new PatternError(`Value of numeric must be an array. (${path})`);
  const [operator, bound, ...range] = operand as unknown[];
  if (typeof operator !== "string")
    throw new PatternError(`Invalid member in numeric match: ${operand.length === 0 ? "]" : operator}`);
  const first = comparison(operator, bound);
  if (range.length === 0) return (value) => typeof value === "number" && first(value);
  if (!operator.startsWith(">")) throw new PatternError("Too many elements in numeric expression");
  const [second, top, ...more] = range;
  if (typeof second !== "string") throw new PatternError(`Bad value in numeric range: ${second}`);
  if (!second.startsWith("<") || !Object.hasOwn(comparisons, second))
    throw new PatternError(`Bad numeric range operator: ${second}`);
  const last = comparison(second, top);
  if (more.length > 0) throw new PatternError("Too many terms in numeric range expression");
  if ((bound as number) >= (top as number)) throw new PatternError("Bottom must be less than top");
  return (value) => typeof value === "number" && first(value) && last(value);
}

/** @throws PatternError */
function comparison(operator: string, bound: unknown): (value: number) => boolean {
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (!compare) throw new PatternError(`Unrecognized numeric range operator: ${operator}`);
  if (typeof bound !== "number")
    throw new PatternError(`Value of ${operator === "=" ? "equals" : operator} must be numeric`);
  return (value) => compare(value, bound);
}

function cidr(operand: unknown, path: string): Test {
  const [address = "", bits = ""] = text(operand, "CIDR", path).split("/");
  const version = isIP(address);
  if (version === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) {
    throw new PatternError(`Malformed CIDR, one '/' required: ${operand} (${path})`);
  }
  const range = new BlockList();
  const family = version === 4 ? "ipv4" : "ipv6";
  range.addSubnet(address, Number(bits), family);
  return (value) => typeof value === "string" && isIP(value) === version && range.check(value, family);
}

/** Everything but the values, prefixes, suffixes, wildcards or words named. The field must be there. */
function anythingBut(operand: unknown, path: string): Test {
  if (isObject(operand)) {
    const [name, given, ...more] = Object.entries(operand).flat() as [string, unknown, ...unknown[]];
    const operator = name !== undefined && Object.hasOwn(excludable, name) ? excludable[name] : undefined;
    if (!operator || more.length > 0) {
      throw new PatternError(`Unsupported anything-but pattern: ${Object.keys(operand).join(", ")} (${path})`);
    }
    const excluded = list(given, path).map((one) => operator(one, path));
    return (value) => !excluded.some((test) => test(value));
  }
  const excluded = list(operand, path);
  const kinds = new Set(excluded.map((value) => typeof value));
  if (kinds.size > 1) {
    throw new PatternError(
      `Inside anything but list, either all values are number or string, mixed type is not supported (${path})`,
    );
  }
  if (!kinds.has("string") && !kinds.has("number")) {
    throw new PatternError(`Inside anything-but list, only strings and numbers are supported (${path})`);
  }
  const set = new Set(excluded);
  return (value) => !set.has(value);
}

const excludable: Record<string, (operand: unknown, path: string) => Test> = {
  prefix: (operand, path) => affix("prefix", nonEmpty("prefix", operand, path), path),
  suffix: (operand, path) => affix("suffix", nonEmpty("suffix", operand, path), path),
  "equals-ignore-case": ignoringCase,
  wildcard,
};

/** Within anything-but, an affix is a text, and not an empty one: that would exclude everything. */
function nonEmpty(kind: string, operand: unknown, path: string): string {
  const wanted = text(operand, `anything-but ${kind} match pattern`, path);
  if (wanted === "") throw new PatternError(`Null ${kind} not allowed (${path})`);
  return wanted;
}

function list(operand: unknown, path: string): unknown[] {
  const values = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0) throw new PatternError(`Empty arrays are not allowed (${path})`);
  return values;
}

function text(operand: unknown, what: string, path: string): string {
  if (typeof operand !== "string") throw new PatternError(`${what} must be a string (${path})`);
  return operand;
}
