/**
 * An execution environment from the inside: loads the handler once, then answers one request after the other. It runs in a
 * worker thread with an environment of its own; `process.chdir` and `process.abort` throw there, as Node documents.
 * Background work that a handler leaves behind continues between requests (AWS freezes it).
 */
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { leadApiNamesTo } from "./apiNames.ts";
import { takeOverConsole } from "./console.ts";
import { errorResponse, RuntimeError, showPathsAs } from "./errors.ts";
import { type Handler, loadHandler } from "./loader.ts";
import {
  badPayload,
  type EnvironmentMessage,
  type EnvironmentStart,
  failure,
  type InvocationMessage,
  log,
  ready,
  result,
} from "./protocol.ts";

const start = workerData as EnvironmentStart;
const port = parentPort as NonNullable<typeof parentPort>;
const say = (message: EnvironmentMessage) => port.postMessage(message);
const { env } = process;
const lines = takeOverConsole(start.logFormat === "JSON", start.logLevel, (timestamp, message) =>
  say([log, timestamp, message]),
);
leadApiNamesTo(start.apiOrigin);
process.cwd = () => start.taskRoot;
showPathsAs({ [start.taskRoot]: "/var/task", [fileURLToPath(import.meta.url)]: "/var/runtime/index.mjs" });

/** Called when the event loop is empty although the request was not answered. */
let onIdle = () => {};

const failed = (thrown: unknown, fatal: boolean): EnvironmentMessage => {
  const response = errorResponse(thrown);
  return [failure, JSON.stringify(response), response.errorType, fatal];
};

function crash(title: string, thrown: unknown): void {
  lines.error(title, thrown);
  lines.flush();
  say(failed(thrown, true));
  process.exit(128);
}

process.on("uncaughtException", (error) => crash("Uncaught Exception", error));
process.on("unhandledRejection", (reason) => {
  // AWS's has the reason's stack in the log, beside its own, which says nothing of the function.
  const stack = reason instanceof Error ? reason.stack : undefined;
  crash("Unhandled Promise Rejection", new RuntimeError("UnhandledPromiseRejection", String(reason), stack));
});
process.on("beforeExit", () => onIdle());

try {
  const handler = await loadHandler(start);
  // Only a request under way lets the thread run out of work: see `onIdle`.
  port.on("message", (message: InvocationMessage) => serve(handler, message));
  say([ready]);
} catch (error) {
  crash("Uncaught Exception", error);
}

function serve(handler: Handler, message: InvocationMessage): void {
  const [requestId, payload, deadline, functionArn, trace, clientContext] = message;
  let event: unknown;
  try {
    event = JSON.parse(payload);
  } catch (error) {
    say([badPayload, (error as Error).message]);
    return;
  }
  lines.requestId = requestId;
  env._X_AMZN_TRACE_ID = trace;
  port.unref();
  let settled = false;
  const settle = (answer: EnvironmentMessage) => {
    if (settled) return;
    settled = true;
    port.ref();
    onIdle = () => {};
    lines.flush();
    say(answer);
  };
  const fail = (thrown: unknown) => {
    if (settled) return;
    lines.error("Invoke Error", thrown);
    settle(failed(thrown, false));
  };
  const succeed = (value: unknown) => {
    try {
      settle([result, JSON.stringify(value === undefined ? null : value) ?? "null"]);
    } catch {
      fail(new RuntimeError("JSONStringifyError", "Unable to stringify response body"));
    }
  };
  onIdle = () => fail(new RuntimeError("NodeJsExit", neverSettled));

  const context: Record<string, unknown> = {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    const returned = start.callbacks ? withCallback(handler, event, context, succeed, fail) : handler(event, context);
    if (isPromise(returned)) returned.then(succeed, fail);
    else if (!start.callbacks) succeed(returned);
  } catch (thrown) {
    fail(thrown);
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown>)?.then === "function";

const neverSettled =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that " +
  "was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";

/** Up to Node.js 22: a callback, and `succeed`, `fail` and `done` of the context. A handler that uses none of them answers null. */
function withCallback(
  handler: Handler,
  event: unknown,
  context: Record<string, unknown>,
  succeed: (value: unknown) => void,
  fail: (thrown: unknown) => void,
): unknown {
  if (handler.constructor.name !== "AsyncFunction") onIdle = () => succeed(null);
  const done = (error: unknown, value?: unknown) =>
    error === undefined || error === null ? succeed(value) : fail(error);
  Object.assign(context, {
    callbackWaitsForEmptyEventLoop: true,
    succeed,
    fail: (error: unknown) => fail(error ?? "handled"),
    done,
  });
  return handler(event, context, (error, value) => {
    if (error !== undefined && error !== null) fail(error);
    else if (context.callbackWaitsForEmptyEventLoop) onIdle = () => succeed(value);
    else succeed(value);
  });
}
