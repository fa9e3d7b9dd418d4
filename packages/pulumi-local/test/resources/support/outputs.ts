import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Properties } from "../../../src/engine/provider.ts";

const { resolve } = createRequire(import.meta.url);

/** Outputs that the provider's own package declares as always there, and that are not. @param token `aws:ec2/vpc:Vpc` */
export function missingOutputs(token: string, outputs: Properties): string[] {
  const [provider, module = "", name] = token.split(":");
  const source = readFileSync(resolve(`@pulumi/${provider}/${module}.js`).replace(/\.js$/, ".d.ts"), "utf8");
  const ofClass = source.slice(source.indexOf(`class ${name} `), source.indexOf(`interface ${name}State`));
  const declared = [...ofClass.matchAll(/readonly (\w+): pulumi\.Output<([^;]*)/g)];
  return declared.flatMap(([, output = "", type = ""]) =>
    type.includes("undefined") || (output === "tags" && outputs.tagsAll) || outputs[output] !== undefined
      ? []
      : [output],
  );
}
