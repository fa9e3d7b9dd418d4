import { distance } from "fastest-levenshtein";
import { EngineError } from "./events.ts";
import type { Yaml } from "./yaml.ts";

/** The part of JSON Schema that says what Pulumi.yaml may hold. */
interface Schema {
  /** Another one by name, of {@link definitions}. */
  ref?: string;
  type?: string[];
  const?: string;
  enum?: string[];
  minLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  /** Of members that `properties` does not name; `false` refuses them. Default: anything. */
  others?: Schema | false;
  items?: Schema;
  oneOf?: Schema[];
  /** An `array` needs `items`. */
  arrayOfItems?: true;
}

const text: Schema = { type: ["string"] };
const optionalText: Schema = { type: ["string", "null"] };
const texts: Schema = { type: ["array"], items: text };
const plugins: Schema = { type: ["array"], items: { ref: "pluginOptions" } };
const templateKey: Schema = {
  properties: { description: optionalText, default: {}, secret: { type: ["boolean", "null"] } },
};

const definitions: Record<string, Schema> = {
  simpleConfigType: { enum: ["string", "integer", "boolean", "array", "object"] },
  configItemsType: {
    type: ["object"],
    required: ["type"],
    properties: {
      type: { oneOf: [{ ref: "simpleConfigType" }, { ref: "configItemsType" }] },
      items: { ref: "configItemsType" },
    },
    arrayOfItems: true,
  },
  configTypeDeclaration: {
    type: ["object"],
    others: false,
    properties: {
      type: { ref: "simpleConfigType" },
      items: { ref: "configItemsType" },
      description: text,
      secret: { type: ["boolean"] },
      default: {},
      value: {},
    },
  },
  packageSpec: {
    type: ["object"],
    others: false,
    required: ["source"],
    properties: {
      source: text,
      version: text,
      parameters: texts,
      pluginDownloadURL: text,
      checksums: { type: ["object"], others: text },
      extensions: texts,
    },
  },
  pluginOptions: {
    type: ["object"],
    others: false,
    required: ["name", "path"],
    properties: { name: text, path: text, version: text },
  },
};

/** https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
const project: Schema = {
  type: ["object"],
  required: ["name"],
  properties: {
    name: { type: ["string"], minLength: 1 },
    description: optionalText,
    author: optionalText,
    website: optionalText,
    license: optionalText,
    runtime: {
      oneOf: [
        { type: ["string"], minLength: 1 },
        {
          type: ["object"],
          others: false,
          properties: { name: { type: ["string"], minLength: 1 }, options: { type: ["object"] } },
        },
      ],
    },
    main: optionalText,
    config: {
      type: ["object", "string", "null"],
      others: {
        oneOf: [
          text,
          { type: ["integer"] },
          { type: ["boolean"] },
          { type: ["array"] },
          { ref: "configTypeDeclaration" },
        ],
      },
    },
    stackConfigDir: optionalText,
    backend: { type: ["object", "null"], others: false, properties: { url: text } },
    options: {
      type: ["object", "null"],
      others: false,
      properties: { refresh: { type: ["string"], const: "always" } },
    },
    template: {
      type: ["object", "null"],
      others: false,
      properties: {
        displayName: optionalText,
        description: optionalText,
        quickstart: optionalText,
        important: { type: ["boolean", "null"] },
        metadata: { type: ["object", "null"], others: text },
        config: { type: ["object", "null"], others: templateKey },
      },
    },
    packages: { type: ["object"], others: { oneOf: [text, { ref: "packageSpec" }] } },
    plugins: { type: ["object"], properties: { providers: plugins, analyzers: plugins, languages: plugins } },
  },
};

/**
 * Refuses what the Pulumi CLI refuses of the shape of Pulumi.yaml, and says what it says: a general validator of JSON
 * Schema knows the same and has other words.
 * @throws {EngineError} that begins with `could not validate`.
 */
export function validateProject(path: string, file: Yaml): asserts file is Map<string, Yaml> {
  const refuse = (what: string): never => {
    throw new EngineError(`could not validate '${path}': ${what}`);
  };
  if (!(file instanceof Map)) return refuse(`expected project to be an object, was '${goType(file)}'`);
  const odd = [...file.keys()].find((key) => typeof key !== "string");
  if (odd !== undefined) refuse(`expected only string keys, got '%!s(${goType(odd)}=${odd})'`);
  const keys = [...file.keys()] as string[];
  if (!file.has("name")) {
    const near = closest("name", keys);
    refuse(`project is missing a 'name' attribute${near ? `; found '${near}' instead` : ""}`);
  }
  if (typeof file.get("name") !== "string" || file.get("name") === "") {
    refuse("project is missing a non-empty string 'name' attribute");
  }
  let failures: string[] = [];
  try {
    failures = check(project, file, "#", true);
  } catch (error) {
    refuse((error as Error).message);
  }
  if (failures.length === 0) return;
  const count = failures.length === 1 ? "1 error" : `${failures.length} errors`;
  refuse(`${count} occurred:\n${failures.map((failure) => `\t* ${failure}`).join("\n")}`);
}

