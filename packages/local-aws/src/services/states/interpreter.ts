/**
 * The interpreter of Amazon States Language, with two things of its surroundings changed: waits and timeouts may be longer
 * than Node's timers (24.8 days), and StringMatches is matched without backtracking, which would hold every service.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { globPieces, globTest } from "../../glob.ts";
import { after, type LongTimer } from "../../timers.ts";
import { TaskError } from "./integrations.ts";

/** In milliseconds, as AWS was seen to refuse: 2^31 seconds. A task's timeout is at most 99,999,999. */
const longestWait = 2 ** 31 * 1_000;

type Interpreter = typeof import("aws-local-stepfunctions");

const ours = createRequire(import.meta.url);
const file = ours.resolve("aws-local-stepfunctions");
const its = createRequire(file);

const replaced: Record<string, unknown> = {
  "wildcard-match": (pattern: string) => globTest(globPieces(pattern)),
};
const surroundings = {
  require: (name: string): unknown => replaced[name] ?? its(name),
  setTimeout(callback: () => void, milliseconds: number): LongTimer {
    if (milliseconds > longestWait) throw new TaskError("States.Runtime", "Wait state delay is too long.");
    return after(milliseconds, callback);
  },
  clearTimeout: (timer: LongTimer | undefined): void => timer?.cancel(),
};

const module = { exports: {} as Interpreter };
compileFunction(readFileSync(file, "utf8"), ["module", "exports", ...Object.keys(surroundings)], { filename: file })(
  module,
  module.exports,
  ...Object.values(surroundings),
);

export const { ExecutionAbortedError, ExecutionTimeoutError, StateMachine } = module.exports;
