/** The methods that values of a mapping template have: those of Java's strings, numbers, lists and maps, and no others. */
import { compileExpression, replaceAll, split } from "../../../../expression.ts";

type Method<T> = (value: T, ...parameters: never[]) => unknown;
type Methods<T> = Record<string, Method<T>>;
type Map = Record<string, unknown>;

const strings: Methods<string> = {
  length: (text) => text.length,
  isEmpty: (text) => text === "",
  isBlank: (text) => text.trim() === "",
  trim: (text) => text.trim(),
  strip: (text) => text.trim(),
  toLowerCase: (text) => text.toLowerCase(),
  toUpperCase: (text) => text.toUpperCase(),
  startsWith: (text, start: string) => text.startsWith(start),
  endsWith: (text, end: string) => text.endsWith(end),
  contains: (text, part: string) => text.includes(part),
  indexOf: (text, part: string, from = 0) => text.indexOf(part, from),
  lastIndexOf: (text, part: string) => text.lastIndexOf(part),
  substring: (text, from: number, to?: number) => text.substring(from, to),
  charAt: (text, at: number) => text.charAt(at),
  concat: (text, other: string) => text + other,
  repeat: (text, count: number) => text.repeat(Math.min(count, 10_000)),
  replace: (text, part: string, by: string) => text.replaceAll(part, () => by),
  replaceAll: (text, pattern: string, by: string) => replaceAll(pattern, text, by),
  replaceFirst: (text, pattern: string, by: string) => replaceAll(pattern, text, by, 1),
  split: (text, pattern: string) => split(pattern, text),
  matches: (text, pattern: string) => compileExpression(pattern).matchesWhole(text),
  equals: (text, other: unknown) => text === other,
  equalsIgnoreCase: (text, other: unknown) => text.toLowerCase() === String(other).toLowerCase(),
  compareTo: (text, other: string) => (text < other ? -1 : Number(text > other)),
  toString: (text: string) => text,
  // Java's static methods, which templates call on any text: `$string.format`, `Integer.parseInt`.
  parseInt: (_text: string, number: string) => Number.parseInt(number, 10),
};

const numbers: Methods<number> = {
  toString: (number: number) => String(number),
  intValue: (number) => Math.trunc(number),
  longValue: (number) => Math.trunc(number),
  doubleValue: (number) => number,
  equals: (number, other: unknown) => number === other,
  parseInt: (_number: number, text: string) => Number.parseInt(text, 10),
  compareTo: (number, other: number) => Math.sign(number - other),
};

const lists: Methods<unknown[]> = {
  size: (list) => list.length,
  isEmpty: (list) => list.length === 0,
  get: (list, at: number) => list[at],
  set(list, at: number, value: unknown) {
    list[at] = value;
  },
  add(list, ...given: unknown[]) {
    if (given.length > 1) list.splice(given[0] as number, 0, given[1]);
    else list.push(given[0]);
    return true;
  },
  addAll(list, others: unknown[]) {
    list.push(...others);
    return true;
  },
  remove: (list, what: unknown) => list.splice(typeof what === "number" ? what : list.indexOf(what), 1)[0],
  clear(list) {
    list.length = 0;
  },
  contains: (list, value: unknown) => list.includes(value),
  indexOf: (list, value: unknown) => list.indexOf(value),
  subList: (list, from: number, to: number) => list.slice(from, to),
  iterator: (list) => list,
  equals: (list, other: unknown) => JSON.stringify(list) === JSON.stringify(other),
  toString: (list: unknown[]) => javaText(list),
};

const maps: Methods<Map> = {
  size: (map) => Object.keys(map).length,
  isEmpty: (map) => Object.keys(map).length === 0,
  get: (map, key: string) => (Object.hasOwn(map, key) ? map[key] : null),
  getOrDefault: (map, key: string, value: unknown) => (Object.hasOwn(map, key) ? map[key] : value),
  put(map, key: string, value: unknown) {
    const old = Object.hasOwn(map, key) ? map[key] : null;
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    return old;
  },
  putAll(map, other: Map) {
    for (const [key, value] of Object.entries(other)) maps.put!(map, key as never, value as never);
  },
  remove(map, key: string) {
    const old = Object.hasOwn(map, key) ? map[key] : null;
    delete map[key];
    return old;
  },
  containsKey: (map, key: string) => Object.hasOwn(map, key),
  containsValue: (map, value: unknown) => Object.values(map).includes(value),
  keySet: (map) => Object.keys(map),
  values: (map) => Object.values(map),
  entrySet: (map) => Object.entries(map).map(([key, value]) => ({ key, value })),
  getKey: (entry) => entry.key,
  getValue: (entry) => entry.value,
  equals: (map, other: unknown) => JSON.stringify(map) === JSON.stringify(other),
  toString: (map: Map) => javaText(map),
};

/** `{a=1, b=[2]}` */
function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}=${javaText(one)}`)
    .join(", ")}}`;
}

/** Objects whose own functions may be called: `$input` and `$util`. */
const callable = new WeakSet<object>();

export function callableObject<T extends object>(object: T): T {
  callable.add(object);
  return object;
}

/** Every call passes here, so that nothing of JavaScript can be called. A method that there is not is null. */
export const javaMethods = {
  uid: "java",
  match: () => true,
  resolve({ property, params, context }: { property: string; params?: unknown[]; context: unknown }): unknown {
    const methods = methodsOf(context);
    if (!methods || !Object.hasOwn(methods, property)) return null;
    return methods[property]!(context as never, ...((params ?? []) as never[])) ?? null;
  },
};

function methodsOf(value: unknown): Methods<never> | undefined {
  if (typeof value === "string") return strings;
  if (typeof value === "number") return numbers;
  if (Array.isArray(value)) return lists;
  if (typeof value !== "object" || value === null) return undefined;
  if (!callable.has(value)) return maps;
  const own = value as Record<string, (...parameters: unknown[]) => unknown>;
  return Object.fromEntries(
    Object.keys(own)
      .filter((name) => typeof own[name] === "function")
      .map((name) => [name, (_: never, ...parameters: unknown[]) => own[name]!(...parameters)]),
  );
}
