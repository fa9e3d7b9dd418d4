import { createHash } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { Cloud, RoleSession } from "../../service.ts";
import { contextOf } from "./context.ts";
import { type Prepared, preparedDefinition, type State, statesOf } from "./definition.ts";
import { History, type InterpreterEvent } from "./history.ts";
import { callService, type Integration, readResource, TaskError } from "./integrations.ts";
import { ExecutionAbortedError, ExecutionTimeoutError, StateMachine } from "./interpreter.ts";
import type { Execution, HistoryEvent, Outcome, Records, Status } from "./records.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

/** How long the last events of an execution that has ended may take, in milliseconds. */
const eventsDelay = 1_000;

/** One execution under way. */
export class Run {
  readonly history: History;
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #tokens: Tokens;
  readonly #execution: Execution;
  readonly #definition: Prepared;
  readonly #states: ReadonlyMap<string, State>;
  /** How often a task was called with the same input: what tells repetitions apart in the journal. */
  readonly #calls = new Map<string, number>();
  readonly #sessions: Sessions;
  /** History of before a restart. */
  readonly #before: HistoryEvent[];
  #abort: (() => void) | undefined;
  /** Aborted when the execution has ended otherwise: whatever a task still waits for. */
  readonly #over = new AbortController();

  constructor(
    cloud: Cloud,
    records: Records,
    tokens: Tokens,
    sessions: Sessions,
    execution: Execution,
    before: HistoryEvent[],
  ) {
    this.#cloud = cloud;
    this.#records = records;
    this.#tokens = tokens;
    this.#execution = execution;
    this.#definition = preparedDefinition(execution.definition, () => records.definition(execution.definition));
    this.#states = new Map(statesOf(this.#definition.definition));
    this.#sessions = sessions;
    this.#before = before;
    this.history = new History(records, execution.arn, before.length);
  }

  abort(): void {
    this.#abort?.();
    this.#over.abort();
  }

  async end(): Promise<Partial<Execution> & { status: Status }> {
    const { started, input, roleArn } = this.#execution;
    const { prepared } = this.#definition;
    // A restart does not give it more time.
    const left = prepared.TimeoutSeconds && Math.max(0.001, prepared.TimeoutSeconds - (Date.now() - started) / 1000);
    const timed = left ? { ...prepared, TimeoutSeconds: left } : prepared;
    const machine = new StateMachine(timed as never, { validationOptions: { noValidate: true } });
    if (this.#before.length === 0)
      this.history.add("ExecutionStarted", { executionStartedEventDetails: { input, roleArn } }, started);
    const { result, abort, eventLogs } = machine.run(JSON.parse(input), {
      context: contextOf(this.#execution, this.#definition.definition, this.#tokens),
      overrides: {
        taskResourceLocalHandlers: this.#handlers() as never,
        waitTimeOverrides: this.#waits(),
      },
    });
    this.#abort = abort;
    const written = this.#write(eventLogs as AsyncIterable<InterpreterEvent>);
    written.catch(() => {});
    let ended: Partial<Execution> & { status: Status };
    try {
      ended = { status: "SUCCEEDED", output: JSON.stringify(await result) };
    } catch (error) {
      this.#over.abort();
      ended = failure(error as Error);
    }
    // An interpreter that failed by itself never says that its events are at their end.
    await Promise.race([written, pause(eventsDelay, undefined, { ref: false })]);
    return ended;
  }

  /** An execution that goes on waits no second time: a wait that is over takes no time, one under way what is left of it. */
  #waits(): Record<string, number> {
    const waits: Record<string, number> = {};
    for (const { type, timestamp, stateEnteredEventDetails: state } of this.#before) {
      if (type !== "WaitStateEntered") continue;
      const { name } = state as { name: string };
      const seconds: unknown = this.#states.get(name)?.Seconds;
      if (typeof seconds === "number") waits[name] = Math.max(0, timestamp + seconds * 1_000 - Date.now());
    }
    return waits;
  }

  /** Events that a resumed execution repeats are in the history already: by type, state and input. */
  async #write(events: AsyncIterable<InterpreterEvent>): Promise<void> {
    const key = (type: string, details: unknown) => `${type} ${JSON.stringify(details)}`;
    const known = new Map<string, number>();
    for (const { type, stateEnteredEventDetails, stateExitedEventDetails } of this.#before) {
      const entry = key(type, stateEnteredEventDetails ?? stateExitedEventDetails);
      known.set(entry, (known.get(entry) ?? 0) + 1);
    }
    for await (const event of events) {
      if (!event.state && !event.parentState) continue;
      const { state } = event;
      if (known.size === 0) {
        this.history.addFrom(event);
        continue;
      }
      const details =
        event.type === "StateEntered"
          ? { name: state?.name, input: JSON.stringify(state?.input), inputDetails: { truncated: false } }
          : { name: state?.name, output: JSON.stringify(state?.output), outputDetails: { truncated: false } };
      const entry = key(event.type.replace("State", `${state?.type}State`), details);
      const repeats = known.get(entry) ?? 0;
      if (repeats > 0) known.set(entry, repeats - 1);
      else this.history.addFrom(event);
    }
  }

