import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Images, NotebookReport } from "local-aws";
import { UsageError } from "local-aws/process";
import type { Cloud } from "local-aws/service";
import type { StackSnapshot } from "./engine/index.ts";

/** What only a program knows about its local run: the default export of `local.config.ts` beside its `Pulumi.yaml`. */
export interface LocalConfig {
  /** The stack that runs where `--stack` names none. Default `local`. */
  stack?: string;
  /** Whose change runs the program again; files and folders, relative to the program's folder. Default: all of the folder. */
  watch?: {
    /** What the program runs. A mistake in it may come to light when half of a change is made: it is rehearsed first. */
    program: string[];
    /** What it only packs, as handlers. Default: nothing. */
    packed?: string[];
    /**
     * Makes the packages of changed files of `packed` anew, as the program would, so that just what has them is updated and
     * the program need not run. It answers only for files that the program does nothing else with.
     * @param changed files, relative to the program's folder.
     * @param packages absolute paths of the files and folders that packages of what runs are made of.
     * @returns the new places of packages, by those that they had, of files or of folders that they are in; `undefined` for
     * the program to run after all.
     * @throws {Error} in whose message is what is wrong with a file.
     */
    repack?(changed: string[], packages: string[]): Promise<ReadonlyMap<string, string> | undefined>;
  };
  /** How much faster than AWS's the clock of gradual deployments, alarms and scaling runs; 1 to 10000. Default 1. */
  clock?: number;
  /** Modules of the program's own pages of the web console, each with one or more as its default export. Default: none. */
  console?: { pages: string[] };
  /** Commands that run container images' entry points here, by patterns of the images' URIs. Default: no image runs. */
  images?: Images;
  /**
   * What starts JupyterLab for notebook instances: a program, and arguments before its own. Default: the `jupyter-lab` that
   * `npm run notebooks:install` has installed, else the one on PATH; without any, notebooks have no pages.
   */
  jupyter?: string[];
  /**
   * Tags of a notebook instance for what goes on on it, written by the notebook's role every five minutes (of `clock`): what
   * a lifecycle script would report on AWS, which does not run here. Default: nothing is reported.
   */
  notebookReport?: NotebookReport;
  /** Called before each run, as what an administrator does once for an account and region of AWS. Default: nothing. */
  prepare?(cloud: Cloud): Promise<void>;
  /**
   * Says what a deployment of the stack would be refused for, or whatever else is worth a warning: called after each run,
   * once everything answers. A line is printed when the run before had none like it. Default: nothing.
   */
  review?(stack: StackSnapshot): string[] | Promise<string[]>;
  /** What the greeting offers to try: commands, or by the output that it needs, what makes one of it. Default: nothing. */
  try?: Record<string, string | ((output: string) => string)>;
  /** Flags of `pulumi-local up` and `preview` that set configuration of the program, by name. Default: none. */
  switches?: Record<string, Switch>;
}

export interface Switch {
  /** For `--help`. */
  description: string;
  /** The program's own configuration by key. */
  config: Record<string, string>;
}

/** Gives `local.config.ts` its types. */
export const defineConfig = (config: LocalConfig): LocalConfig => config;

const fileNames = ["local.config.ts", "local.config.mts", "local.config.js", "local.config.mjs"];

/**
 * Reads `local.config.ts` of a program's folder; without one, everything has its default.
 * @throws {UsageError} naming the file, the setting, its value and what is allowed.
 */
export async function readLocalConfig(folder: string): Promise<LocalConfig> {
  const name = fileNames.find((one) => existsSync(join(folder, one)));
  if (!name) return {};
  const loaded = await import(pathToFileURL(join(folder, name)).href).catch((error: Error) => {
    throw new UsageError(`${name}: ${error.message}`);
  });
  const given: unknown = loaded.default;
  if (!isMapping(given)) throw new UsageError(`${name}: its default export is ${show(given)}; allowed are settings`);
  for (const [key, value] of Object.entries(given)) {
    const rule = rules[key as keyof LocalConfig];
    if (!rule)
      throw new UsageError(`${name}: there is no setting ${key}; allowed are ${Object.keys(rules).join(", ")}`);
    if (value !== undefined && !rule.holds(value))
      throw new UsageError(`${name}: ${key} is ${show(value)}; allowed ${rule.allowed}`);
  }
  return given;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === "string");
const everyValue = (value: unknown, holds: (one: unknown) => boolean): boolean =>
  isMapping(value) && Object.values(value).every(holds);
const isFunction = (value: unknown): boolean => typeof value === "function";
const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

const rules: Record<keyof LocalConfig, { holds(value: unknown): boolean; allowed: string }> = {
  stack: {
    holds: (value) => typeof value === "string" && /^[\w.-]{1,100}$/.test(value),
    allowed: "is a name of letters, digits, -, _ and .",
  },
  watch: {
    holds: (value) =>
      isMapping(value) &&
      isTexts(value.program) &&
      (value.packed === undefined || isTexts(value.packed)) &&
      (value.repack === undefined || isFunction(value.repack)),
    allowed: 'are lists of paths, and a function, as { program: ["index.ts"], packed: ["handlers"] }',
  },
  clock: {
    holds: (value) => typeof value === "number" && value >= 1 && value <= 10_000,
    allowed: "is a number from 1 to 10000",
  },
  console: {
    holds: (value) => isMapping(value) && isTexts(value.pages),
    allowed: 'are modules of pages, as { pages: ["console/orders.tsx"] }',
  },
  images: {
    holds: (value) => everyValue(value, (command) => isTexts(command) && command.length > 0),
    allowed: 'are commands by image, as { "*/trainer*": ["node", "trainer/main.ts"] }',
  },
  jupyter: {
    holds: (value) => isTexts(value) && value.length > 0,
    allowed: 'is a command, as ["/opt/conda/bin/jupyter-lab"]',
  },
  notebookReport: { holds: isFunction, allowed: "is a function of a notebook's activity" },
  prepare: { holds: isFunction, allowed: "is a function of the cloud" },
  review: { holds: isFunction, allowed: "is a function of the stack" },
  try: {
    holds: (value) => everyValue(value, (one) => typeof one === "string" || isFunction(one)),
    allowed: "are commands, and functions by the output that each needs",
  },
  switches: {
    holds: (value) =>
      everyValue(
        value,
        (one) =>
          isMapping(one) &&
          typeof one.description === "string" &&
          everyValue(one.config, (text) => typeof text === "string"),
      ),
    allowed: 'are flags by name, as { gradual: { description: "...", config: { gradual: "true" } } }',
  },
};
