import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isOfType, type Rule, typeName } from "./configType.ts";
import { EngineError } from "./events.ts";
import { validateProject } from "./projectSchema.ts";
import { parseYaml, type Yaml } from "./yaml.ts";

export interface Project {
  project: string;
  /** Where the program runs: the folder that `main` names, or that of the file that it names. */
  programDirectory: string;
  /** The entry within that folder; `.` leaves it to its `package.json`. */
  main: string;
  /** `runtime.options.nodeargs`, split. */
  nodeArguments: string[];
  /** `runtime.options.typescript`. Default: true. */
  typescript: boolean;
  /** `runtime.options.tsconfig`: path of the program's tsconfig.json, where it is another. */
  tsconfig?: string;
  /** Folder of `Pulumi.<stack>.yaml`. */
  stackDirectory: string;
  /** `config`, by its keys as they are written. */
  declarations: Map<string, Declaration>;
}

/** One key of `config`. https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options */
interface Declaration extends Partial<Rule> {
  secret: boolean;
  /** `default` or `value`: what a stack has that does not set the key. */
  value?: Yaml;
}

type Mapping = Map<string, Yaml>;

/**
 * Reads Pulumi.yaml as the Pulumi CLI does.
 * @throws {EngineError} in the CLI's words for what it refuses, and for a program that is none of Node.js's.
 */
export function readProject(directory: string): Project {
  const path = join(directory, "Pulumi.yaml");
  if (!existsSync(path)) throw new EngineError(`no Pulumi.yaml project file found in ${directory}`);
  const file = readFile(path);
  validateProject(path, file);
  const name = file.get("name") as string;
  checkName(name);
  const text = (key: string) => (file.get(key) as string | null | undefined) || undefined;
  const config = file.get("config") ?? null;
  if (typeof config === "string" && file.has("stackConfigDir")) {
    throw new EngineError(
      "Should not use both config and stackConfigDir to define the stack directory. Use only stackConfigDir instead.",
    );
  }
  return {
    project: name,
    ...entry(directory, text("main")),
    ...runtimeOf(file.get("runtime") ?? null),
    // As `config` was used once.
    stackDirectory: join(directory, (typeof config === "string" ? config : text("stackConfigDir")) ?? ""),
    declarations: declarationsOf(path, name, config instanceof Map ? (config as Mapping) : new Map()),
  };
}

function readFile(path: string): Yaml {
  try {
    return parseYaml(readFileSync(path, "utf8"));
  } catch (error) {
    throw new EngineError(`could not unmarshal '${path}': ${(error as Error).message}`);
  }
}

function checkName(name: string): void {
  if (name.length > 100) throw new EngineError("project names are limited to 100 characters");
  if (/^[\w.-]+$/.test(name)) return;
  throw new EngineError("project names may only contain alphanumerics, hyphens, underscores, and periods");
}

/** Relative paths within a program are relative to its own folder. */
function entry(directory: string, main: string | undefined): Pick<Project, "programDirectory" | "main"> {
  if (!main) return { programDirectory: directory, main: "." };
  const path = resolve(directory, main);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    throw new EngineError(`project 'main' could not be read: stat ${path}: no such file or directory`);
  }
  if (found.isDirectory()) return { programDirectory: path, main: "." };
  return { programDirectory: dirname(path), main: basename(path) };
}

type Runtime = Pick<Project, "nodeArguments" | "typescript" | "tsconfig">;

function runtimeOf(runtime: Yaml): Runtime {
  const name = runtime instanceof Map ? runtime.get("name") : runtime;
  if (name !== "nodejs") {
    throw new EngineError(`Pulumi.yaml: runtime is ${name ? `"${name}"` : "not given"}; only nodejs runs locally`);
  }
  const options = (runtime instanceof Map ? runtime.get("options") : undefined) as Mapping | undefined;
  const nodeArguments = textOption("nodeargs", options?.get("nodeargs")) ?? "";
  const packageManager = textOption("packagemanager", options?.get("packagemanager")) ?? "auto";
  if (!packageManagers.includes(packageManager)) {
    const allowed = "auto, npm, yarn, pnpm or bun";
    throw new EngineError(`packagemanager option must be one of ${allowed}, got ${JSON.stringify(packageManager)}`);
  }
  const typescript = options?.get("typescript") ?? true;
  if (typeof typescript !== "boolean") throw new EngineError("typescript option must be a boolean");
  const tsconfig = textOption("tsconfigpath", options?.get("tsconfig"));
  return { nodeArguments: words(nodeArguments), typescript, ...(tsconfig !== undefined && { tsconfig }) };
}

const packageManagers = ["auto", "npm", "yarn", "pnpm", "bun"];

function textOption(name: string, value: Yaml | undefined): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw new EngineError(`${name} option must be a string`);
}

/** Arguments as a shell would split them. */
const words = (text: string): string[] =>
  [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));

function declarationsOf(path: string, project: string, config: Mapping): Map<string, Declaration> {
  const declarations = [...config].map(([key, given]): [string, Declaration] => {
    const isOwn = !key.includes(":") || key.startsWith(`${project}:`);
    const rule: Mapping = given instanceof Map ? (given as Mapping) : new Map([[isOwn ? "default" : "value", given]]);
    const refusal = refusalOf(key, rule, isOwn);
    if (refusal) throw new EngineError(`could not unmarshal '${path}': ${refusal}`);
    const value = rule.get("default") ?? rule.get("value") ?? null;
    const declaration = { ...typeOf(rule), secret: rule.get("secret") === true, ...(value !== null && { value }) };
    return [key, declaration];
  });
  return new Map(declarations);
}

/** What the shape of one key's declaration does not say. */
function refusalOf(key: string, rule: Mapping, isOwn: boolean): string | undefined {
  const [value, standard] = [rule.get("value") ?? null, rule.get("default") ?? null];
  if (value !== null && standard !== null) {
    return `project config '${key}' cannot have both a 'default' and 'value' attribute`;
  }
  const { type, items } = typeOf(rule);
  if (isOwn) {
    if (type === "array" && !items) {
      return `The configuration key '${key}' declares an array but does not specify the underlying type via the 'items' attribute`;
    }
    if (!type || standard === null || isOfType({ type, ...(items && { items }) }, standard)) return undefined;
    const expected = typeName({ type, ...(items && { items }) });
    return `The default value specified for configuration key '${key}' is not of the expected type '${expected}'`;
  }
  if (type) return `Configuration key '${key}' is not namespaced by the project and should not define a type`;
  if (standard !== null) {
    return `Configuration key '${key}' is not namespaced by the project and should not define a default value. Did you mean to use the 'value' attribute instead of 'default'?`;
  }
  if (value === null) return `Configuration key '${key}' is namespaced and must provide an attribute 'value'`;
  return undefined;
}

function typeOf(rule: Mapping): Partial<Rule> {
  const type = rule.get("type");
  const items = rule.get("items");
  if (type instanceof Map) throw new EngineError("yaml: unmarshal errors: cannot unmarshal !!map into string");
  return {
    ...(typeof type === "string" && { type }),
    ...(items instanceof Map && { items: typeOf(items as Mapping) as Rule }),
  };
}
