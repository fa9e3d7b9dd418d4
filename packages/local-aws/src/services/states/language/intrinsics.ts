/**
 * Intrinsic functions of JSONPath states.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import { createHash, randomUUID } from "node:crypto";
import { PathReader } from "../../../jsonPath/read.ts";
import { IntrinsicError } from "./failure.ts";

/** A call as it is written: its arguments are read when it is evaluated. */
export interface Call {
  name: string;
  arguments: Argument[];
}
type Argument = { value: unknown } | { path: string } | { call: Call };

/** The longest text that is encoded, decoded or digested, in characters. */
const longestText = 10_000;
/** The most items of ArrayRange. */
const mostItems = 1_000;

const fail = (message: string): never => {
  throw new IntrinsicError(message);
};

const cache = new Map<string, Call>();

/** @throws SyntaxError */
export function parseCall(text: string): Call {
  let call = cache.get(text);
  if (call) return call;
  const reader = new PathReader(text);
  call = readCall(reader);
  reader.space();
  if (reader.at < text.length) reader.fail("a call cannot go on");
  if (cache.size >= 2_000) cache.clear();
  cache.set(text, call);
  return call;
}

function readCall(reader: PathReader): Call {
  const name = reader.match(/States\.[A-Za-z0-9]+/)?.slice("States.".length) ?? "";
  if (!Object.hasOwn(functions, name)) reader.fail(`there is no function States.${name}`);
  reader.space();
  if (!reader.skip("(")) reader.fail("( is missing");
  const given: Argument[] = [];
  reader.space();
  while (!reader.skip(")")) {
    if (given.length > 0 && !reader.skip(",")) reader.fail(", or ) is missing");
    reader.space();
    given.push(readArgument(reader));
    reader.space();
  }
  return { name, arguments: given };
}

function readArgument(reader: PathReader): Argument {
  if (reader.next === "'") return { value: readText(reader) };
  if (reader.text.startsWith("States.", reader.at)) return { call: readCall(reader) };
  if (reader.next === "$") {
    const start = reader.at;
    reader.match(/\$+\w*/);
    reader.steps();
    return { path: reader.text.slice(start, reader.at) };
  }
  const literal = reader.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null/);
  if (literal === undefined) reader.fail("an argument is missing");
  return { value: JSON.parse(literal) };
}

/** A backslash stays before braces: Format tells by it which of them it fills. */
function readText(reader: PathReader): string {
  let text = "";
  for (reader.at++; reader.next !== "'"; reader.at++) {
    if (reader.at >= reader.text.length) reader.fail("a quote is missing");
    if (reader.next === "\\") {
      reader.at++;
      if (!/['\\]/.test(reader.next)) text += "\\";
    }
    text += reader.next;
  }
  reader.at++;
  return text;
}

/** @param read what a path leads to. @throws IntrinsicError */
export function evaluateCall({ name, arguments: given }: Call, read: (path: string) => unknown): unknown {
  const values = given.map((argument) => {
    if ("call" in argument) return evaluateCall(argument.call, read);
    return "path" in argument ? read(argument.path) : argument.value;
  });
  const [least, most, run] = functions[name]!;
  if (values.length < least || values.length > most)
    fail(`Invalid number of arguments for States.${name}: ${values.length}`);
  return run(...values);
}

function text(value: unknown): string {
  if (typeof value !== "string") return fail(`Expected a string but got ${JSON.stringify(value)}`);
  return value.length > longestText ? fail(`A string is longer than ${longestText} characters`) : value;
}
function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : fail(`Expected an array but got ${JSON.stringify(value)}`);
}
function integer(value: unknown): number {
  // As Java rounds: a half goes up.
  return typeof value === "number"
    ? Math.floor(value + 0.5)
    : fail(`Expected an integer but got ${JSON.stringify(value)}`);
}
function object(value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return fail(`Expected an object but got ${JSON.stringify(value)}`);
}

export function parseJsonText(value: unknown): unknown {
  try {
    return JSON.parse(text(value));
  } catch {
    return fail(`Invalid JSON: ${value}`);
  }
}

export function partition(value: unknown, size: unknown): unknown[][] {
  const step = integer(size);
  if (step < 1) fail("The chunk size must be positive");
  const items = array(value);
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) =>
    items.slice(index * step, (index + 1) * step),
  );
}

