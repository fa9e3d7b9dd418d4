import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { StackFacts } from "./rule.ts";

/**
 * Reads what rules need of a stack's configuration: the CLI hands a policy pack the resources only.
 * @param directory the program's folder. Default: the folder above this one.
 */
export function readStackFacts(stack: string, directory = join(__dirname, "..")): StackFacts {
  const read = (file: string) =>
    existsSync(join(directory, file)) ? parse(readFileSync(join(directory, file), "utf8")) : {};
  const project = read("Pulumi.yaml");
  const config = read(`Pulumi.${stack}.yaml`)?.config ?? {};
  const declared = project.config?.publicRoutes?.default;
  const publicRoutes = config[`${project.name}:publicRoutes`] ?? config.publicRoutes ?? declared ?? [];
  return { stack, publicRoutes };
}
