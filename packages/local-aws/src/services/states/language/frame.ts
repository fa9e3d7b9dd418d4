/** Where a state runs: its execution, its branch or iteration, its place in the history. */
import type { States } from "./definition.ts";
import type { StateError } from "./failure.ts";
import type { Integration } from "./resource.ts";
import type { Variables } from "./scope.ts";

/** What came before the next event: branches and iterations each have their own. */
export interface Chain {
  last: number;
}

/** Details of an event by AWS's name, as `{ taskScheduledEventDetails: {...} }`. */
export type Details = Record<string, unknown>;

/** A task that is to be done. */
export interface Work {
  integration: Integration;
  /** `Resource` as it is written. */
  resource: string;
  /** Effective input. */
  input: unknown;
  /** Seconds; `undefined` where the state sets none. */
  timeout: number | undefined;
  heartbeat: number | undefined;
  /** Role that is taken instead of the machine's. */
  credentials: string | undefined;
  /** Where in the execution: its place in the journal. */
  place: string;
  signal: AbortSignal;
  /** Called with the answer to what was asked, when the task goes on from there. */
  submitted(output: unknown): void;
  /** Called when an activity's worker has taken it. */
  taken(worker: string | undefined): void;
}

/** A state that is tried alone, by TestState. */
export interface Trial {
  /** The whole context object, where one is given. */
  readonly context?: Record<string, unknown>;
  /** How often it has been retried before. */
  readonly retried: number;
  /** Result of a Map or Parallel state, which are not run. @throws StateError */
  results?(running: { valueOf(field: string): Promise<unknown> }): Promise<unknown>;
  /** Told how the state's data change on their way. */
  inspect(stage: string, value: unknown): void;
  /** Told which retrier takes the failure, and after how many seconds: none when it does so no more. */
  retries(index: number, delay: number | undefined): void;
  /** Told which catcher takes the failure. */
  caughtBy(index: number, failure: StateError): void;
}

/** What the interpreter needs of its surroundings. */
export interface Surroundings {
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: { Execution: Record<string, unknown>; StateMachine: Record<string, unknown> };
  /**
   * Writes an event.
   * @param passing whether the next one still comes after the one before. @returns its number.
   */
  add(type: string, details: Details, chain: Chain, passing?: boolean): number;
  /** A state begins. @param enteredId number of its event; none where nobody reads the history. */
  enter(place: string, enteredId: number | undefined): void;
  /** A state has its outcome; one that fails or is aborted has none. */
  leave(place: string): void;
  /** Does a task, or tells how it went before a restart. @throws StateError, Aborted */
  perform(work: Work): Promise<unknown>;
  hasActivity(arn: string): boolean;
  /** Whether the execution itself has ended. */
  readonly over: boolean;
  readonly region: string;
  /** Waits until a time, in milliseconds since 1970. @throws Aborted */
  waitUntil(time: number, signal: AbortSignal): Promise<void>;
  /** A value that stays the same over a restart. */
  keep<T>(place: string, make: () => T): T;
  /** A task's token: one for each place. */
  token(place: string): string;
  /** Begins the map run of a distributed Map. */
  mapRun(start: MapRunStart): MapRun;
  /** What a child execution of a map run is surrounded by: a history of its own. */
  child(run: MapRun, input: unknown): Surroundings;
  /** Calls a service as the machine. @throws StateError */
  call(service: string, operation: string, input: object): Promise<Record<string, unknown>>;
  /** Only where a state is tried alone. */
  readonly trial?: Trial;
}

/** How many child executions a map run may have at a time, and how many may fail. */
export interface MapRunSettings {
  /** 0 for as many as AWS allows. */
  maxConcurrency: number;
  toleratedFailureCount: number;
  /** 0 to 100. */
  toleratedFailurePercentage: number;
}

export interface MapRunStart extends MapRunSettings {
  /** `Label` of the state, as it stands in ARNs. */
  label: string | undefined;
  /** For what is kept over a restart. */
  place: string;
}

export type ChildStatus = "succeeded" | "failed" | "aborted" | "timedOut";

export interface MapRun {
  readonly arn: string;
  /** How often it has gone on after its end. */
  readonly redrives: number;
  /** As UpdateMapRun may have changed them. */
  readonly settings: MapRunSettings;
  /** @param items how many each child execution has. */
  begin(items: number[]): void;
  started(items: number): void;
  ended(status: ChildStatus, items: number): void;
  /** @param written how many results are written. */
  end(status: "SUCCEEDED" | "FAILED" | "ABORTED", written: number): void;
}

export interface Frame {
  readonly surroundings: Surroundings;
  /** Of the states around it, for what is kept over a restart. */
  readonly place: string;
  readonly chain: Chain;
  readonly variables: Variables;
  /** `Map` of the context object. */
  readonly map?: { Item: Record<string, unknown> };
  readonly signal: AbortSignal;
  readonly language: "JSONPath" | "JSONata";
  /** Runs states within this one. */
  run(states: States, input: unknown, frame: Frame): Promise<unknown>;
}
