import type { Input } from "@pulumi/pulumi";
import type { Archive } from "@pulumi/pulumi/asset";
import type { FunctionArgs } from "./args.ts";
import { bundle, runtime as nodeRuntime } from "./bundle.ts";
import { bundleCallback } from "./inlineCallback.ts";
import { runtime as pythonRuntime } from "./python/interpreter.ts";
import { pythonPackage } from "./python/package.ts";

/** A function's deployment package, and what Lambda has to know of it. */
interface Package {
  code: Input<Archive>;
  handler: string;
  runtime: string;
  /** Environment variables that its runtime reads. */
  variables: Record<string, string>;
}

/** What a function's code is in. */
export const languages = ["Node", "Python"] as const;
export type Language = (typeof languages)[number];

/** By its file's name: a route, a hook or a predictor is in either. */
export const languageOf = ({ entry }: Pick<FunctionArgs, "entry">): Language =>
  entry?.endsWith(".py") ? "Python" : "Node";

/** @throws {RunError} late, for what a bundler says of the code; Python's packages are made, and refused, by its rules. */
export function packageOf(args: FunctionArgs): Package {
  if (languageOf(args) === "Python") {
    const { code, handler } = pythonPackage(args);
    return { code, handler, runtime: pythonRuntime, variables: {} };
  }
  return {
    code: args.callback ? bundleCallback(args.callback) : bundle(args.entry as string),
    handler: "index.handler",
    runtime: nodeRuntime,
    variables: { NODE_OPTIONS: "--enable-source-maps" },
  };
}
