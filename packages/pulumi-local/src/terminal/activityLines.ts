/** What happens on the cloud, as lines of a terminal. */
import type {
  Activity,
  BatchActivity,
  DeliveryActivity,
  DeniedActivity,
  ExecutionActivity,
  ExitActivity,
  FaultActivity,
  InvocationActivity,
  RequestActivity,
  ThrottleActivity,
} from "local-aws";
import { createColors } from "picocolors";
import { frameLines } from "./frames.ts";
import type { Names } from "./names.ts";

type Colours = ReturnType<typeof createColors>;

export interface ActivityLineOptions {
  names: Pick<Names, "of">;
  /** Where sources are looked for. */
  programDirectory: string;
  /** Also deliveries and invocations that other lines tell of. Default: false. */
  verbose?: boolean;
  /** Default: none. */
  colours?: Colours;
}

/** Longest message in a line: a cause of a state machine may be a whole stack. */
const longestMessage = 300;

/** @returns what makes lines of an activity; none of what another line tells of. */
export function activityLines(options: ActivityLineOptions): (activity: Activity) => string[] {
  const lines = new Lines(options);
  return (activity) => lines.of(activity);
}

class Lines {
  readonly #names: Pick<Names, "of">;
  readonly #programDirectory: string;
  readonly #verbose: boolean;
  readonly #colours: Colours;

  constructor({ names, programDirectory, verbose = false, colours = createColors(false) }: ActivityLineOptions) {
    this.#names = names;
    this.#programDirectory = programDirectory;
    this.#verbose = verbose;
    this.#colours = colours;
  }