export function range(first: unknown, last: unknown, by: unknown = 1): number[] {
  const [start, end, step] = [integer(first), integer(last), integer(by)];
  if (step === 0) fail("The increment must not be 0");
  const length = Math.max(0, Math.floor((end - start) / step) + 1);
  if (length > mostItems) fail(`The array has more than ${mostItems} items`);
  return Array.from({ length }, (_, index) => start + index * step);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html#asl-intrsc-func-hash-calc */
const algorithms = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

export function digest(value: unknown, algorithm: unknown): string {
  if (!algorithms.includes(algorithm as string))
    fail(`The algorithm is ${algorithm}; allowed are ${algorithms.join(", ")}`);
  const data = typeof value === "string" ? value : JSON.stringify(value);
  return createHash(String(algorithm).replace("-", "")).update(text(data)).digest("hex");
}

/** A number that a seed decides, from 0 on and below 1. */
export function seeded(seed: number): number {
  return createHash("sha256").update(String(seed)).digest().readUInt32BE() / 2 ** 32;
}

/** An item of a list by its value: objects are equal whose members are, in whatever order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort())
      : item,
  );

/** As Java writes values: what is nested has no quotes. */
function javaText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}=${javaText(item)}`)
    .join(", ")}}`;
}

function format(template: unknown, ...values: unknown[]): string {
  const left = [...values];
  const filled = text(template).replace(/\\(.)|\{\}/gs, (_, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (left.length === 0) return fail(`There are fewer arguments than braces: ${template}`);
    const value = left.shift();
    return javaText(value);
  });
  return left.length > 0 ? fail(`There are more arguments than braces: ${template}`) : filled;
}

/** By name: how many arguments it takes, from and to, and what it does. */
const functions: Record<string, [least: number, most: number, run: (...values: unknown[]) => unknown]> = {
  Format: [1, Number.POSITIVE_INFINITY, format],
  StringToJson: [1, 1, (value) => (text(value).trim() === "" ? null : parseJsonText(value))],
  JsonToString: [1, 1, (value) => JSON.stringify(value)],
  Array: [0, Number.POSITIVE_INFINITY, (...values) => values],
  ArrayPartition: [2, 2, partition],
  ArrayContains: [2, 2, (items, value) => array(items).some((item) => canonical(item) === canonical(value))],
  ArrayRange: [3, 3, range],
  ArrayGetItem: [2, 2, (items, index) => array(items)[integer(index)] ?? fail(`Index ${index} is out of bounds`)],
  ArrayLength: [1, 1, (items) => array(items).length],
  ArrayUnique: [1, 1, (items) => [...new Map(array(items).map((item) => [canonical(item), item])).values()]],
  Base64Encode: [1, 1, (value) => Buffer.from(text(value)).toString("base64")],
  Base64Decode: [1, 1, (value) => Buffer.from(text(value), "base64").toString()],
  Hash: [2, 2, digest],
  JsonMerge: [
    3,
    3,
    (first, second, deep) =>
      deep === false
        ? { ...object(first), ...object(second) }
        : fail("Only shallow merging is supported: the third argument must be false"),
  ],
  MathRandom: [
    2,
    3,
    (first, last, seed) => {
      const [start, end] = [integer(first), integer(last)];
      const share = seed === undefined ? Math.random() : seeded(integer(seed));
      return start + Math.floor(share * (end - start));
    },
  ],
  MathAdd: [2, 2, (first, second) => integer(first) + integer(second)],
  StringSplit: [
    2,
    2,
    (value, splitters) => {
      const parts = [""];
      for (const character of text(value)) {
        if (text(splitters).includes(character)) parts.push("");
        else parts[parts.length - 1] += character;
      }
      return parts.filter((part) => part !== "");
    },
  ],
  UUID: [0, 0, () => randomUUID()],
};
