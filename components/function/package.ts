import type { Resource } from "@pulumi/pulumi";
import type { FunctionArgs } from "./args.ts";
import { bundle, runtime as nodeRuntime } from "./bundle.ts";
import { type CodeLocation, locateCode } from "./codeUpload.ts";
import { bundleCallback } from "./inlineCallback.ts";
import { runtime as pythonRuntime } from "./python/interpreter.ts";
import { pythonPackage } from "./python/package.ts";

/** A function's deployment package, and what Lambda has to know of it. */
interface Package {
  location: CodeLocation;
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
export function packageOf(name: string, args: FunctionArgs, parent: Resource): Package {
  if (languageOf(args) === "Python") {
    const { path, handler } = pythonPackage(args);
    return { location: locateCode(name, path, parent), handler, runtime: pythonRuntime, variables: {} };
  }
  return {
    location: { code: args.callback ? bundleCallback(args.callback) : bundle(args.entry as string) },
    handler: "index.handler",
    runtime: nodeRuntime,
    variables: { NODE_OPTIONS: "--enable-source-maps" },
  };
}
