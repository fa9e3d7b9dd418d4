import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fullKey, notAKey, parseConfigKey, parseKeyPath } from "./configKey.ts";
import { isOfType, typeName } from "./configType.ts";
import {
  type ConfigValue,
  configText,
  getAt,
  hasSecret,
  openSecrets,
  projectValue,
  setAt,
  stackValue,
} from "./configValue.ts";
import { EngineError } from "./events.ts";
import { decrypter } from "./passphrase.ts";
import type { Project } from "./project.ts";
import { goType } from "./projectSchema.ts";
import { parseYaml, type Yaml } from "./yaml.ts";

export interface StackConfig {
  /** By full key (`project:key`), as text; lists and mappings are JSON. */
  config: Record<string, string>;
  /** Keys of secret values. */
  secretKeys: string[];
  /** What the Pulumi CLI warns of. */
  warnings: string[];
}

type Values = Map<string, ConfigValue>;
type Declared = Pick<Project, "project" | "stackDirectory" | "declarations">;

/**
 * Reads `Pulumi.<stack>.yaml` and completes it by what Pulumi.yaml declares, as the Pulumi CLI does. What
 * `Pulumi.<stack>.own.yaml` beside it configures wins: it is this machine's own, no repository has it, and the CLI does not know it.
 * @param given values by key, the project's own or with their namespace: they win over the stack's file. Default: none.
 * @throws {EngineError} in the CLI's words for what it refuses.
 */
export function readStackConfig(project: Declared, stack: string, given: Record<string, string> = {}): StackConfig {
  const file = said("getting stack configuration", () => readStackFile(project.stackDirectory, stack));
  const { values, empty } = said("getting stack configuration", () => valuesOf(file, project.project));
  const own = said("getting this machine's own configuration", () =>
    valuesOf(readStackFile(project.stackDirectory, `${stack}.own`), project.project),
  );
  for (const [key, value] of own.values) values.set(key, value);
  const decrypt = said("getting stack configuration: get stack secrets manager", () => decrypter(file));
  for (const [key, value] of Object.entries(given)) values.set(fullKey(parseConfigKey(key, project.project)), value);
  return said("validating stack config", () => {
    complete(values, project, stack);
    for (const [key, value] of values)
      values.set(
        key,
        openSecrets(value, (text) => decrypt(key, text)),
      );
    checkTypes(values, project, stack);
    return {
      config: Object.fromEntries([...values].map(([key, value]) => [key, configText(value)])),
      secretKeys: [...values].flatMap(([key, value]) => (hasSecret(value) ? [key] : [])),
      warnings: emptyWarning([...empty, ...own.empty]),
    };
  });
}

/** Says in which step it was that something was refused, as the CLI does. */
function said<Result>(step: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`${step}: ${(error as Error).message}`);
  }
}

function readStackFile(directory: string, stack: string): Map<string, Yaml> {
  const path = join(directory, `Pulumi.${stack}.yaml`);
  const file = existsSync(path) ? parseYaml(readFileSync(path, "utf8")) : null;
  if (file === null) return new Map();
  if (!(file instanceof Map)) throw new Error(`expected project to be an object, was '${goType(file)}'`);
  const odd = [...file.keys()].find((key) => typeof key !== "string");
  if (odd !== undefined) throw new Error(`expected only string keys, got '%!s(${goType(odd)}=${odd})'`);
  if (file.has("environment")) throw new Error("opening environment: the local engine does not support environments");
  return file as Map<string, Yaml>;
}

function valuesOf(file: Map<string, Yaml>, project: string): { values: Values; empty: string[] } {
  const config = file.get("config") ?? new Map<Yaml, Yaml>();
  const [values, empty]: [Values, string[]] = [new Map(), []];
  try {
    if (!(config instanceof Map)) {
      throw new Error(`yaml: unmarshal errors: cannot unmarshal ${yamlTag(config)} into map[string]config.Value`);
    }
    for (const [key, value] of config) {
      if (typeof key !== "string") throw notAKey(String(key));
      const full = fullKey(parseConfigKey(key, project));
      values.set(full, stackValue(value));
      if (value === null) empty.push(full);
    }
  } catch (error) {
    throw new Error(`invalid YAML file: could not unmarshal map: ${(error as Error).message}`);
  }
  return { values, empty };
}

const yamlTag = (value: Yaml): string => {
  if (Array.isArray(value)) return "!!seq";
  const tags: Record<string, string> = { string: "str", bigint: "int", number: "float", boolean: "bool" };
  return `!!${tags[typeof value]} \`${String(value)}\``;
};

/** What the stack does not say is as Pulumi.yaml has it. */
function complete(values: Values, { project, declarations }: Declared, stack: string): void {
  const missing: string[] = [];
  for (const [declared, { value }] of byKey(declarations)) {
    const key = parseConfigKey(declared, project);
    if (find(values, key) !== undefined) continue;
    if (value !== undefined) {
      const [name, ...path] = parseKeyPath(key.name);
      const full = fullKey({ ...key, name });
      values.set(
        full,
        path.length > 0 ? setAt(values.get(full), path, projectValue(value), name) : projectValue(value),
      );
    } else if (key.namespace === project) missing.push(declared);
  }
  if (missing.length === 0) return;
  const [last, ...before] = missing.map((key) => `'${key}'`).reverse();
  const names = before.length > 0 ? `${before.reverse().join(", ")} and ${last}` : last;
  throw new Error(`Stack '${stack}' is missing configuration value${missing.length > 1 ? "s" : ""} ${names}`);
}

function checkTypes(values: Values, { project, declarations }: Declared, stack: string): void {
  for (const [declared, { type, items, secret }] of byKey(declarations)) {
    if (type === undefined) continue;
    const value = find(values, parseConfigKey(declared, project)) ?? "";
    const where = `Stack '${stack}' with configuration key '${declared}' must be`;
    if (secret && !hasSecret(value)) throw new Error(`${where} encrypted as it's secret`);
    const rule = { type, ...(items && { items }) };
    if (!isOfType(rule, value)) throw new Error(`${where} of type '${typeName(rule)}'`);
  }
}

const byKey = <Value>(declarations: Map<string, Value>): [string, Value][] =>
  [...declarations].sort(([a], [b]) => (a < b ? -1 : 1));

function find(values: Values, key: ReturnType<typeof parseConfigKey>): ConfigValue | undefined {
  try {
    const [name, ...path] = parseKeyPath(key.name);
    const value = values.get(fullKey({ ...key, name }));
    return value === undefined ? undefined : getAt(value, path);
  } catch (error) {
    throw new Error(`getting stack config value for key '${fullKey(key)}': ${(error as Error).message}`);
  }
}

function emptyWarning(keys: string[]): string[] {
  if (keys.length === 0) return [];
  const names = keys.map((key) => JSON.stringify(key)).join(", ");
  const plural = keys.length > 1 ? "s" : "";
  return [`No value for configuration key${plural} ${names}. This is treated as an empty string: write \`""\``];
}
