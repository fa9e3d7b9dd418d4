import type { Input } from "@pulumi/pulumi";
import type { PythonLayer } from "../pythonLayer.ts";
import type { InlineCallback } from "./inlineCallback.ts";
import type { Binding, Statement } from "./statement.ts";

/** A function's code, and how it runs. */
export type FunctionArgs = FunctionSettings & (FileCode | InlineCode | PythonCode);

/** Code in a file of its own. */
export interface FileCode {
  /**
   * File that exports `handler`, relative to the program.
   * @example "handlers/whodis/index.ts"
   */
  entry: string;
  callback?: never;
  handler?: never;
  requirements?: never;
  include?: never;
}

/** Code in Python: the folder of `entry`, and the packages that it requires. */
export interface PythonCode {
  /**
   * File that defines the handler, relative to the program. All of its folder is deployed, but for hidden files.
   * @example "handlers/whodis/python/app.py"
   */
  entry: `${string}.py`;
  callback?: never;
  /**
   * Name of the handler, a function of `(event, context)`.
   * @default "lambda_handler"
   */
  handler?: string;
  /**
   * What the code requires: a file for pip, or a `pyproject.toml` with a `uv.lock` beside it; relative to the program. Packages are
   * taken as wheels for the function's runtime and processor, whatever machine this is.
   * @default `requirements.txt`, or `pyproject.toml`, beside the entry where there is one; otherwise none
   * @example "handlers/requirements.txt"
   */
  requirements?: string;
  /**
   * Folders of the program whose files are deployed, too, beside the entry's: code that functions share.
   * @default []
   * @example ["handlers/lib/python"]
   */
  include?: string[];
}

/** Code beside the resources that it uses. */
export interface InlineCode {
  entry?: never;
  /**
   * An async function of `(event, context)`. It may capture outputs of resources, but no secret.
   * @example async (event) => ({ statusCode: 200, body: event.path })
   */
  callback: InlineCallback;
  handler?: never;
  requirements?: never;
  include?: never;
}

export interface FunctionSettings {
  /**
   * What the function is for, in the console. At most 256 characters.
   * @default none
   */
  description?: Input<string>;
  /**
   * Memory in MB, 128 to 10,240; processing power grows with it.
   * @default 256
   */
  memory?: Input<number>;
  /**
   * Seconds until an invocation is ended, 1 to 900.
   * @default 10
   */
  timeout?: Input<number>;
  /**
   * Environment variables that come without a grant. Nothing secret: whoever may describe the function reads them.
   * @default {}
   * @example { APP_VERSION: "v1" }
   */
  environment?: Record<string, Input<string>>;
  /**
   * Environment variables that come with the grant that their use needs.
   * @default {}
   * @example { IRIS_TABLE: tableBinding(table, ["PutItem"]) }
   */
  bindings?: Record<string, Binding>;
  /**
   * Grants without a variable.
   * @default []
   */
  statements?: Statement[];
  /**
   * Invocations at one time. Reserving takes from the account, which must keep 100 unreserved.
   * @default -1: unreserved, shared with the account's other functions
   */
  reservedConcurrency?: Input<number>;
  /**
   * Given when the function is invoked asynchronously (by S3, SNS, EventBridge, another service): an event that fails
   * every try is kept in a queue of its own.
   * @default none: callers wait for the answer
   * @example { retries: 1 }
   */
  asynchronous?: AsynchronousArgs;
  /**
   * Times at which the function is called. It is then an asynchronous one, whether `asynchronous` says so or not.
   * @default none: others call it
   * @example { expression: "cron(0 6 ? * MON-FRI *)", timezone: "Europe/Berlin", input: { full: true } }
   */
  schedule?: ScheduleArgs;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: Input<number>;
  /**
   * Layers, at most 5: ARNs of their versions, or, of a function in Python, those of the program.
   * @default []
   * @example [new PythonLayer("science", { requirements: "handlers/science/requirements.txt" })]
   */
  layers?: (Input<string> | PythonLayer)[];
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export interface ScheduleArgs {
  /**
   * `rate(…)` or `cron(…)` of EventBridge Scheduler: minute, hour, day of the month, month, day of the week, year.
   * @example "rate(5 minutes)"
   * @example "cron(0 3 ? * SUN *)"
   */
  expression: string;
  /**
   * Zone that a `cron(…)` is meant in, by its name in the IANA database.
   * @default "UTC"
   */
  timezone?: string;
  /**
   * The event that the function is called with. Scheduler fills in `<aws.scheduler.scheduled-time>` and other words of its
   * own: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
   * @default {}
   */
  input?: object;
}

export interface AsynchronousArgs {
  /**
   * Tries after the first, 0 to 2.
   * @default 2
   */
  retries?: Input<number>;
  /**
   * Seconds after which an event is given up, 60 to 21,600.
   * @default 21600
   */
  maximumAge?: Input<number>;
}
