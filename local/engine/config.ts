import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { EngineError } from "./events.ts";
import { decrypter } from "./passphrase.ts";
import { isObject } from "./values.ts";

export interface Project {
  project: string;
  /** `main`: the program's entry, relative to its folder. */
  main?: string;
  /** `runtime.options.nodeargs`, split. */
  nodeArguments: string[];
}

export interface StackConfig {
  /** By full key (`project:key`), as text; anything but a string is JSON. */
  config: Record<string, string>;
  /** Keys of secret values. */
  secretKeys: string[];
}

/** One key of `config` in Pulumi.yaml. https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options */
interface Declaration {
  type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  items?: Declaration;
  description?: string;
  default?: unknown;
  value?: unknown;
  secret?: boolean;
}

/** Reads Pulumi.yaml. @throws {EngineError} when there is none, or it is not a Node.js project. */
export function readProject(directory: string): Project {
  const file = readYaml(join(directory, "Pulumi.yaml"));
  if (!file) throw new EngineError(`there is no Pulumi.yaml in ${directory}`);
  if (typeof file.name !== "string") throw new EngineError("Pulumi.yaml: name is missing");
  const runtime = isObject(file.runtime) ? file.runtime : { name: file.runtime };
  if (runtime.name !== "nodejs") {
    throw new EngineError(`Pulumi.yaml: runtime is "${String(runtime.name)}"; only nodejs runs locally`);
  }
  const options = isObject(runtime.options) ? runtime.options : {};
  return {
    project: file.name,
    ...(typeof file.main === "string" && { main: file.main }),
    nodeArguments: typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [],
  };
}

/**
 * Reads `Pulumi.<stack>.yaml` and completes it by what Pulumi.yaml declares: defaults, types, secrets.
 * @throws {EngineError} naming the key, when a value is missing, of another type, or cannot be decrypted.
 */
export function readStackConfig(directory: string, stack: string): StackConfig {
  const { project } = readProject(directory);
  const declared = (readYaml(join(directory, "Pulumi.yaml"))?.config ?? {}) as Record<string, Declaration | string>;
  const file = readYaml(join(directory, `Pulumi.${stack}.yaml`)) ?? {};
  const decrypt = decrypter(file, stack);
  const secretKeys: string[] = [];
  const values: Record<string, unknown> = {};

  for (const [key, value] of Object.entries((file.config as Record<string, unknown> | undefined) ?? {})) {
    const full = key.includes(":") ? key : `${project}:${key}`;
    values[full] = openSecrets(
      value,
      () => secretKeys.push(full),
      (text) => decrypt(full, text),
    );
  }
  for (const [key, declaration] of Object.entries(declared)) {
    const full = key.includes(":") ? key : `${project}:${key}`;
    // A bare string is a value for every stack.
    const rule: Declaration = isObject(declaration) ? declaration : { value: declaration };
    values[full] ??= rule.value ?? rule.default;
    if (values[full] === undefined) {
      throw new EngineError(
        `config "${full}" is missing: ${rule.description ?? "Pulumi.yaml asks for it"}. Set it in Pulumi.${stack}.yaml`,
      );
    }
    if (rule.type && !isOfType(values[full], rule)) {
      const shown = rule.secret ? "not shown, it is secret" : JSON.stringify(values[full]);
      throw new EngineError(`config "${full}" is ${shown}; Pulumi.yaml asks for ${describeType(rule)}`);
    }
    if (rule.secret) secretKeys.push(full);
  }
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    config: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)])),
    secretKeys: [...new Set(secretKeys)],
  };
}

function isOfType(value: unknown, rule: Declaration): boolean {
  switch (rule.type) {
    // Pulumi keeps scalars as text: `config set` writes them so.
    case "integer":
      return /^-?\d+$/.test(String(value));
    case "number":
      return String(value).trim() !== "" && Number.isFinite(Number(value));
    case "boolean":
      return ["true", "false"].includes(String(value));
    case "array":
      return Array.isArray(value) && value.every((item) => !rule.items?.type || isOfType(item, rule.items));
    case "object":
      return isObject(value) && !Array.isArray(value);
    default:
      return !isObject(value);
  }
}

const describeType = (rule: Declaration): string =>
  rule.type === "array" ? `a list${rule.items?.type ? ` of ${rule.items.type}` : ""}` : `type ${rule.type}`;

function openSecrets(value: unknown, found: () => void, decrypt: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => openSecrets(item, found, decrypt));
  if (!isObject(value)) return value;
  if (typeof value.secure === "string" && Object.keys(value).length === 1) {
    found();
    return decrypt(value.secure);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, openSecrets(item, found, decrypt)]));
}

function readYaml(path: string): Record<string, unknown> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    throw new EngineError(`${path.split("/").at(-1)}: ${(error as Error).message}`);
  }
}
