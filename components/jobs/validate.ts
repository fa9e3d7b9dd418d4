import { handlersRules } from "../function/validate.ts";
import { longestFunctionName } from "../naming.ts";
import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";
import { applicationArn } from "./application.ts";
import type { SparkJobsArgs } from "./args.ts";
import { scriptNames } from "./scripts.ts";

/** Of the longest name that is made of it, `NAME-schedule-role`. */
const longestName = longestFunctionName - "-schedule".length;

/** What can be wrong with the arguments. */
export function jobRules(name: string, args: SparkJobsArgs): Rule[] {
  const scripts = scriptNames(args.scripts);
  const { maximumTimeoutMinutes = 1_440 } = args;
  return [
    matches("name", name, /^[a-zA-Z][\w-]*$/, "a letter, then letters, digits, - and _"),
    { ok: name.length <= longestName, field: "name", value: name, allowed: `at most ${longestName} characters` },
    { ok: scripts.length > 0, field: "scripts", value: args.scripts, allowed: "a folder with a script, such as a.py" },
    ...scripts.map((script) => matches("scripts", script, /^[\w-]+\.py$/, "scripts of letters, digits, - and _")),
    oneOf("defaultScript", args.defaultScript, scripts),
    ...Object.keys(args.scriptArguments ?? {}).map((script) => oneOf("scriptArguments", script, scripts)),
    matches("applicationArn", args.applicationArn, applicationArn, "the ARN of an application of EMR Serverless"),
    matches("releaseLabel", args.releaseLabel, /^emr-\d+\.\d+\.\d+$/, "a release such as emr-7.5.0"),
    integerBetween("maximumCpu", args.maximumCpu, 4, 400),
    integerBetween("maximumMemory", args.maximumMemory, 8, 3_000),
    integerBetween("autoStopMinutes", args.autoStopMinutes, 1, 10_080),
    integerBetween("maximumTimeoutMinutes", args.maximumTimeoutMinutes, 5, 10_080),
    integerBetween("timeoutMinutes", args.timeoutMinutes, 5, maximumTimeoutMinutes),
    integerBetween("retries", args.retries, 0, 9),
    ...handlersRules(args.handlers),
  ];
}
