import type { Cloud } from "../service.ts";
import type { Execution, HistoryEvent, Records, Status } from "./records.ts";
import { Run } from "./run.ts";
import { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

/** Runs executions on the interpreter, and goes on with those that a restart interrupted. */
export class Runner {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #tokens: Tokens;
  readonly #onEnd: (execution: Execution) => void;
  readonly #running = new Map<string, { abort(): void; ended: Promise<Execution> }>();
  /** Why executions are stopped that have not ended yet. */
  readonly #reasons = new Map<string, Pick<Execution, "error" | "cause">>();
  readonly #sessions: Sessions;
  #closing = false;

  /** @param onEnd called with each execution that has ended, once it is recorded. */
  constructor(cloud: Cloud, records: Records, tokens: Tokens, onEnd: (execution: Execution) => void) {
    this.#cloud = cloud;
    this.#records = records;
    this.#tokens = tokens;
    this.#sessions = new Sessions(cloud);
    this.#onEnd = onEnd;
  }

  /**
   * Starts an execution, or goes on with it.
   * @param events its history so far, when it goes on: what its journal holds is not done again.
   */
  start(execution: Execution, events: HistoryEvent[] = []): Promise<Execution> {
    const run = new Run(this.#cloud, this.#records, this.#tokens, this.#sessions, execution, events);
    const ended = run.end().then((result) => this.#ended(execution, result, run));
    this.#running.set(execution.arn, { abort: () => run.abort(), ended });
    return ended;
  }

  /** Every execution that was running when the local cloud last stopped. */
  resume(): void {
    for (const execution of this.#records.executions.values()) {
      if (execution.status === "RUNNING") void this.start(execution, this.#records.eventsOf(execution.arn));
    }
  }

  /** StopExecution: the machine's Catch does not see it. */
  async stop(arn: string, error?: string, cause?: string): Promise<Execution | undefined> {
    const running = this.#running.get(arn);
    if (!running) return undefined;
    this.#reasons.set(arn, { ...(error && { error }), ...(cause && { cause }) });
    running.abort();
    return running.ended;
  }

  /** Ends the interpreters and leaves the executions as they are, to be resumed. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { abort } of this.#running.values()) abort();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
    this.#tokens.close();
    this.#records.close();
  }

  async #ended(execution: Execution, result: Partial<Execution> & { status: Status }, run: Run): Promise<Execution> {
    if (this.#closing) return execution;
    const reason = result.status === "ABORTED" ? this.#reasons.get(execution.arn) : undefined;
    this.#reasons.delete(execution.arn);
    const ended: Execution = { ...execution, ...result, ...reason, stopped: Date.now() };
    run.history.add(...endEvent(ended));
    this.#tokens.forget(ended.arn);
    await this.#records.commit(() => {
      this.#records.executions.put(ended.arn, ended);
      this.#records.forgetJournal(ended.arn);
    }, ended.arn);
    this.#running.delete(execution.arn);
    this.#onEnd(ended);
    return ended;
  }
}

function endEvent({ status, output, error, cause }: Execution): [string, Record<string, unknown>] {
  const reason = { ...(error && { error }), ...(cause && { cause }) };
  switch (status) {
    case "SUCCEEDED":
      return [
        "ExecutionSucceeded",
        { executionSucceededEventDetails: { output, outputDetails: { truncated: false } } },
      ];
    case "TIMED_OUT":
      return ["ExecutionTimedOut", { executionTimedOutEventDetails: reason }];
    case "ABORTED":
      return ["ExecutionAborted", { executionAbortedEventDetails: reason }];
    default:
      return ["ExecutionFailed", { executionFailedEventDetails: reason }];
  }
}
