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
  /** Whether the temporary folder, with the logs of the CLI, stays. */
  keep: boolean;
}

export const usage = (
  parts: Part[],
): string => `npm run conformance [-- OPTION ...]   holds the program and the local cloud against the real tools

  --part NAME[,NAME ...]  these parts and what they need (default: all)
  --program DIR           another version of the program, for instance a git worktree
  --export FILE           writes what pulumi stack export says after up
  --keep                  keeps the temporary folder, with the logs of every command

${parts.map(({ name, description }) => `  ${name.padEnd(10)} ${description}`).join("\n")}`;

/** @throws {Failure} naming the option, its value and what is allowed. */
export function readOptions(args: string[], all: Part[]): Options {
  const { values } = parse(args, all);
  const names = values.part?.flatMap((list) => list.split(",")) ?? all.map(({ name }) => name);
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
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${(error as Error).message.split(". ")[0]}\n\n${usage(all)}`);
  }
}
