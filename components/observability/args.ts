import type { RestApi, Stage } from "@pulumi/aws/apigateway";
import type { Table } from "@pulumi/aws/dynamodb";
import type { StateMachine } from "@pulumi/aws/sfn";
import type { Queue } from "@pulumi/aws/sqs";
import type { Input } from "@pulumi/pulumi";
import type { CodeFunction } from "../codeFunction.ts";

/** What the alarms and the dashboard of a system are made of. */
export interface ObservabilityArgs {
  /**
   * Components of the system: each says itself what of it is to be watched. Where a function is of several, the first names it.
   * @example [notebooks, jobs, api]
   */
  of: { readonly observed: Observed }[];
  /**
   * What is promised of the system's APIs. An alarm rings when so much fails that the promise will be broken (burn rate); it
   * takes the place of the one that rings for every failed answer.
   * @default none
   * @example { availability: 99.9, latency: { milliseconds: 500 } }
   */
  objective?: Objective;
  /**
   * Milliseconds in which an API without a promise of its latency answers; an alarm rings when one in a hundred takes longer for a
   * quarter of an hour. API Gateway ends a request at 29,000.
   * @default 5_000
   */
  longestAnswer?: number;
  /**
   * Whether there are alarms. Those that judge a function's deployment are the function's, and there in any case.
   * @default true
   */
  alarms?: boolean;
  /**
   * ARNs of topics that alarms notify, at most 5: `createTopic` with publisher `cloudwatch.amazonaws.com` makes one.
   * @default []: alarms are red, and tell nobody
   */
  actions?: Input<string>[];
  /**
   * Whether there is a dashboard.
   * @default true
   */
  dashboard?: boolean;
  /**
   * URL of the runbook, with a line for each alarm: descriptions of alarms end with it, the dashboard links it.
   * @default none: docs/runbook.md is named
   */
  runbook?: string | undefined;
}

/** What is promised of an API, over 30 days. */
export interface Objective {
  /**
   * Percent of requests that are answered without a fault of ours (5xx), 95 to 99.99.
   * @default none
   */
  availability?: number;
  /**
   * How fast this share of answers is there.
   * @default none
   */
  latency?: {
    /** Milliseconds, 1 to 29,000. */
    milliseconds: number;
    /**
     * Percent of answers, 95 to 99.9.
     * @default 99
     */
    percent?: number;
  };
}

/** What a component has to be watched, each thing by its name, which its alarm and its line on the dashboard have. */
export interface Observed {
  apis?: Record<string, ObservedApi>;
  functions?: Record<string, ObservedFunction>;
  machines?: Record<string, StateMachine>;
  tables?: Record<string, Table>;
  /** Queues that are read, each with how long a message may wait. */
  queues?: Record<string, Waiting & { queue: Queue }>;
  /** Functions that read a stream, each with how long a record may wait. */
  streams?: Record<string, Waiting & { reader: CodeFunction }>;
  /** Where ends what failed every try, beside the failure queues of asynchronous functions, which are known. */
  deadLetters?: Record<string, Queue>;
  /** Faults that functions count in the stack's own namespace. */
  faults?: Record<string, Fault>;
  /** What the names of endpoints in SageMaker begin with, which functions make as the stack runs. */
  endpoints?: string;
}

/** A REST API, as much of an `ApiWithLambdas` as its metrics are named by. */
export interface ObservedApi {
  readonly restApi: RestApi;
  readonly stage: Stage;
}

export interface ObservedFunction {
  function: CodeFunction;
  /**
   * Where nobody waits for its answer: what it means when it fails.
   * @example "Scheduled runs do not start"
   */
  unattended?: string;
  /**
   * Minutes in a row that it fails before that is said.
   * @default 1
   */
  minutes?: number;
}

export interface Waiting {
  /** Seconds. */
  longestWait: number;
  /** What it means when something waits longer. */
  means: string;
}

export interface Fault {
  /** Function or container that counts it: its POWERTOOLS_SERVICE_NAME. */
  service: string;
  metricName: string;
  means: string;
}

/** Functions by the name of their component and their own, with what it means when those fail that nobody waits for. */
export const functionsOf = (
  name: string,
  functions: Record<string, CodeFunction | undefined>,
  unattended: Record<string, string> = {},
): Record<string, ObservedFunction> =>
  Object.fromEntries(
    Object.entries(functions).flatMap(([label, one]) =>
      one ? [[`${name}-${label}`, { function: one, ...(unattended[label] && { unattended: unattended[label] }) }]] : [],
    ),
  );

/** What several components have, as one: a function that two of them have is the first's. */
export function together(components: { readonly observed: Observed }[]): Required<Omit<Observed, "endpoints">> & {
  endpoints: string[];
} {
  const all = components.map(({ observed }) => observed);
  const seen = new Set<CodeFunction>();
  const once = ([, { function: one }]: [string, ObservedFunction]) => !seen.has(one) && seen.add(one);
  const merged = <Key extends Exclude<keyof Observed, "endpoints">>(key: Key): Required<Observed>[Key] =>
    Object.assign({}, ...all.map((observed) => observed[key]));
  return {
    apis: merged("apis"),
    functions: Object.fromEntries(Object.entries(merged("functions")).filter(once)),
    machines: merged("machines"),
    tables: merged("tables"),
    queues: merged("queues"),
    streams: merged("streams"),
    deadLetters: merged("deadLetters"),
    faults: merged("faults"),
    endpoints: all.flatMap(({ endpoints }) => endpoints ?? []),
  };
}
