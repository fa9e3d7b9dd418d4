/**
 * Errors in the shapes of the Node.js runtime of AWS Lambda.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { types } from "node:util";

/** An error of the runtime itself, named `Runtime.ImportModuleError` and so on. */
export class RuntimeError extends Error {
  constructor(name: string, message: string, stack?: string) {
    super(message);
    this.name = `Runtime.${name}`;
    if (stack) this.stack = `${this.name}: ${stack}`;
  }
}

let places: [string, string][] = [];

/** Stacks show these paths as AWS would: the package below `/var/task`, the runtime as one file. */
export function showPathsAs(paths: Record<string, string>): void {
  places = Object.entries(paths);
}

/** A text of the function's with those paths. */
export const withShownPaths = (text: string): string =>
  places.reduce((changed, [path, shown]) => changed.replaceAll(path, shown), text);

/** An error's stack, line by line, down to the runtime's own first frame: what is below it belongs to the local runtime. */
export function stackOf({ stack }: Error): string[] {
  const lines = withShownPaths(String(stack)).split("\n");
  const runtime = lines.findIndex((line) => line.includes("/var/runtime/"));
  return runtime < 0 ? lines : lines.slice(0, runtime + 1);
}

export interface ErrorResponse {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** What the function's caller sees of a thrown value. */
export function errorResponse(thrown: unknown): ErrorResponse {
  try {
    if (isError(thrown)) {
      return { errorType: thrown.name, errorMessage: thrown.message, trace: stackOf(thrown) };
    }
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "The value that was thrown could not be read: its members throw" };
  }
}

const isError = (value: unknown): value is Error =>
  types.isNativeError(value) ||
  (typeof value === "object" &&
    value !== null &&
    ["name", "message", "stack"].every((key) => typeof (value as Record<string, unknown>)[key] === "string"));

/** The error as one JSON line for the log, with its additional properties (`code`, `$metadata`). */
export function errorLine(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  try {
    return JSON.stringify(error, (_key, value) => (value instanceof Error ? enumerable(value) : value));
  } catch {
    return JSON.stringify(errorResponse(error));
  }
}

function enumerable(error: Error): object {
  return {
    errorType: error.name,
    errorMessage: error.message,
    code: (error as NodeJS.ErrnoException).code,
    ...error,
    ...(typeof error.stack === "string" && { stack: stackOf(error) }),
  };
}
