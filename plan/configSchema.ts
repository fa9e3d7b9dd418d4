/**
 * `npm run config:schema`: writes what an editor knows of `Pulumi.STACK.yaml`. Keys, types, defaults and descriptions are
 * Pulumi.yaml's; what a value may be, `config.ts` and `environment.ts` are asked.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { brokenRule } from "./configRules.ts";

const root = join(import.meta.dirname, "..");

/** Where the editor's settings, and the stacks' files, look for it. */
export const schemaFile = ".vscode/pulumi-stack.schema.json";

type Schema = Record<string, unknown>;

interface Declaration {
  type: "string" | "integer" | "boolean" | "array";
  default: unknown;
  description: string;
}

/** As the CLI writes a secret value. https://www.pulumi.com/docs/iac/concepts/secrets/ */
const secret = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };

/** What `pulumi stack init` and `pulumi config set` write besides. */
const beside = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/** Values that no key of the type takes which has a rule. */
const wrong: Record<Declaration["type"], string[]> = {
  string: ["?", ""],
  integer: ["-1"],
  array: ['["?"]'],
  boolean: [],
};

/** What the program allows for a key, in its own words. */
function allowedOf(project: string, key: string, { type }: Declaration): string | undefined {
  for (const value of wrong[type]) {
    const rule = brokenRule(project, { [key]: value });
    if (rule?.key === key) return rule.allowed;
  }
  return undefined;
}

/** A number and a truth value may be written as text, too, as the CLI does: `"true"`. */
function formsOf(declaration: Declaration, allowed = ""): Schema[] {
  const [, list] = /^one of (.*)$/.exec(allowed) ?? [];
  const choices = list?.split(", ");
  switch (declaration.type) {
    case "integer": {
      const numbers = choices && [...new Set([Number(declaration.default), ...choices.map(Number)])];
      return numbers
        ? [{ enum: numbers }, { enum: numbers.map(String) }]
        : [
            { type: "integer", ...rangeOf(allowed, Number(declaration.default)) },
            { type: "string", pattern: "^[+-]?\\d+$" },
          ];
    }
    case "boolean":
      return [{ type: "boolean" }, { enum: ["true", "false"] }];
    case "array":
      return [{ type: "array", items: { anyOf: [{ type: ["string", "number", "boolean"] }, secret] } }];
    default: {
      if (!choices) return [{ type: ["string", "number", "boolean"] }];
      const truth = choices.includes("true") ? [true, false] : [];
      return [{ enum: [...choices, ...truth] }];
    }
  }
}

/** @param preset Pulumi.yaml's value, which often says "none" below the range. */
function rangeOf(allowed: string, preset: number): Schema {
  const [, from, to] = /from (\d+) to (\d+)$/.exec(allowed) ?? [];
  if (to !== undefined) return { minimum: Math.min(Number(from), preset), maximum: Number(to) };
  const [, most] = /^a number above 0, up to (\d+)$/.exec(allowed) ?? [];
  return most === undefined ? {} : { minimum: 1, maximum: Number(most) };
}

/** The schema of a stack's file, as JSON. */
export function configSchema(): string {
  const { name, config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    name: string;
    config: Record<string, Declaration>;
  };
  const keys = Object.entries(config);
  const definitions = keys.map(([key, declaration]) => {
    const allowed = allowedOf(name, key, declaration);
    const said = allowed && !/^one of|number from|number above/.test(allowed) ? `. Allowed: ${allowed}` : "";
    const schema = {
      description: `${declaration.description}${said}`,
      default: declaration.default,
      anyOf: [...formsOf(declaration, allowed), ...(declaration.type === "array" ? [] : [secret])],
    };
    return [key, schema];
  });
  const reference = (key: string) => ({ $ref: `#/$defs/${key}` });
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Configuration of a stack of ${name}`,
    $comment: "Made by npm run config:schema from Pulumi.yaml, config.ts and environment.ts",
    type: ["object", "null"],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(beside.map((key) => [key, { type: "string" }])),
      environment: {},
      config: {
        type: ["object", "null"],
        description: `Values by key: ${name}:KEY, or another's, such as aws:region`,
        additionalProperties: false,
        // Those of providers, which they know: aws:region.
        patternProperties: { [`^(?!${name}:)[\\w-]+:.+$`]: true },
        properties: {
          ...Object.fromEntries(keys.map(([key]) => [`${name}:${key}`, reference(key)])),
          // The CLI takes the project's own keys without its name, too.
          ...Object.fromEntries(keys.map(([key]) => [key, reference(key)])),
        },
      },
    },
    $defs: Object.fromEntries(definitions),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (process.argv[1]?.endsWith("plan/configSchema.ts")) writeFileSync(join(root, schemaFile), configSchema());
