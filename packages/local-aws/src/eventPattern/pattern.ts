/**
 * Event patterns: what a rule, an event source mapping's filter or a subscription's filter selects of JSON events.
 *
 * A field of the pattern names alternatives in an array; fields are combined by AND, `$or` by OR; an array in the event
 * matches when any of its elements does, and fields of one object in an array must match within one element.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { parseJson } from "../jsonText.ts";
import { checkComplexity } from "./complexity.ts";
import { alternative, isObject, type Json, type Leaf, PatternError, wildcardsOf } from "./matchers.ts";

export { PatternError };

/** Whether an event (parsed JSON) matches. */
export type EventMatcher = (event: unknown) => boolean;

/** Compiled pattern of an object; `undefined` is an object that is not there. */
type Matcher = (value: Json | undefined) => boolean;

/**
 * Compiles a pattern, as JSON text or parsed.
 * @throws PatternError naming the field that is wrong.
 */
export function compilePattern(pattern: string | object): EventMatcher {
  const parsed = typeof pattern === "string" ? parse(pattern) : pattern;
  if (!isObject(parsed)) throw new PatternError("Filter is not an object");
  const matches = compileObject(parsed, []);
  return (event) => elements(event).some((element) => matches(element));
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new PatternError("Event pattern is not valid JSON");
  }
}

function compileObject(pattern: Json, path: string[]): Matcher {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new PatternError("Empty objects are not allowed");
  const matchers = fields.map(([name, value]) =>
    name === "$or" && isAlternatives(value) ? compileOr(value, path) : compileField(name, value, [...path, name]),
  );
  const [only] = matchers;
  if (matchers.length === 1) return only as Matcher;
  return (event) => matchers.every((matches) => matches(event));
}

/** `$or` is a field like any other unless it holds at least two objects that are patterns themselves. */
const isAlternatives = (value: unknown): value is Json[] =>
  Array.isArray(value) && value.length > 1 && value.every(isObject);

function compileOr(alternatives: Json[], path: string[]): Matcher {
  const matchers = alternatives.map((pattern) => compileObject(pattern, path));
  return (event) => matchers.some((matches) => matches(event));
}

function compileField(name: string, value: unknown, path: string[]): Matcher {
  // `a.b` is b within a, in patterns and in events.
  const dot = name.indexOf(".");
  if (dot > 0) return compileField(name.slice(0, dot), { [name.slice(dot + 1)]: value }, path);
  if (Array.isArray(value)) {
    if (value.length === 0) throw new PatternError(`Empty arrays are not allowed (${path.join(".")})`);
    const leaves = value.map((item) => alternative(item, path));
    checkComplexity(value.flatMap(wildcardsOf));
    return (event) => matchesLeaf(leaves, field(event, name));
  }
  if (!isObject(value)) throw new PatternError(`"${path.join(".")}" must be an object or an array`);
  const nested = compileObject(value, path);
  return (event) => {
    const found = elements(field(event, name));
    // A missing field may be what the pattern asks for (`exists: false`).
    return found.length === 0 ? nested(undefined) : found.some((element) => nested(element));
  };
}

/** The objects that a pattern's object is matched against: the value itself, or those within an array, at any depth. */
function elements(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(elements);
  return isObject(value) ? [value] : [];
}

function matchesLeaf(leaves: Leaf[], value: unknown): boolean {
  const values = scalars(value);
  return leaves.some((leaf) => (values.length === 0 ? leaf.absent : values.some(leaf.matches)));
}

/** Leaf values only: to a matcher, an object in that place counts as absent. */
function scalars(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  return value === undefined || isObject(value) ? [] : [value];
}

/** Own properties only: `constructor` is not a field unless the event has one. */
function field(event: Json | undefined, name: string): unknown {
  if (!event) return undefined;
  const own = Object.hasOwn(event, name) ? event[name] : undefined;
  const within = Object.keys(event).filter((key) => key.startsWith(`${name}.`));
  if (within.length === 0) return own;
  const dotted = Object.fromEntries(within.map((key) => [key.slice(name.length + 1), event[key]]));
  return own === undefined || isObject(own) ? { ...own, ...dotted } : [own, dotted];
}
