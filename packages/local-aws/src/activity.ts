/**
 * What happens on the local cloud, as it happens: one stream of typed events, for a terminal, a console, a test. Nothing in
 * it is a body, a header or a value of a request; the one text of a request's own is why it was refused.
 */
import { channel } from "node:diagnostics_channel";
import type { Call } from "./service.ts";

/** Each {@link Activity} is published here: `activityChannel.subscribe((activity) => …)`. */
export const activityChannel = channel("local-cloud:activity");

interface Common {
  /** When it ended, in milliseconds since 1970. */
  at: number;
  region: string;
}

/** A request to a route of a REST API, an HTTP API or a function URL was answered. */
export interface RequestActivity extends Common {
  kind: "request";
  /** `POST` */
  method: string;
  /** Without query, API and stage: `/v0/iris`. */
  path: string;
  status: number;
  milliseconds: number;
  /** Id of the API or function URL; absent where the request reached none. */
  api?: string;
  requestId?: string;
  /** ARN of the function behind the route. */
  function?: string;
  /** `Root=…`: as in {@link InvocationActivity.trace}. */
  trace?: string;
  /** Of a refused or failed request: why. */
  message?: string;
}

/** A function has run, or could not. */
export interface InvocationActivity extends Common {
  kind: "invocation";
  /** ARN without a qualifier. */
  function: string;
  /** `$LATEST` or a number. */
  version: string;
  requestId: string;
  milliseconds: number;
  /** How long its new environment took to start; absent where one was there. */
  initMilliseconds?: number;
  /** `crash`: its process ended, or its memory was not enough. */
  outcome: "success" | "error" | "timeout" | "crash";
  error?: Failure;
  /** ARN of who asked for it: a rule, a topic, a role, a user; absent for Lambda itself (a mapping's batches). */
  source?: string;
  /** Trace header. */
  trace: string;
}

/** What went wrong in a function, in its runtime's words. */
export interface Failure {
  /** `TypeError`, `Sandbox.Timedout` */
  type: string;
  message: string;
  /** Below the first line, paths in the package beginning with `/var/task/`. */
  stack: string[];
}

/** A function was asked for more often than it may run at once. */
export interface ThrottleActivity extends Common {
  kind: "throttle";
  /** ARN without a qualifier. */
  function: string;
  message: string;
}

/** IAM has refused a call. */
export interface DeniedActivity extends Common {
  kind: "denied";
  /** ARN of the caller; of a role the role's, not the session's. */
  principal: string;
  /** `dynamodb:PutItem`: what no policy allows, or one denies. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
  /** The kind of policy that allows nothing, or denies. */
  by: "identity-based" | "resource-based" | "permissions boundary" | "session";
  /** Whether a statement denies it. */
  explicit: boolean;
}

/** A mapping has given a function records of a queue or stream. */
export interface BatchActivity extends Common {
  kind: "batch";
  /** ARN of the queue or stream. */
  source: string;
  /** ARN of the function, maybe with a qualifier. */
  function: string;
  records: number;
  milliseconds: number;
  outcome: "done" | "partial" | "failed" | "refused";
  /** Of a partial one: how many records failed. */
  failed?: number;
  /** Why it was refused. */
  message?: string;
}

/** A rule, schedule, topic or bucket has delivered to a target, or could not. */
export interface DeliveryActivity extends Common {
  kind: "delivery";
  /** ARN of what delivers, else its service's name. */
  source: string;
  /** ARN of what is delivered to. */
  target: string;
  milliseconds: number;
  /** Why it failed; it may be tried again. */
  message?: string;
}

/** An execution of a state machine has started or ended. */
export interface ExecutionActivity extends Common {
  kind: "execution";
  /** ARN of the state machine. */
  machine: string;
  name: string;
  arn: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  /** Since its start. */
  milliseconds: number;
  /** Why it failed: `States.Timeout`, an error of a function. */
  error?: string;
  cause?: string;
}

/** A container of a task, a training job or an endpoint, or a job run's driver, has ended by itself, or could not start. */
export interface ExitActivity extends Common {
  kind: "exit";
  /** ARN of what it worked for: a service or task definition of ECS, a training job, an endpoint, a job run. */
  resource: string;
  /** What people call it; default: the last part of `resource`. */
  name?: string;
  /** Its container, of a task that has several. */
  container?: string;
  /** Since it was started. */
  milliseconds: number;
  /** Exit code, 0 for success; 128 and more is a signal's. Absent where it never ran, or failed around its run. */
  code?: number;
  /** Of a failure: the exception or the line that it said last, or what kept it from running. */
  message?: string;
}

/** A call, or something that runs, went wrong because it was asked for. */
export interface FaultActivity extends Common {
  kind: "fault";
  fault: "latency" | "throttle" | "error" | "lost" | "kill";
  /** `dynamodb` */
  service: string;
  operation: string;
  /** Which rule, from 0, and which of the calls that matched it, from 1. */
  rule: number;
  call: number;
  /** ARN of who called: of a role the role's. */
  principal?: string;
  /** Of a latency how long, of a kill how long after the beginning. */
  milliseconds?: number;
  /** Of an error: the one answered. */
  code?: string;
}

export type Activity =
  | RequestActivity
  | InvocationActivity
  | ThrottleActivity
  | DeniedActivity
  | BatchActivity
  | DeliveryActivity
  | ExecutionActivity
  | ExitActivity
  | FaultActivity;

/** @param describe called only where somebody listens. */
export function tell(describe: () => Activity): void {
  if (activityChannel.hasSubscribers) activityChannel.publish(describe());
}

/** What has ended, or could not start. */
export interface Ended extends Pick<ExitActivity, "region" | "resource"> {
  name?: string | undefined;
  container?: string | undefined;
  /** When it was started, in milliseconds since 1970. */
  began: number;
  code?: number | undefined;
  message?: string | undefined;
}

/** Tells of an {@link ExitActivity}. @param describe called only where somebody listens. */
export function tellExit(describe: () => Ended): void {
  tell(() => {
    const { region, resource, name, container, began, code, message } = describe();
    const at = Date.now();
    return {
      ...{ kind: "exit", at, region, resource, milliseconds: at - began },
      ...(name && { name }),
      ...(container && { container }),
      ...(code !== undefined && { code }),
      ...(message && { message }),
    };
  });
}

/** Who asked, for {@link InvocationActivity.source}: the resource that a service acts for, else the caller itself. */
export function sourceOf({ principal, sourceIp }: Pick<Call, "principal" | "sourceIp">): string | undefined {
  const { kind, arn, sourceArn, roleArn } = principal;
  if (kind === "service") return sourceArn ?? arn;
  // The local cloud calls as the administrator, and from nowhere.
  return kind === "root" && sourceIp === undefined ? undefined : (roleArn ?? arn);
}
