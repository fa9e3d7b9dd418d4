/** `npm run resources:document`: writes docs/resource-types.md, what becomes of each input of each resource type. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Cloud } from "local-aws/service";
import { resourceTypes } from "./index.ts";
import { acceptedInputs, type ResourceType } from "./resourceType.ts";

const { resolve } = createRequire(import.meta.url);

/** A type's inputs by what becomes of them here. */
export interface InputsOf {
  type: ResourceType;
  modelled: string[];
  inert: string[];
  /** Those that the provider's package declares and the local cloud refuses. */
  refused: string[];
  /** Those that it does not declare: an error in the facts. */
  unknown: string[];
  /** What the package's own constructor requires. */
  required: string[];
}

/**
 * Inputs that the constructor of the provider's own package hands over, and those without which it throws: the only form of
 * the provider's schema that npm carries.
 */
function declared(token: string): { inputs: string[]; required: string[] } {
  const [provider, module, name = ""] = token.split(":");
  const file = module === "index" ? `${name[0]?.toLowerCase()}${name.slice(1)}` : module;
  const source = readFileSync(resolve(`@pulumi/${provider}/${file}.js`), "utf8");
  const inputs = [...source.matchAll(/resourceInputs\["(\w+)"\] = .*\bargs\b/g)].map(([, input]) => input!);
  const required = [...source.matchAll(/Missing required property '(\w+)'/g)].map(([, input]) => input!);
  return { inputs, required };
}

/** All resource types, in the order of their tokens. */
export function inputsByType(): InputsOf[] {
  // Facts need no cloud: nothing is called until something is made.
  const nowhere = { region: "us-east-1", accountId: "000000000000" } as Cloud;
  return resourceTypes(nowhere)
    .toSorted((one, other) => (one.type < other.type ? -1 : 1))
    .map((type) => {
      const { modelled, inert } = acceptedInputs(type);
      const { inputs, required } = declared(type.type);
      const accepted = [...modelled, ...inert];
      return {
        type,
        modelled,
        inert,
        refused: inputs.filter((input) => !accepted.includes(input)),
        unknown: accepted.filter((input) => !inputs.includes(input)),
        required,
      };
    });
}

/** The text of docs/resource-types.md. */
export function document(): string {
  const list = (inputs: string[]) => inputs.toSorted().join(", ");
  const row = ({ type, modelled, inert, refused }: InputsOf) => {
    const [provider, module = "", name] = type.type.split(":");
    const path = module === "index" ? [provider, name] : [provider, module.split("/")[0], name];
    return `| [\`${path.join(".")}\`](${type.docs}) | ${list(modelled)} | ${list(inert)} | ${list(refused)} |`;
  };
  return `# Resource types

What a program's resources may be on one machine, and what becomes of their inputs. An input without effect is accepted and
kept, since one machine has no use for it; a refused one ends the update with an error that names it. A preview does the same.

This file is made from the types in \`packages/pulumi-local/src/resources\` and from the inputs that the installed packages of
the providers declare, by \`npm run resources:document\`.

| type | acted on | without effect | refused |
|---|---|---|---|
${inputsByType().map(row).join("\n")}
`;
}

if (process.argv[1]?.endsWith("resources/document.ts")) writeFileSync("docs/resource-types.md", document());
