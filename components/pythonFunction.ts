import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { CodeFunction, type VersionArgs } from "./codeFunction.ts";
import type { FunctionSettings, PythonCode } from "./function/args.ts";

export type { PythonCode } from "./function/args.ts";

/** Code in Python, how it runs, and how its versions follow one another. */
export type PythonFunctionArgs = FunctionSettings & PythonCode & VersionArgs;

/**
 * A Lambda function in Python with all that belongs to it, as {@link NodeFunction} is one in TypeScript: the same
 * arguments, children and rights.
 *
 * @example
 * const whodis = new PythonFunction("whodis", { entry: "handlers/whodis/python/app.py" });
 *
 * @example
 * const science = new PythonLayer("science", { requirements: "handlers/science/requirements.txt" });
 * new PythonFunction("score", { entry: "handlers/score/app.py", layers: [science] });
 *
 * @example
 * new PythonFunction("forecast", {
 *   entry: "handlers/forecast/app.py",
 *   requirements: "handlers/forecast/requirements.txt",
 *   handler: "handle",
 *   memory: 512,
 *   bindings: { SALES_TABLE: tableBinding(table, ["Query"]) },
 * });
 */
export class PythonFunction extends CodeFunction {
  constructor(name: string, args: PythonFunctionArgs, opts?: ComponentResourceOptions) {
    super(name, args, opts);
  }
}
