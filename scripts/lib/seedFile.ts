/** What `dsp seed` puts into a stack: items, objects and messages, by the names of the program. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { Failure } from "./failure.ts";

export interface Seed {
  /** Items by table, in plain JSON. */
  tables: Record<string, Record<string, unknown>[]>;
  /** Objects by bucket and key: a text, or what is read from a file. */
  buckets: Record<string, Record<string, string | Buffer>>;
  /** Messages by queue: a text, or what is sent as JSON. */
  queues: Record<string, unknown[]>;
}

const kinds = ["tables", "buckets", "queues"] as const;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads a file of YAML or JSON. Files that it names (`{ file: PATH }`) are relative to it.
 * @throws {Failure} naming the entry, its value and what is allowed.
 */
export function readSeed(path: string): Seed {
  let given: unknown;
  try {
    given = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(code === "ENOENT" ? `There is no file ${path}` : `${path}: ${message.split("\n")[0]}`);
  }
  if (!isObject(given)) throw new Failure(`${path} is ${JSON.stringify(given)}; allowed are ${kinds.join(", ")}`);
  for (const key of Object.keys(given)) {
    if (!(kinds as readonly string[]).includes(key))
      throw new Failure(`${path}: there is no "${key}"; allowed are ${kinds.join(", ")}`);
    if (!isObject(given[key]))
      throw new Failure(`${path}: ${key} is ${JSON.stringify(given[key])}; allowed are lists and maps by name`);
  }
  const { tables = {}, buckets = {}, queues = {} } = given as Record<string, Record<string, unknown>>;
  return {
    tables: each(tables, (items, name) => {
      if (Array.isArray(items) && items.every(isObject)) return items;
      throw new Failure(`${path}: tables.${name} is ${JSON.stringify(items)}; allowed is a list of items`);
    }),
    buckets: each(buckets, (objects, name) => {
      if (!isObject(objects))
        throw new Failure(`${path}: buckets.${name} is ${JSON.stringify(objects)}; allowed are objects by key`);
      return each(objects, (content, key) => contentOf(content, `${path}: buckets.${name}["${key}"]`, dirname(path)));
    }),
    queues: each(queues, (messages, name) => {
      if (Array.isArray(messages)) return messages;
      throw new Failure(`${path}: queues.${name} is ${JSON.stringify(messages)}; allowed is a list of messages`);
    }),
  };
}

function contentOf(content: unknown, where: string, folder: string): string | Buffer {
  if (typeof content === "string") return content;
  if (!isObject(content) || typeof content.file !== "string")
    throw new Failure(`${where} is ${JSON.stringify(content)}; allowed is a text, or { file: PATH }`);
  const file = resolve(folder, content.file);
  if (!existsSync(file)) throw new Failure(`${where}.file is "${content.file}": there is no such file`);
  return readFileSync(file);
}

const each = <Value>(
  map: Record<string, unknown>,
  read: (value: unknown, key: string) => Value,
): Record<string, Value> => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, read(value, key)]));

/**
 * The name that AWS has for one of the program: the output's value of that name, else the only one with Pulumi's suffix.
 * @param all what there is of that kind.
 * @throws {Failure} when there is none, or several.
 */
export function physicalName(
  kind: string,
  name: string,
  all: readonly string[],
  outputs: Record<string, unknown>,
): string {
  const output = outputs[name];
  const found = all.filter((one) => one === name || one === output || one.replace(/-[0-9a-f]{7}$/, "") === name);
  const [only, another] = found;
  if (another) throw new Failure(`${kind} "${name}" is several. Say which: ${found.join(", ")}`);
  if (only === undefined) throw new Failure(`There is no ${kind} "${name}". There are: ${all.join(", ") || "none"}`);
  return only;
}
