import { setTimeout as pause } from "node:timers/promises";
import type { HistoryEventType } from "@aws-sdk/client-sfn";
import { tell } from "../../activity.ts";
import { regionOf } from "../../arn.ts";
import type { Execution, HistoryEvent, Status } from "./records.ts";
import { type House, Run } from "./run.ts";
import { writeExecution } from "./traces.ts";
import { redrivablePeriod } from "./unfinished.ts";

/** How long an execution that goes on has for itself before the next one does, in milliseconds. */
const resumeMs = 5;

/** Who is told of executions. */
interface Listeners {
  /** Called with each one that begins: not with one that goes on. */
  onStart(execution: Execution): void;
  /** Called with each one that has ended, once it is recorded. */
  onEnd(execution: Execution): void;
}

/** Runs executions on the interpreter, and goes on with those that a restart interrupted. */
export class Runner {
  readonly #house: House;
  readonly #listeners: Listeners;
  readonly #running = new Map<string, { abort(): void; ended: Promise<Execution> }>();
  /** Why executions are stopped that have not ended yet. */
  readonly #reasons = new Map<string, Pick<Execution, "error" | "cause">>();
  #closing = false;
  #resumed: Promise<void> | undefined;

  constructor(house: House, listeners: Listeners) {
    this.#house = house;
    this.#listeners = listeners;
  }

  /**
   * Starts an execution, or goes on with it.
   * @param events its history so far, when it goes on: what its journal holds is not done again.
   */
  start(execution: Execution, events: HistoryEvent[] = []): Promise<Execution> {
    const run = new Run(this.#house, execution, events);
    if (events.length === 0) {
      report(execution);
      this.#listeners.onStart(execution);
    }
    const ended = run
      .end()
      .catch((error: Error) => failed(error.message))
      .then((result) => this.#ended(execution, result, run));
    ended.catch((error) => console.error(`states: the end of ${execution.arn} is not recorded:`, error));
    this.#running.set(execution.arn, { abort: () => run.abort(), ended });
    return ended;
  }

  /**
   * Goes on with every execution that was running when the local cloud last stopped, one after the other. One that cannot
   * go on ends, and nothing else with it; so does one that was about to go on when the local cloud last ended: it would end
   * it again.
   */
  resume(): void {
    this.#resumed = this.#resume().catch((error) => console.error("states: what ran before cannot go on:", error));
  }

  async #resume(): Promise<void> {
    const { executions, resuming } = this.#house.records;
    const culprits = new Set(resuming.values());
    for (const execution of executions.values()) {
      if (this.#closing) return;
      if (execution.status !== "RUNNING") {
        this.#forget(execution);
        continue;
      }
      try {
        if (culprits.has(execution.arn)) throw new Error("the local cloud ended when it went on with it");
        resuming.put("", execution.arn);
        void this.start(execution, this.#house.records.eventsOf(execution.arn));
        await pause(resumeMs);
      } catch (error) {
        const cause = `failed while resuming: given up: ${(error as Error).message}`;
        console.error(`states: ${execution.arn}: ${cause}`);
        executions.put(execution.arn, { ...execution, ...failed(cause), stopped: Date.now() });
      }
      resuming.delete("");
    }
  }

  /** What an execution would need that cannot be redriven any more. */
  #forget(execution: Execution): void {
    const { arn, unfinished, stopped = 0, ...rest } = execution;
    if (!unfinished || Date.now() - stopped < redrivablePeriod) return;
    this.#house.records.forgetJournal(arn);
    this.#house.records.executions.put(arn, { ...rest, arn, stopped });
  }

  /** StopExecution: the machine's Catch does not see it. */
  async stop(arn: string, error?: string, cause?: string): Promise<Execution | undefined> {
    await this.#resumed;
    const running = this.#running.get(arn);
    if (!running) return undefined;
    this.#reasons.set(arn, { ...(error && { error }), ...(cause && { cause }) });
    running.abort();
    return running.ended;
  }

  /** Ends the interpreters and leaves the executions as they are, to be resumed. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#resumed;
    this.#house.tokens.close();
    for (const { abort } of this.#running.values()) abort();
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
    this.#house.activities.close();
    this.#house.records.close();
  }

  async #ended(execution: Execution, result: Partial<Execution> & { status: Status }, run: Run): Promise<Execution> {
    if (this.#closing) return execution;
    const reason = result.status === "ABORTED" ? this.#reasons.get(execution.arn) : undefined;
    this.#reasons.delete(execution.arn);
    const ended: Execution = { ...execution, ...result, ...reason, stopped: Date.now() };
    const logged = run.close(...endEvent(ended));
    this.#house.tokens.forget(ended.arn);
    await this.#house.records.commit(() => {
      this.#house.records.executions.put(ended.arn, ended);
      this.#house.records.forgetTokens(ended.arn);
      // What failed may be run again, and then what its tasks gave is not done twice.
      if (!ended.unfinished) this.#house.records.forgetJournal(ended.arn);
    }, ended.arn);
    await logged;
    this.#running.delete(execution.arn);
    report(ended);
    writeExecution(this.#house.cloud, ended);
    this.#listeners.onEnd(ended);
    return ended;
  }
}

function report({ arn, machineArn: machine, name, status, started, stopped, error, cause }: Execution): void {
  const at = stopped ?? Date.now();
  tell(() => ({
    ...{ kind: "execution", at, region: regionOf(arn), machine, name, arn, status, milliseconds: at - started },
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  }));
}

/** What ends an execution that is not at fault itself. */
const failed = (cause: string) => ({ status: "FAILED" as const, error: "States.Runtime", cause });

function endEvent({ status, output, error, cause }: Execution): [HistoryEventType, Record<string, unknown>] {
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
