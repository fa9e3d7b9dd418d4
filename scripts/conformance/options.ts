import { parseArgs } from "node:util";
import { Failure } from "../lib/failure.ts";
import type { Part } from "./part.ts";

export interface Options {
  help: boolean;
  /** Parts to run, with those that they need, in the order of the list. */
  parts: Part[];
  /** Folder of the program. Default: this repository. */
  program?: string;
  /** File for what `pulumi stack export` says after `up`. */
  export?: string;
  /** Folder of answers recorded on AWS. */
  recorded?: string;
  /** Whether of those only a fixed sample is asked for. */
  sample: boolean;
  /** Whether the temporary folder, with the logs of the CLI, stays. */
  keep: boolean;
}

export const usage = (
  parts: Part[],
): string => `npm run conformance [-- OPTION ...]   holds the program and the local cloud against the real tools

  --part NAME[,NAME ...]  these parts and what they need (default: all; with --recorded, that one)
  --recorded DIR          answers recorded on AWS, for the part of that name
  --sample                of those only a fixed sample, of some minutes
  --program DIR           another version of the program, for instance a git worktree
  --export FILE           writes what pulumi stack export says after up
  --keep                  keeps the temporary folder, with the logs of every command

${parts.map(({ name, description }) => `  ${name.padEnd(10)} ${description}`).join("\n")}`;

/** @throws {Failure} naming the option, its value and what is allowed. */
export function readOptions(args: string[], all: Part[]): Options {
  const { values } = parse(args, all);
  const usual = values.recorded === undefined ? all.map(({ name }) => name) : ["recorded"];
  const names = values.part?.flatMap((list) => list.split(",")) ?? usual;
  const chosen = new Set<string>();
  const choose = (name: string): void => {
    const part = all.find((one) => one.name === name);
    if (!part) throw new Failure(`--part is "${name}"; there are: ${all.map((one) => one.name).join(", ")}`);
    for (const needed of part.needs ?? []) choose(needed);
    chosen.add(name);
  };
  names.forEach(choose);
  return {
    help: values.help ?? false,
    parts: all.filter(({ name }) => chosen.has(name)),
    ...(values.program !== undefined && { program: values.program }),
    ...(values.export !== undefined && { export: values.export }),
    ...(values.recorded !== undefined && { recorded: values.recorded }),
    sample: values.sample ?? false,
    keep: values.keep ?? false,
  };
}

function parse(args: string[], all: Part[]) {
  try {
    return parseArgs({
      args,
      options: {
        part: { type: "string", multiple: true },
        program: { type: "string" },
        export: { type: "string" },
        recorded: { type: "string" },
        sample: { type: "boolean" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${(error as Error).message.split(". ")[0]}\n\n${usage(all)}`);
  }
}
