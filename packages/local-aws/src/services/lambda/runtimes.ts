/**
 * Which runtimes there are. Functions run on this program's own Node.js, whatever Node.js version they ask for.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
import { AwsError } from "../../service.ts";
import { invalidParameter, outsideConstraint } from "./errors.ts";

/** Runtimes that run here, and whether they still take callbacks. */
const supported: Record<string, { callbacks: boolean }> = {
  "nodejs20.x": { callbacks: true },
  "nodejs22.x": { callbacks: true },
  "nodejs24.x": { callbacks: false },
};

const retired = new Set([
  ...["nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x"],
  ...["nodejs16.x", "nodejs18.x", "python2.7", "python3.6", "python3.7", "python3.8", "ruby2.5", "ruby2.7"],
  ...["java8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "go1.x", "provided"],
]);

/** Runtimes of AWS that this machine does not run: their functions are kept, and cannot be invoked. */
const elsewhere = /^(nodejs26\.x|python3\.\d+|ruby\d\.\d|java\d+(\.al2|\.al2023)?|dotnet\d+|provided\.al2(023)?)$/;

/** @throws AwsError for a retired runtime, and for one that AWS does not have. */
export function checkRuntime(runtime: string | undefined): void {
  if (runtime === undefined || supported[runtime] || elsewhere.test(runtime)) return;
  if (retired.has(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. ` +
        "We recommend you use a supported runtime while creating or updating functions.",
    );
  }
  const names = Object.keys(supported).join(", ");
  throw outsideConstraint(runtime, "runtime", `Member must satisfy enum value set: [${names}] or be a valid ARN`);
}

/** @throws AwsError for a runtime that only AWS runs. */
export function checkRuns(runtime: string | undefined): void {
  if (runtime === undefined || supported[runtime]) return;
  const names = Object.keys(supported).join(", ");
  throw new AwsError(
    "InvalidRuntimeException",
    `The local cloud runs functions of the runtimes ${names}, not of ${runtime}.`,
    502,
    { Type: "User" },
  );
}

/** Whether handlers of that runtime may take a callback. */
export const takesCallbacks = (runtime: string) => supported[runtime]?.callbacks ?? false;
