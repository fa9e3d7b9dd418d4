import { globSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../lib/failure.ts";
import { findExecutable, ownPath } from "../lib/pulumi.ts";

/** The tools whose word counts here because nobody of this project wrote them, where this machine has them. */
export interface Judges {
  /** Path of the Pulumi CLI; `undefined` also where its AWS plugin is missing, without which it can judge nothing. */
  pulumi?: string;
  terraform?: string;
  /** Folder of answers that AWS gave, with the `run.sh` that asks an endpoint for the same. */
  recorded?: string;
  /** Why a judge is missing, by its name. */
  missing: Record<string, string>;
}

/**
 * Looks for the judges on PATH. The npm package `pulumi` in `node_modules/.bin` does not count: it downloads a CLI, and
 * nothing here goes to the network.
 * @param recorded folder of recorded answers, which is looked for nowhere else.
 * @throws {Failure} when there is nothing to run in that folder.
 */
export function findJudges(environment: NodeJS.ProcessEnv = process.env, recorded?: string): Judges {
  const find = (name: string) => findExecutable(name, ownPath(environment));
  const [pulumi, terraform] = [find("pulumi"), find("terraform")];
  const plugin =
    find("pulumi-resource-aws") ?? globSync(join(pluginFolder(environment), "resource-aws-v*/pulumi-resource-aws"))[0];
  return {
    ...(pulumi && plugin && { pulumi: realpathSync(pulumi) }),
    ...(terraform && { terraform }),
    ...(recorded !== undefined && { recorded: recordedAnswers(recorded) }),
    missing: {
      ...(!pulumi && { pulumi: "no pulumi on PATH" }),
      ...(pulumi && !plugin && { pulumi: "pulumi has no plugin aws: pulumi plugin install resource aws" }),
      ...(!terraform && { terraform: "no terraform on PATH" }),
      ...(recorded === undefined && { recorded: "no --recorded FOLDER" }),
    },
  };
}

function recordedAnswers(folder: string): string {
  const path = resolve(folder);
  if (statSync(join(path, "run.sh"), { throwIfNoEntry: false })?.isFile()) return path;
  throw new Failure(`--recorded is "${folder}"; allowed is a folder of recorded answers with their run.sh`);
}

/** Where `pulumi plugin install` puts plugins. */
export const pluginFolder = (environment: NodeJS.ProcessEnv): string =>
  join(environment.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