  of(activity: Activity): string[] {
    switch (activity.kind) {
      case "request":
        return [this.#request(activity)];
      case "invocation":
        return activity.error ? this.#failure(activity) : this.#invocation(activity);
      case "throttle":
        return [this.#throttle(activity)];
      case "denied":
        return [this.#denied(activity)];
      case "batch":
        return this.#batch(activity);
      case "delivery":
        return this.#delivery(activity);
      case "execution":
        return [this.#execution(activity)];
      case "exit":
        return [this.#exit(activity)];
      case "fault":
        return [this.#fault(activity)];
    }
  }

  /** `POST /v0/iris 400 iris-ingest 24 ms  sepal_length: is missing` */
  #request({ method, path, status, milliseconds, function: by, message }: RequestActivity): string {
    const { red, yellow, green } = this.#colours;
    const paint = status >= 500 ? red : status >= 400 ? yellow : green;
    const name = by === undefined ? "" : ` ${this.#names.of(by)}`;
    return `${method} ${clean(path)} ${paint(String(status))}${name} ${this.#time(milliseconds)}${this.#why(message)}`;
  }

  /** A request's or a batch's own line tells of the others. */
  #invocation({ function: name, source, milliseconds }: InvocationActivity): string[] {
    if (!this.#verbose && (source === undefined || source.startsWith("arn:aws:execute-api:"))) return [];
    const from = source === undefined ? "" : `${this.#source(source)} → `;
    return [`${from}${this.#names.of(name)} ${this.#time(milliseconds)}`];
  }

  #failure({ function: name, error, outcome, milliseconds }: InvocationActivity): string[] {
    const { red, bold } = this.#colours;
    const { type = "", message = "", stack = [] } = error ?? {};
    const said = failures[type] ?? ((text) => `${type}: ${text}`);
    const time = outcome === "error" ? "" : ` after ${this.#time(milliseconds)}`;
    const [first = "", ...more] = clean(said(withoutId(message)), "\n").split("\n");
    return [
      `${red("✗")} ${bold(this.#names.of(name))} ${red(first)}${time}`,
      ...more.map((line) => `    ${line}`),
      ...frameLines(stack, this.#programDirectory).map((line) => `    ${line}`),
    ];
  }

  #throttle({ function: name, message }: ThrottleActivity): string {
    const { red, bold } = this.#colours;
    return `${red("✗")} ${bold(this.#names.of(name))} ${red("throttled")}${this.#why(message)}`;
  }

  /** `✗ iris-ingest-role may not dynamodb:PutItem on iris-records: no identity-based policy allows it` */
  #denied({ principal, action, resource, by, explicit }: DeniedActivity): string {
    const { red, bold } = this.#colours;
    const kind = by === "permissions boundary" ? by : `${by} policy`;
    const why = explicit ? `denied by ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}` : `no ${kind} allows it`;
    const where = resource === "*" ? "" : ` on ${this.#names.of(resource)}`;
    return `${red("✗")} ${bold(this.#names.of(principal))} may not ${red(action)}${where}: ${why}`;
  }

  #batch({ source, function: name, records, outcome, failed, message, milliseconds }: BatchActivity): string[] {
    const { red, yellow } = this.#colours;
    const many = `${records} record${records === 1 ? "" : "s"}`;
    const ended = {
      done: "",
      partial: yellow(`, ${failed} failed`),
      failed: red(" failed"),
      refused: red(" refused"),
    }[outcome];
    return [
      `${this.#source(source)} → ${this.#names.of(name)} ${many}${ended} ${this.#time(milliseconds)}${this.#why(message)}`,
    ];
  }

  /** A function's own line tells that it was reached. */
  #delivery({ source, target, message, milliseconds }: DeliveryActivity): string[] {
    const isFunction = target.split(":")[2] === "lambda";
    if (message === undefined && isFunction && !this.#verbose) return [];
    const failed = message === undefined ? "" : ` ${this.#colours.red("failed")}`;
    const to = this.#names.of(target);
    return [`${this.#source(source)} → ${to}${failed} ${this.#time(milliseconds)}${this.#why(message)}`];
  }

  #execution({ machine, name, status, milliseconds, error, cause }: ExecutionActivity): string {
    const { red, green, dim } = this.#colours;
    const paint = status === "SUCCEEDED" ? green : status === "RUNNING" ? dim : red;
    const word = status === "RUNNING" ? "started" : status.toLowerCase().replace("_", " ");
    const time = status === "RUNNING" ? "" : ` ${this.#time(milliseconds)}`;
    const why = [error, cause && causeOf(cause)].filter(Boolean).join(": ");
    return `${this.#names.of(machine)} ${clean(name)} ${paint(word)}${time}${this.#why(why || undefined)}`;
  }

  /** `✗ sagemaker movielens-7 exit code 1 after 2.3 s  ValueError: no ratings` */
  #exit({ resource, name, container, code, message, milliseconds }: ExitActivity): string {
    const { red, green, bold } = this.#colours;
    // What serves has failed when it ends, whatever its code is: then there is a message.
    const isDone = code === 0 && message === undefined;
    const last = resource.split("/").at(-1)?.split(":")[0] ?? resource;
    const who = [resource.split(":")[2], clean(name ?? this.#names.of(last)), container].filter(Boolean).join(" ");
    const how = isDone ? green("done") : red(code === undefined ? "failed" : `exit code ${code}`);
    const time = this.#time(milliseconds);
    return isDone ? `${who} ${how} ${time}` : `${red("✗")} ${bold(who)} ${how} after ${time}${this.#why(message)}`;
  }

  /** `~ iris-ingest-role dynamodb PutItem throttled: ProvisionedThroughputExceededException` */
  #fault({ fault, service, operation, principal, milliseconds = 0, code }: FaultActivity): string {
    const { magenta } = this.#colours;
    const who = principal === undefined ? "" : `${this.#names.of(principal)} `;
    const time = this.#time(milliseconds);
    const said = {
      latency: `${magenta("waits")} ${time}`,
      throttle: `${magenta("throttled")}: ${code}`,
      error: `${magenta("fails")}: ${code}`,
      lost: `${magenta("is done, and its answer lost")}: ${code}`,
      kill: `${magenta("killed")} after ${time}`,
    }[fault];
    return `${magenta("~")} ${who}${service} ${operation} ${said}`;
  }

  /** What an event comes from, with its service: `dynamodb iris-records`. */
  #source(arn: string): string {
    const name = this.#names.of(arn);
    const service = arn.startsWith("arn:") ? arn.split(":")[2] : undefined;
    return service === undefined || service === "iam" ? name : `${service} ${name}`;
  }

  #time(milliseconds: number): string {
    return this.#colours.dim(
      milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`,
    );
  }

  #why(message: string | undefined): string {
    return message === undefined || message === "" ? "" : `  ${clean(message)}`;
  }
}

/** What Lambda itself ends a function for, in a user's words. */
const failures: Record<string, (message: string) => string> = {
  "Sandbox.Timedout": () => "timed out",
  "Runtime.OutOfMemory": () => "ran out of memory",
  "Runtime.ExitError": (message) => `ended its process: ${message}`,
  "Function.ResponseSizeTooLarge": (message) => message,
};

/** Lambda puts the request's id before its own messages. */
const withoutId = (message: string): string => message.replace(/^RequestId: \S* Error: /, "");

/** Of a task that failed, a cause is JSON: its message says it. */
function causeOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === "string" ? errorMessage : cause;
  } catch {
    return cause;
  }
}

/** One line without control characters, which a request's text could move the cursor by. @param kept one that stays. */
function clean(text: string, kept = ""): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, (found) =>
    kept !== "" && found.includes(kept) ? kept : " ",
  );
  return plain.length > longestMessage ? `${plain.slice(0, longestMessage)}…` : plain;
}
