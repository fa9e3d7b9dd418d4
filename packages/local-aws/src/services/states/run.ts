import type { Cloud, RoleSession } from "../../service.ts";
import { after } from "../../timers.ts";
import type { Activities } from "./activities.ts";
import { parsedDefinition } from "./definition.ts";
import { ExecutionLog } from "./executionLog.ts";
import { History } from "./history.ts";
import { callService } from "./integrations.ts";
import { childOf } from "./language/child.ts";
import type { Definition } from "./language/definition.ts";
import { Aborted, StateError } from "./language/failure.ts";
import type { Chain, Details, Frame, MapRun, MapRunStart, Surroundings, Work } from "./language/frame.ts";
import { runStates } from "./language/machine.ts";
import { Variables } from "./language/scope.ts";
import type { MapRuns } from "./mapRuns.ts";
import type { Execution, HistoryEvent, Outcome, Records, Status } from "./records.ts";
import type { Sessions } from "./sessions.ts";
import { describedExecution } from "./shown.ts";
import type { Tokens } from "./tokens.ts";
import { OpenStates, remaining } from "./unfinished.ts";

/** What executions have in common. */
export interface House {
  cloud: Cloud;
  records: Records;
  tokens: Tokens;
  sessions: Sessions;
  activities: Activities;
  mapRuns: MapRuns;
}

/** How often a nested execution is looked at, in milliseconds. */
const looking = 20;

/** One execution under way. */
export class Run implements Surroundings {
  readonly context: Surroundings["context"];
  readonly region: string;
  readonly #house: House;
  readonly #execution: Execution;
  readonly #definition: Definition;
  readonly #before: HistoryEvent[];
  readonly #history: History;
  readonly #log: ExecutionLog | undefined;
  readonly #chain: Chain = { last: 0 };
  readonly #over = new AbortController();
  readonly #open = new OpenStates();
  #timedOut = false;

  /** @param before its history, when it goes on after a restart. */
  constructor(house: House, execution: Execution, before: HistoryEvent[]) {
    this.#house = house;
    this.#execution = execution;
    this.#before = before;
    const { definition: id } = execution;
    this.#definition = parsedDefinition(id, () => house.records.definition(id));
    this.#log = ExecutionLog.of(house.cloud, execution);
    const happened = { events: remaining(before, execution.redrives), last: before.at(-1)?.id ?? 0 };
    this.#history = new History(house.records, execution.arn, happened, (event) => this.#log?.add(event));
    this.region = house.cloud.region;
    const { arn, name, machineArn, roleArn, started, input, redrives = [] } = execution;
    this.context = {
      Execution: {
        Id: arn,
        Input: JSON.parse(input),
        Name: name,
        RoleArn: roleArn,
        StartTime: new Date(started).toISOString(),
        RedriveCount: redrives.length,
        ...(redrives.length > 0 && { RedriveTime: new Date(redrives.at(-1)!.at).toISOString() }),
      },
      StateMachine: { Id: machineArn, Name: machineArn.split(":")[6] },
    };
  }

  get over(): boolean {
    return this.#over.signal.aborted;
  }

  abort(): void {
    this.#over.abort();
  }

  /** Runs it to its end. */
  async end(): Promise<Partial<Execution> & { status: Status }> {
    const { started, input, roleArn, type, redrives = [] } = this.#execution;
    const definition = this.#definition;
    if (this.#before.length === 0) {
      const details = { input, inputDetails: { truncated: false }, roleArn };
      this.#history.add("ExecutionStarted", { executionStartedEventDetails: details }, this.#chain, true, started);
    }
    for (const [index, { last }] of redrives.entries()) {
      const details = { executionRedrivenEventDetails: { redriveCount: index + 1 } };
      this.#history.add("ExecutionRedriven", details, { last });
    }
    // A restart does not give it more time; a redrive does.
    const { TimeoutSeconds } = definition;
    const since = redrives.at(-1)?.at ?? started;
    const timer = TimeoutSeconds && after(since + TimeoutSeconds * 1_000 - Date.now(), () => this.#timeOut());
    const frame: Frame = {
      surroundings: this,
      place: "",
      chain: this.#chain,
      variables: new Variables(),
      signal: this.#over.signal,
      language: definition.QueryLanguage === "JSONata" ? "JSONata" : "JSONPath",
      run: runStates,
    };
    try {
      const output = await runStates(definition, JSON.parse(input), frame);
      return { status: "SUCCEEDED", output: JSON.stringify(output) };
    } catch (error) {
      const ended = this.#failure(error);
      this.#over.abort();
      return type === "EXPRESS" ? ended : { ...ended, unfinished: this.#open.innermost() };
    } finally {
      if (timer) timer.cancel();
    }
  }

  #timeOut(): void {
    this.#timedOut = true;
    this.#over.abort();
  }

  #failure(error: unknown): Partial<Execution> & { status: Status } {
    if (error instanceof Aborted) {
      return this.#timedOut ? { status: "TIMED_OUT", error: "States.Timeout" } : { status: "ABORTED" };
    }
    if (!(error instanceof StateError))
      return { status: "FAILED", error: "States.Runtime", cause: (error as Error).message };
    return { status: "FAILED", ...error.reason };
  }

