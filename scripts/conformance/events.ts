/**
 * What the engine of the CLI reports with `--json`, one event a line.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
 */
export interface EngineEvent {
  diagnosticEvent?: { urn?: string; message: string; severity: "debug" | "info" | "info#err" | "warning" | "error" };
  policyEvent?: { resourceUrn?: string; message: string; policyName: string; enforcementLevel: string };
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
}

interface StepMetadata {
  op: string;
  urn: string;
  /** By property path. */
  detailedDiff?: Record<string, { diffKind: string }> | null;
  /** Names of properties, where the provider gives no detailed one. */
  diffs?: string[] | null;
}

/** A resource that was not left as it was. */
export interface Change {
  /** `create`, `update`, `replace`, `delete`, … */
  op: string;
  urn: string;
  /** Paths of the properties that differ; empty where the CLI names none, as for a new resource. */
  properties: string[];
}

/** Steps that leave a resource as it is, or that belong to a replacement which is reported itself. */
const quiet = new Set(["same", "refresh", "read", "create-replacement", "delete-replaced", "discard-replaced"]);

/** Reads an operation's events as they come. */
export class Events {
  readonly changes: Change[] = [];
  readonly violations: string[] = [];
  readonly errors: string[] = [];

  take({ diagnosticEvent, policyEvent, resourcePreEvent, resOutputsEvent }: EngineEvent): void {
    if (resourcePreEvent) this.#step(resourcePreEvent.metadata);
    // What a refresh has found is known after it only.
    if (resOutputsEvent) this.#step(resOutputsEvent.metadata);
    if (policyEvent?.enforcementLevel === "mandatory") {
      this.violations.push(`${policyEvent.policyName}: ${policyEvent.message.trim()}`);
    }
    if (diagnosticEvent?.severity === "error") this.errors.push(diagnosticEvent.message.trim());
  }

  #step({ op, urn, detailedDiff, diffs }: StepMetadata): void {
    if (quiet.has(op) || this.changes.some((change) => change.urn === urn && change.op === op)) return;
    const properties = Object.keys(detailedDiff ?? {});
    this.changes.push({ op, urn, properties: properties.length > 0 ? properties : (diffs ?? []) });
  }
}

/** `aws:lambda/function:Function iris-read` of a URN. */
export function resourceOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

/** A change as a line: what, and which properties. */
export const describe = ({ op, urn, properties }: Change): string =>
  `${op} ${resourceOf(urn)}${properties.length > 0 ? `: ${properties.join(", ")}` : ""}`;
