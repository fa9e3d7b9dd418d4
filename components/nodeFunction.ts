import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { CodeFunction, type VersionArgs } from "./codeFunction.ts";
import type { FileCode, FunctionSettings, InlineCode } from "./function/args.ts";

export type { DeploymentArgs } from "./deployment/args.ts";
export type { AsynchronousArgs, FileCode, FunctionSettings, InlineCode, ScheduleArgs } from "./function/args.ts";

/** Code in TypeScript, how it runs, and how its versions follow one another. */
export type NodeFunctionArgs = FunctionSettings & (FileCode | InlineCode) & VersionArgs;

/**
 * A Lambda function in TypeScript with all that belongs to it: bundle, own role with exact grants, own log group, tracing,
 * a version for each change, and the alias `live` that callers use.
 *
 * @example
 * const whodis = new NodeFunction("whodis", { entry: "handlers/whodis/index.ts" });
 *
 * @example
 * const writer = new NodeFunction("writer", {
 *   entry: "handlers/iris/write.ts",
 *   bindings: { IRIS_TABLE: tableBinding(table, ["PutItem"]) },
 * });
 */
export class NodeFunction extends CodeFunction {
  constructor(name: string, args: NodeFunctionArgs, opts?: ComponentResourceOptions) {
    super(name, args, opts);
  }
}
