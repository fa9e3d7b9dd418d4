/** What a shell's completion offers besides commands and options: names, as files have them, for nobody waits for a cloud. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { type Choice, runningPlatforms, stateDirectoryOf } from "./platforms.ts";
import { savedStates } from "./savedStates.ts";
import { localStack } from "./stack.ts";

/**
 * @param words what stands before the one that is completed: `["logs", "whodis"]`.
 * @param given the options among them.
 * @returns undefined where there are no names to be chosen from: commands and options are.
 */
export function namesAfter(words: string[], given: Choice & { stack?: string | undefined }): string[] | undefined {
  const places: Record<string, () => string[]> = {
    "--name": platformNames,
    "--state-dir": () => runningPlatforms().map(({ stateDirectory }) => stateDirectory),
    "--stack": () => globSync("Pulumi.*.yaml").map((file) => file.slice("Pulumi.".length, -".yaml".length)),
  };
  const place = places[words.at(-1) ?? ""];
  if (place) return unique(place());
  const [command, ...rest] = withoutOptions(words);
  const namesOf = positionals[`${command} ${rest[0]}`] ?? positionals[command ?? ""];
  if (!namesOf) return undefined;
  try {
    return unique(namesOf(given).filter((name) => !rest.includes(name)));
  } catch (error) {
    // Which platform is meant, is said when the command is run.
    if (error instanceof Failure) return [];
    throw error;
  }
}

type Names = (given: Choice & { stack?: string | undefined }) => string[];

const functions: Names = (given) => keysOf("logGroups", given);

/** Of commands, and of their subcommands. */
const positionals: Record<string, Names> = {
  invoke: functions,
  metrics: functions,
  logs: (given) => [...functions(given), ...keysOf("serviceLogGroups", given)],
  ...Object.fromEntries(
    ["status", "history", "stop"].map((word): [string, Names] => [
      `deploy ${word}`,
      (given) => keysOf("deployments", given),
    ]),
  ),
  "state load": (given) => states(given),
  "state delete": (given) => states(given),
};

const states: Names = (given) => savedStates(stateDirectoryOf(given)).map(({ name }) => name);

/** Of an output of the local stack, running or not; outputs of one in AWS are some seconds away. */
function keysOf(output: string, { stack = process.env.PULUMI_STACK ?? localStack, ...given }: Parameters<Names>[0]) {
  if (stack !== localStack) return [];
  const file = join(stateDirectoryOf(given), "outputs.json");
  return existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, "utf8"))[output] ?? {}) : [];
}

/** Those that run, and those that have left a state. */
const platformNames = (): string[] => [
  ...runningPlatforms().map(({ name }) => name),
  ...globSync(".local-*/endpoint.json").map((file) => file.slice(".local-".length, -"/endpoint.json".length)),
];

/** Options that have a value, of all commands. */
const valued = /^--(name|stack|state-dir|since|request|filter|event|sample)$/;

const withoutOptions = (words: string[]): string[] =>
  words.filter((word, at) => !word.startsWith("-") && !valued.test(words[at - 1] ?? ""));

const unique = (names: string[]): string[] => [...new Set(names)].sort();
