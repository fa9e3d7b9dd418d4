/** The Task state. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
import { after } from "../../../timers.ts";
import { Aborted, checkSize, RuntimeError, StateError } from "./failure.ts";
import type { Details } from "./frame.ts";
import { type Integration, readResource } from "./resource.ts";
import type { Running } from "./running.ts";

const truncated = { truncated: false };

/** Events of a task, as histories tell them of each kind. */
interface Telling {
  scheduled: [string, Details];
  started?: string;
  key: string;
  /** What each event repeats. */
  repeated: Details;
}

export async function runTask(running: Running): Promise<unknown> {
  const { frame, state } = running;
  const { surroundings } = frame;
  const integration = readResource(state.Resource);
  if (!integration) throw new RuntimeError(`The resource ${state.Resource} is not a task's`);
  if (integration.kind === "activity" && !surroundings.hasActivity(integration.resource))
    throw new RuntimeError(`The activity ${integration.resource} does not exist.`);
  const timeout = await secondsOf(running, "TimeoutSeconds");
  const heartbeat = await secondsOf(running, "HeartbeatSeconds");
  const input = await running.effectiveInput();
  const credentials = (await running.fill(state.Credentials, "Credentials", running.input)) as
    | { RoleArn?: string }
    | undefined;
  const add = (type: string, details: Details = {}) => surroundings.add(type, details, frame.chain);

  const limits = {
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
    ...(credentials?.RoleArn !== undefined && { taskCredentials: { roleArn: credentials.RoleArn } }),
  };
  const { scheduled, started, key, repeated } = tellingOf(integration, input, surroundings.region, limits);
  add(...scheduled);
  if (started) add(started, Object.keys(repeated).length > 0 ? { [`${key}StartedEventDetails`]: repeated } : {});
  const tell = (what: string, details: Details) =>
    add(`${key.charAt(0).toUpperCase()}${key.slice(1)}${what}`, {
      [`${key}${what}EventDetails`]: { ...repeated, ...details },
    });
  try {
    const output = await inTime(running, timeout, (signal) =>
      surroundings.perform({
        integration,
        resource: state.Resource,
        input,
        timeout,
        heartbeat,
        credentials: credentials?.RoleArn,
        place: running.attempt,
        signal,
        submitted: (answer) => tell("Submitted", { output: JSON.stringify(answer), outputDetails: truncated }),
        taken: (workerName) => tell("Started", workerName === undefined ? {} : { workerName }),
      }),
    );
    const text = JSON.stringify(output ?? null);
    checkSize(text, integration.kind === "function" ? integration.resource : integration.resourceType);
    tell("Succeeded", { output: text, outputDetails: truncated });
    return output ?? null;
  } catch (error) {
    // What the interpreter itself finds wrong is told by the end of the execution.
    if (!(error instanceof StateError) || error instanceof RuntimeError) throw error;
    tell(error.error === "States.Timeout" ? "TimedOut" : "Failed", error.reason);
    throw error;
  }
}

function tellingOf(
  { kind, resource, resourceType }: Integration,
  input: unknown,
  region: string,
  limits: Details,
): Telling {
  const text = JSON.stringify(input);
  if (kind === "function" || kind === "activity") {
    const key = kind === "function" ? "lambdaFunction" : "activity";
    const type = kind === "function" ? "LambdaFunctionScheduled" : "ActivityScheduled";
    const details = { resource, input: text, inputDetails: truncated, ...limits };
    const telling = {
      scheduled: [type, { [`${key}ScheduledEventDetails`]: details }] as [string, Details],
      key,
      repeated: {},
    };
    return kind === "function" ? { ...telling, started: "LambdaFunctionStarted" } : telling;
  }
  const repeated = { resourceType, resource };
  const details = { ...repeated, region, parameters: text, ...limits };
  return {
    scheduled: ["TaskScheduled", { taskScheduledEventDetails: details }],
    started: "TaskStarted",
    key: "task",
    repeated,
  };
}

async function secondsOf(running: Running, field: string): Promise<number | undefined> {
  const value = await running.valueOf(field);
  if (value === undefined || (typeof value === "number" && Number.isInteger(value) && value > 0)) return value;
  throw running.refusal(field, `The ${field} field must be a positive integer, it is ${JSON.stringify(value)}`);
}

/** @throws StateError `States.Timeout` */
async function inTime(
  { frame, attempt }: Running,
  seconds: number | undefined,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const own = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const end = (error: Error) => {
    own.abort();
    reject(error);
  };
  const outer = () => end(new Aborted());
  if (frame.signal.aborted) outer();
  frame.signal.addEventListener("abort", outer, { once: true });
  // A restart does not give it more time.
  const deadline = seconds && frame.surroundings.keep(`${attempt} deadline`, () => Date.now() + seconds * 1_000);
  const timer = deadline
    ? after(deadline - Date.now(), () => end(new StateError("States.Timeout", undefined)))
    : undefined;
  try {
    return await Promise.race([work(own.signal), promise]);
  } finally {
    timer?.cancel();
    frame.signal.removeEventListener("abort", outer);
  }
}