/** @param named whether the way here went by names of members alone: then those that are allowed can be said. */
function check(schema: Schema, value: Yaml, at: string, named: boolean): string[] {
  if (schema.type) {
    const type = jsonType(value);
    const whole = type === "number" && Number.isInteger(Number(value));
    if (!schema.type.some((allowed) => allowed === type || (allowed === "integer" && whole))) {
      return [`${at}: expected ${schema.type.join(" or ")}, but got ${type}`];
    }
  }
  const failures: string[] = [];
  const fail = (what: string) => failures.push(`${at}: ${what}`);
  if (schema.const !== undefined && value !== schema.const) fail(`value must be ${JSON.stringify(schema.const)}`);
  if (schema.enum && !schema.enum.includes(value as string)) {
    fail(`value must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}`);
  }
  if (schema.minLength && typeof value === "string" && value.length < schema.minLength) {
    fail(`length must be >= ${schema.minLength}, but got ${value.length}`);
  }
  if (value instanceof Map) failures.push(...checkMembers(schema, value as Map<string, Yaml>, at, named));
  if (schema.items && Array.isArray(value)) {
    value.forEach((item, index) => {
      failures.push(...check(schema.items as Schema, item, `${at}/${index}`, named));
    });
  }
  if (schema.ref) {
    const inner = check(definitions[schema.ref] as Schema, value, at, named);
    if (inner.length > 0) failures.push(`${at}: doesn't validate with '/$defs/${schema.ref}'`, ...inner);
  }
  if (schema.oneOf) {
    const each = schema.oneOf.map((one) => check(one, value, at, false));
    if (each.every((inner) => inner.length > 0)) failures.push(`${at}: oneOf failed`, ...each.flat());
  }
  if (
    schema.arrayOfItems &&
    value instanceof Map &&
    !value.has("items") &&
    (value.get("type") ?? "array") === "array"
  ) {
    fail("if-then failed");
    fail("missing properties: 'items'");
  }
  return failures;
}

function checkMembers(schema: Schema, value: Map<string, Yaml>, at: string, named: boolean): string[] {
  const failures: string[] = [];
  const properties = schema.properties ?? {};
  const missing = (schema.required ?? []).filter((name) => !value.has(name));
  if (missing.length > 0) failures.push(`${at}: missing properties: ${missing.map((name) => `'${name}'`).join(", ")}`);
  const unknown: string[] = [];
  for (const [name, member] of value) {
    const inner = properties[name] ?? (schema.others || undefined);
    if (inner) failures.push(...check(inner, member, `${at}/${pointer(name)}`, named && name in properties));
    else if (schema.others === false) unknown.push(name);
  }
  if (unknown.length > 0) {
    const allowed = named ? suggestion(unknown.at(-1) as string, Object.keys(properties)) : "";
    failures.push(`${at}: additionalProperties ${unknown.map((name) => `'${name}'`).join(", ")} not allowed${allowed}`);
  }
  return failures;
}

/** A name in a JSON Pointer that is a URL's fragment. */
const pointer = (name: string): string =>
  name
    .replaceAll("~", "~0")
    .replaceAll("/", "~1")
    .replace(/[^\w.~$&+:=@-]/gu, (one) => [...Buffer.from(one)].map((byte) => `%${byte.toString(16)}`).join(""));

function suggestion(name: string, allowed: string[]): string {
  const near = closest(name, allowed);
  if (near) return `; did you mean '${near}'?`;
  const names = allowed.map((one) => `'${one}'`).sort();
  if (names.length === 1) return `; the only allowed attribute is ${names[0]}`;
  return `; the allowed attributes are ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A name that differs by two letters at most. */
function closest(name: string, names: string[]): string | undefined {
  const near = names.sort().map((one) => ({ one, away: distance(name.toLowerCase(), one.toLowerCase()) }));
  return near.filter(({ away }) => away <= 2).sort((a, b) => a.away - b.away)[0]?.one;
}

function jsonType(value: Yaml): string {
  if (value instanceof Map && [...value.keys()].some((key) => typeof key !== "string")) {
    throw new Error("jsonschema: invalid jsonType: map[interface {}]interface {}");
  }
  if (value instanceof Date) throw new Error("jsonschema: invalid jsonType: time.Time");
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "object";
  return typeof value === "bigint" ? "number" : typeof value;
}

/** A value's type by the name that the CLI, a program in Go, gives it. */
export function goType(value: Yaml): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (value instanceof Map) return "map[string]interface {}";
  if (value instanceof Date) return "time.Time";
  return { string: "string", bigint: "int", number: "float64", boolean: "bool" }[typeof value as "string"] ?? "";
}
