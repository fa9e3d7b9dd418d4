/** What happens during a run, as it happens: `npm start` prints it, tests read it. */
import type { Change } from "./changes.ts";
import type { Properties } from "./provider.ts";

export const operations = [
  "create",
  "update",
  "replace",
  "delete",
  /** The old one of a replacement. */
  "delete-replaced",
  "import",
  "read",
  /** Forgotten, and left as it is. */
  "discard",
  "same",
] as const;
export type Operation = (typeof operations)[number];

export type EngineEvent =
  | { kind: "start"; preview: boolean; stack: string }
  | ({ kind: "step"; operation: Operation; status: "started" } & Which)
  | StepEnd
  | { kind: "message"; urn: string | undefined; severity: "debug" | "info" | "warning" | "error"; text: string }
  | { kind: "end"; preview: boolean; ok: boolean; counts: Counts; seconds: number };

/** The resource that a step is about. */
export interface Which {
  urn: string;
  type: string;
  /** URN of its parent; none of the stack itself. */
  parent?: string;
}

export interface StepEnd extends Which {
  kind: "step";
  operation: Operation;
  status: "done" | "failed";
  seconds: number;
  /** Input properties that differ, for an update or a replacement. */
  changes: string[];
  /** What differs in them. */
  values?: Change[];
  error?: string;
}

export type Counts = Record<Operation, number>;

export interface RunResult {
  /** What the program exports, in the shape of `pulumi stack output --json`. */
  outputs: Properties;
  counts: Counts;
}

/** A mistake of the program's or of its configuration: one message for the user, no stack trace. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly urn: string | undefined;
  /** Where in the program: `index.ts:12`. */
  readonly position: string | undefined;

  constructor(message: string, urn?: string, position?: string) {
    super(message);
    this.urn = urn;
    this.position = position;
  }
}

/** A newer change took the place of one of which nothing had been touched. */
export class SupersededError extends EngineError {
  constructor() {
    super("a newer change has come before anything of this one was touched");
  }
}
