import { Secret } from "./values.ts";
import type { Yaml } from "./yaml.ts";

/**
 * A value of a stack's configuration. Alone it is text, whatever it was written as; within a list or a mapping, numbers
 * and truth values stay what they are. A {@link Secret} has the encrypted text until it is opened.
 */
export type ConfigValue = string | bigint | number | boolean | null | Secret | ConfigValue[] | Map<string, ConfigValue>;

/** A value of `Pulumi.<stack>.yaml`. @throws Error for a number that JSON has no word for. */
export function stackValue(given: Yaml): ConfigValue {
  const value = within(given);
  if (value === null) return "";
  return typeof value === "object" ? value : String(value);
}

/** A `default` or `value` of Pulumi.yaml. */
export function projectValue(given: Yaml): ConfigValue {
  if (given instanceof Date) return given.toISOString().replace(".000Z", "Z");
  const value = within(given);
  return typeof value === "bigint" || typeof value === "boolean" ? String(value) : value;
}

function within(given: Yaml): ConfigValue {
  if (given instanceof Date)
    return `${given
      .toISOString()
      .replace("T", " ")
      .replace(/\.?0*Z$/, "")} +0000 UTC`;
  if (Array.isArray(given)) return given.map(within);
  if (given instanceof Map) {
    const secure = given.size === 1 ? given.get("secure") : undefined;
    if (typeof secure === "string") return new Secret(secure);
    return new Map([...given].map(([key, value]) => [String(key), within(value)]));
  }
  if (typeof given !== "number" || Number.isFinite(given)) return given;
  const word = Number.isNaN(given) ? "NaN" : given > 0 ? "+Inf" : "-Inf";
  throw new Error(`json: unsupported value: ${word}`);
}

/** Opens the secrets in a value. */
export function openSecrets(value: ConfigValue, decrypt: (text: string) => string): ConfigValue {
  if (value instanceof Secret) return new Secret(decrypt(String(value.value)));
  if (Array.isArray(value)) return value.map((item) => openSecrets(item, decrypt));
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]) => [key, openSecrets(item, decrypt)]));
}

export function hasSecret(value: ConfigValue): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return value instanceof Map && [...value.values()].some(hasSecret);
}

/** As the program gets it: a text as it is, anything else as JSON. */
export const configText = (value: ConfigValue): string =>
  typeof value === "string" ? value : value instanceof Secret ? String(value.value) : json(value);

/** JSON as the CLI, a program in Go, writes it: keys sorted, whole numbers exact, no `<`, `>`, `&`. */
function json(value: ConfigValue): string {
  if (value instanceof Secret) return json(value.value as string);
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (value instanceof Map) {
    const members = [...value.keys()].sort().map((key) => `${json(key)}:${json(value.get(key) as ConfigValue)}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}

type Path = (string | number)[];

/** What stands at a path within a value. A scalar that is found there is text. */
export function getAt(value: ConfigValue, [key, ...rest]: Path): ConfigValue | undefined {
  if (key === undefined) return value;
  const found = Array.isArray(value)
    ? value[key as number]
    : value instanceof Map
      ? value.get(key as string)
      : undefined;
  if (found === undefined || rest.length > 0) return found === undefined ? undefined : getAt(found, rest);
  return typeof found === "object" ? found : String(found);
}

/**
 * The value with another one at a path; lists and mappings on the way are made.
 * @param at the way so far, for errors.
 * @throws Error in the CLI's words when something else is in the way.
 */
export function setAt(value: ConfigValue | undefined, path: Path, given: ConfigValue, at: string): ConfigValue {
  const [key, ...rest] = path;
  if (key === undefined) return coerced(given);
  let container = value;
  if (!Array.isArray(container) && !(container instanceof Map)) {
    const isScalar = container !== undefined && container !== null;
    if (isScalar && /[.[]/.test(at))
      throw new Error(`${at}: expected ${typeof key === "number" ? "an array" : "a map"}`);
    container = typeof key === "number" ? new Array<ConfigValue>(Math.max(key + 1, 0)).fill(null) : new Map();
  }
  const here = typeof key === "number" ? `${at}[${key}]` : `${at}.${key}`;
  if (Array.isArray(container)) {
    if (typeof key !== "number") throw new Error(`${here}: key for an array must be an int`);
    if (key < 0 || key > container.length) throw new Error(`${here}: array index out of range`);
    const items = [...container];
    items[key] = setAt(items[key], rest, given, here);
    return items;
  }
  if (typeof key !== "string") throw new Error(`${here}: key for a map must be a string`);
  return new Map(container).set(key, setAt(container.get(key), rest, given, here));
}

/** Within a list or mapping, a text that is a number or a truth value is that. */
function coerced(value: ConfigValue): ConfigValue {
  if (value === "true" || value === "false") return value === "true";
  if (typeof value !== "string" || !/^[+-]?\d+$/.test(value) || /^0\d/.test(value)) return value;
  return BigInt(value.replace("+", ""));
}