  /** The last event. @returns when its log is written. */
  close(type: string, details: Details): Promise<void> {
    this.#history.add(type, details, this.#chain);
    return this.#log?.end() ?? Promise.resolve();
  }

  add(type: string, details: Details, chain: Chain, passing = false): number {
    return this.#history.add(type, details, chain, passing);
  }

  enter(place: string, enteredId: number | undefined): void {
    this.#open.enter(place, enteredId);
  }

  leave(place: string): void {
    this.#open.leave(place);
  }

  hasActivity(arn: string): boolean {
    return this.#house.activities.records.has(arn);
  }

  async perform(work: Work): Promise<unknown> {
    const { records } = this.#house;
    const key = this.#key(work.place);
    const known = records.journal.get(key);
    if (known) return unwrap(known);
    let outcome: Outcome;
    try {
      outcome = await this.#do(work, key);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      outcome = failed(error);
    }
    await records.commit(() => records.journal.put(key, outcome));
    return unwrap(outcome);
  }

  async #do(work: Work, key: string): Promise<Outcome> {
    const { cloud, tokens, activities, records } = this.#house;
    const { integration, input, signal, heartbeat } = work;
    const { arn: executionArn, machineArn, trace } = this.#execution;
    if (integration.kind === "activity") {
      const token = tokens.of(key);
      tokens.register(token, executionArn, key);
      const leave = activities.offer(integration.resource, { token, input: JSON.stringify(input), taken: work.taken });
      signal.addEventListener("abort", leave, { once: true });
      return tokens.wait(token, heartbeat, signal);
    }
    const waits = integration.pattern === "waitForTaskToken";
    // After a restart the token that was sent out is the one that will come back.
    if (waits && records.tokenByKey.has(key)) return tokens.wait(tokens.of(key), heartbeat, signal);
    const token = waits ? tokens.of(key) : undefined;
    if (token) tokens.register(token, executionArn, key);
    const session = await this.#session(work.credentials);
    const output = await unlessAborted(
      callService(cloud.traced(trace?.header), integration, input, session, { executionArn, machineArn, signal }),
      signal,
    );
    if (integration.pattern === "request") return { output };
    work.submitted(output);
    if (token) return tokens.wait(token, heartbeat, signal);
    return {
      output: await this.#untilEnded(output as { ExecutionArn: string }, integration.pattern === "sync:2", signal),
    };
  }

  #session(credentials: string | undefined): Promise<RoleSession> {
    const roleArn = credentials ?? this.#execution.roleArn;
    return this.#house.sessions.of({ roleArn, machineArn: this.#execution.machineArn });
  }

  /** `startExecution.sync`: the nested execution's own end is the task's. */
  async #untilEnded(
    { ExecutionArn }: { ExecutionArn: string },
    parsed: boolean,
    signal: AbortSignal,
  ): Promise<unknown> {
    for (;;) {
      if (signal.aborted) throw new Aborted();
      const nested = this.#house.records.executions.get(ExecutionArn);
      if (nested && nested.status !== "RUNNING") {
        const described = describedExecution(nested, parsed);
        if (nested.status === "SUCCEEDED") return described;
        throw new StateError("States.TaskFailed", JSON.stringify(described));
      }
      await new Promise((resolve) => setTimeout(resolve, looking));
    }
  }

  async waitUntil(time: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new Aborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = after(time - Date.now(), resolve);
    const end = () => reject(new Aborted());
    signal.addEventListener("abort", end, { once: true });
    try {
      await promise;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", end);
    }
  }

  keep<T>(place: string, make: () => T): T {
    const { records } = this.#house;
    const key = this.#key(place);
    const known = records.journal.get(key);
    if (known) return known.output as T;
    const output = make();
    void records.commit(() => records.journal.put(key, { output }));
    return output;
  }

  token(place: string): string {
    return this.#house.tokens.of(this.#key(place));
  }

  #key(place: string): string {
    return `${this.#execution.arn} ${place}`;
  }

  mapRun(start: MapRunStart): MapRun {
    const id = this.keep(`${start.place} map run`, () => crypto.randomUUID());
    return this.#house.mapRuns.begin(this.#execution, start, id);
  }

  child(run: MapRun, input: unknown): Surroundings {
    return childOf(this, run, input);
  }

  async call(service: string, operation: string, input: object): Promise<Record<string, unknown>> {
    const { principal } = await this.#session(undefined);
    try {
      return await this.#house.cloud.request(service, operation, input, principal);
    } catch (error) {
      const { name, message } = error as Error;
      throw new StateError(`${service.toUpperCase()}.${name}`, message);
    }
  }
}

/** @throws Aborted as soon as nobody waits for it any more. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new Aborted();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const end = () => reject(new Aborted());
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

const failed = ({ error, cause }: StateError): Outcome => ({
  error: { ...(error !== undefined && { name: error }), ...(cause !== undefined && { message: cause }) },
});

function unwrap({ output, error }: Outcome): unknown {
  if (error) throw new StateError(error.name, error.message);
  return output;
}