  #handlers(): Record<string, (input: Record<string, unknown>) => Promise<unknown>> {
    const tasks = [...this.#states].filter(([, { Type }]) => Type === "Task");
    return Object.fromEntries(
      tasks.map(([name, state]) => [
        name,
        (input: Record<string, unknown>) => {
          const task = this.#task(name, state, input);
          // The interpreter waits for it no more once the execution has failed otherwise.
          task.catch(() => {});
          return task;
        },
      ]),
    );
  }

  async #task(name: string, state: State, given: Record<string, unknown>): Promise<unknown> {
    // The interpreter reports that it entered the state in a turn of its own: that event comes first.
    await nextTurn();
    // A task that is tried again after the end does nothing.
    if (this.#over.signal.aborted) throw new ExecutionAbortedError();
    const integration = readResource(state.Resource);
    if (!integration)
      throw new TaskError("States.Runtime", `the resource ${state.Resource} is not modelled by the local cloud`);
    const drawn = this.#tokens.drawnIn(given);
    const key = this.#journalKey(name, given, drawn);
    const known = this.#records.journal.get(key);
    if (known) return unwrap(known);

    const waits = integration.pattern === "waitForTaskToken";
    // After a restart the token that was sent out is the one that will come back.
    const sent = waits ? this.#records.tokenByKey.get(key) : undefined;
    const outcome = await this.#unlessOver(
      sent ? this.#tokens.wait(sent, state) : this.#do(integration, state, given, key, drawn),
    );
    await this.#records.commit(() => this.#records.journal.put(key, outcome));
    return unwrap(outcome);
  }

  /** The interpreter keeps a timer for each task that goes on: at the end none may. */
  #unlessOver<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this.#over;
    return new Promise((resolve, reject) => {
      const end = () => reject(new ExecutionAbortedError());
      if (signal.aborted) return end();
      signal.addEventListener("abort", end, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
    });
  }

  async #do(
    integration: Integration,
    state: State,
    input: Record<string, unknown>,
    key: string,
    drawn: string | undefined,
  ): Promise<Outcome> {
    const { service: resourceType, operation, pattern } = integration;
    const resource =
      operation === "direct" ? state.Resource : `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
    const details = { resourceType, resource: pattern === "request" ? resource : `${resource}.${pattern}` };
    const parameters = JSON.stringify(input);
    this.history.add("TaskScheduled", {
      taskScheduledEventDetails: {
        ...details,
        region: this.#cloud.region,
        parameters,
        timeoutInSeconds: state.TimeoutSeconds,
      },
    });
    this.history.add("TaskStarted", { taskStartedEventDetails: details });
    try {
      if (pattern === "waitForTaskToken" && drawn) this.#tokens.register(drawn, this.#execution.arn, key);
      const session = await this.#role();
      const output = await callService(this.#cloud, state.Resource, integration, input, session.principal);
      if (pattern === "request") return this.#succeeded(details, output);
      if (pattern === "sync")
        return this.#succeeded(details, await this.#untilEnded(output as { executionArn: string }));
      this.history.add("TaskSubmitted", { taskSubmittedEventDetails: { ...details, output: JSON.stringify(output) } });
      const outcome = await this.#tokens.wait(drawn ?? "", state);
      return outcome.error ? this.#failed(details, outcome.error) : this.#succeeded(details, outcome.output);
    } catch (error) {
      return this.#failed(details, error as Error);
    }
  }

  #succeeded(details: object, output: unknown): Outcome {
    this.history.add("TaskSucceeded", { taskSucceededEventDetails: { ...details, output: JSON.stringify(output) } });
    return { output };
  }

  #failed(details: object, { name, message }: Error | { name: string; message: string }): Outcome {
    const reason = { ...details, error: name, cause: message };
    if (name === "States.Timeout") this.history.add("TaskTimedOut", { taskTimedOutEventDetails: reason });
    else this.history.add("TaskFailed", { taskFailedEventDetails: reason });
    return { error: { name, message } };
  }

  /** `startExecution.sync`: the nested execution's own end is the task's. */
  async #untilEnded({ executionArn }: { executionArn: string }): Promise<unknown> {
    for (;;) {
      const nested = this.#records.executions.get(executionArn);
      if (nested?.status === "SUCCEEDED")
        return { ExecutionArn: executionArn, Status: nested.status, Output: nested.output };
      if (nested && nested.status !== "RUNNING") throw new TaskError("States.TaskFailed", JSON.stringify(nested));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #journalKey(name: string, input: Record<string, unknown>, drawn: string | undefined): string {
    const text = drawn ? JSON.stringify(input).replaceAll(drawn, "") : JSON.stringify(input);
    const call = `${this.#execution.arn} ${name} ${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
    const count = this.#calls.get(call) ?? 0;
    this.#calls.set(call, count + 1);
    return `${call} ${count}`;
  }

  #role(): Promise<RoleSession> {
    return this.#sessions.of(this.#execution);
  }
}

function unwrap({ output, error }: Outcome): unknown {
  if (error) throw new TaskError(error.name, error.message);
  return output;
}

function failure(error: Error): Partial<Execution> & { status: Status } {
  if (error instanceof ExecutionAbortedError) return { status: "ABORTED" };
  if (error instanceof ExecutionTimeoutError) return { status: "TIMED_OUT", error: "States.Timeout" };
  const { name, message } = (error.cause ?? error) as Error;
  return { status: "FAILED", error: name, cause: message };
}
