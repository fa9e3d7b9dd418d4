import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { Failure } from "./failure.ts";
import { pulumiCommand } from "./pulumi.ts";

/** The `config` of `Pulumi.<stack>.yaml` as it is written; empty when there is no such file. */
export function readConfig(stack: string): Record<string, unknown> {
  const file = `Pulumi.${stack.split("/").at(-1)}.yaml`;
  return (existsSync(file) && parse(readFileSync(file, "utf8"))?.config) || {};
}

/**
 * The region that the stack's configuration names, else the environment's.
 * @throws {Failure} when neither says one.
 */
export function regionOf(stack: string): string {
  const region = readConfig(stack)["aws:region"] ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (typeof region === "string") return region;
  throw new Failure(
    `Stack "${stack}" has no region. Set it: ${pulumiCommand()} config set aws:region eu-west-1 --stack ${stack}`,
  );
}
