/**
 * Which runtimes there are, and what runs them here. Node.js functions run on this program's own version, whichever they
 * name; Python functions on the interpreter that they name, if this machine has it.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
import { AwsError } from "../../service.ts";
import { invalidParameter, outsideConstraint } from "./errors.ts";

export type Runtime =
  /** Worker threads; `callbacks`: handlers may still take one. */
  | { kind: "node"; callbacks: boolean }
  /** AWS's runtime interface client, in a process. `version`: `3.13`. */
  | { kind: "python"; version: string }
  /** The package's own `bootstrap`, in a process. */
  | { kind: "provided" };

const python = (version: string): Runtime => ({ kind: "python", version });

const supported: Record<string, Runtime> = {
  "nodejs20.x": { kind: "node", callbacks: true },
  "nodejs22.x": { kind: "node", callbacks: true },
  "nodejs24.x": { kind: "node", callbacks: false },
  "python3.10": python("3.10"),
  "python3.11": python("3.11"),
  "python3.12": python("3.12"),
  "python3.13": python("3.13"),
  "python3.14": python("3.14"),
  "provided.al2": { kind: "provided" },
  "provided.al2023": { kind: "provided" },
};

const retired = new Set([
  ...["nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x"],
  ...["nodejs16.x", "nodejs18.x", "python2.7", "python3.6", "python3.7", "python3.8", "ruby2.5", "ruby2.7"],
  ...["java8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "go1.x", "provided"],
]);

/** Runtimes of AWS that this machine does not run: their functions are stored, but cannot be invoked. */
const elsewhere = /^(nodejs26\.x|python3\.\d+|ruby\d\.\d|java\d+(\.al2|\.al2023)?|dotnet\d+)$/;

const supportedNames = Object.keys(supported).join(", ");

/** @throws AwsError for a retired runtime, and for one that AWS does not have. */
export function checkRuntime(runtime: string | undefined): void {
  if (runtime === undefined || supported[runtime] || elsewhere.test(runtime)) return;
  if (retired.has(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. ` +
        "We recommend you use a supported runtime while creating or updating functions.",
    );
  }
  const constraint = `Member must satisfy enum value set: [${supportedNames}] or be a valid ARN`;
  throw outsideConstraint(runtime, "runtime", constraint);
}

/** @throws AwsError for a runtime that only AWS runs. */
export function checkRuns(runtime: string | undefined): void {
  if (runtime !== undefined) runtimeOf(runtime);
}

/** What runs a runtime here; `undefined` for one that only AWS runs. */
export const localRuntime = (runtime = ""): Runtime | undefined => supported[runtime];

/** @throws AwsError for a runtime that only AWS runs. */
export function runtimeOf(runtime: string): Runtime {
  const found = localRuntime(runtime);
  if (found) return found;
  const message = `The local cloud runs functions of the runtimes ${supportedNames}, not of ${runtime}.`;
  throw new AwsError("InvalidRuntimeException", message, 502, { Type: "User" });
}
