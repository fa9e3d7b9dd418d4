import { globSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findExecutable, ownPath } from "../lib/pulumi.ts";

/** The tools whose word counts here because nobody of this project wrote them, where this machine has them. */
export interface Judges {
  /** Path of the Pulumi CLI; `undefined` also where its AWS plugin is missing, without which it can judge nothing. */
  pulumi?: string;
  terraform?: string;
  /** Why a judge is missing, by its name. */
  missing: Record<string, string>;
}

/**
 * Looks for the judges on PATH. The npm package `pulumi` in `node_modules/.bin` does not count: it downloads a CLI, and
 * nothing here goes to the network.
 */
export function findJudges(environment: NodeJS.ProcessEnv = process.env): Judges {
  const find = (name: string) => findExecutable(name, ownPath(environment));
  const [pulumi, terraform] = [find("pulumi"), find("terraform")];
  const plugin =
    find("pulumi-resource-aws") ?? globSync(join(pluginFolder(environment), "resource-aws-v*/pulumi-resource-aws"))[0];
  return {
    ...(pulumi && plugin && { pulumi: realpathSync(pulumi) }),
    ...(terraform && { terraform }),
    missing: {
      ...(!pulumi && { pulumi: "no pulumi on PATH" }),
      ...(pulumi && !plugin && { pulumi: "pulumi has no plugin aws: pulumi plugin install resource aws" }),
      ...(!terraform && { terraform: "no terraform on PATH" }),
    },
  };
}

/** Where `pulumi plugin install` puts plugins. */
export const pluginFolder = (environment: NodeJS.ProcessEnv): string =>
  join(environment.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
