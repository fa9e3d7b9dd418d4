import type { Collection } from "../../store.ts";
import type { Cloud } from "../service.ts";

/** A state machine as it was created or last updated. */
export interface Machine {
  arn: string;
  name: string;
  type: "STANDARD" | "EXPRESS";
  /** Amazon States Language, as text. */
  definition: string;
  roleArn: string;
  /** Seconds since 1970. */
  created: number;
  revision: string;
  loggingConfiguration?: {
    level?: string;
    includeExecutionData?: boolean;
    destinations?: { cloudWatchLogsLogGroup?: { logGroupArn?: string } }[];
  };
  tracingConfiguration?: { enabled?: boolean };
  tags: Record<string, string>;
}

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** One execution. What it needs to go on after a restart: its machine as it was, its input, and its journal. */
export interface Execution {
  arn: string;
  name: string;
  machineArn: string;
  type: Machine["type"];
  definition: string;
  roleArn: string;
  input: string;
  status: Status;
  /** Milliseconds since 1970. */
  started: number;
  stopped?: number;
  output?: string;
  error?: string;
  cause?: string;
}

/** What a task gave, so that an execution that goes on after a restart does not do it twice. */
export interface Outcome {
  output?: unknown;
  error?: { name: string; message: string };
}

/** A task that waits for its answer. */
export interface Token {
  token: string;
  executionArn: string;
  /** Place in the execution's journal. */
  key: string;
  /** When the task began to wait, in milliseconds since 1970. */
  since: number;
  outcome?: Outcome;
}

/** An event of an execution's history, in AWS's shape, with `timestamp` in milliseconds since 1970. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

/** All that Step Functions remembers. */
export class Records {
  readonly machines: Collection<Machine>;
  readonly executions: Collection<Execution>;
  readonly tokens: Collection<Token>;
  /** The token by its place in the journal: begins with the execution's ARN. */
  readonly tokenByKey: Collection<string>;
  readonly journal: Collection<Outcome>;
  readonly history: Collection<HistoryEvent>;

  constructor({ store }: Pick<Cloud, "store">) {
    this.machines = store.collection("states.machines");
    this.executions = store.collection("states.executions");
    this.tokens = store.collection("states.tokens");
    this.tokenByKey = store.collection("states.tokenByKey");
    this.journal = store.collection("states.journal");
    this.history = store.collection("states.history");
  }

  /** An execution's events, in order. */
  eventsOf(arn: string): HistoryEvent[] {
    return this.history.values(`${arn} `);
  }

  addEvent(arn: string, event: HistoryEvent): void {
    this.history.put(`${arn} ${String(event.id).padStart(6, "0")}`, event);
  }

  /** What is kept only for the time that an execution runs. */
  forgetJournal(arn: string): void {
    for (const [key] of this.journal.entries(`${arn} `)) this.journal.delete(key);
    for (const [key, token] of this.tokenByKey.entries(`${arn} `)) {
      this.tokens.delete(token);
      this.tokenByKey.delete(key);
    }
  }
}
