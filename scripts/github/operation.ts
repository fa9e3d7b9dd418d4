/** What the CLI's event log says of an operation: `pulumi preview --event-log FILE`. */
import { type Change, type EngineEvent, Events, resourceOf } from "../conformance/events.ts";
import { Failure } from "../lib/failure.ts";

/** A resource that breaks a rule of the policy pack. */
export interface Violation {
  rule: string;
  /** `aws:s3/bucket:Bucket archiver-drop`; the stack itself where no resource is named. */
  resource: string;
  message: string;
  /** Whether it ends the operation; others are advice. */
  mandatory: boolean;
}

export interface Operation {
  changes: Change[];
  violations: Violation[];
  errors: string[];
}

/** @param log an event a line. @throws {Failure} naming the line that is none. */
export function readOperation(log: string): Operation {
  const events = new Events();
  const violations: Violation[] = [];
  for (const [index, line] of log.split("\n").entries()) {
    if (line.trim() === "") continue;
    const event = parse(line, index + 1);
    events.take(event);
    const { policyEvent } = event;
    if (!policyEvent || !["mandatory", "advisory"].includes(policyEvent.enforcementLevel)) continue;
    violations.push({
      rule: policyEvent.policyName,
      resource: policyEvent.resourceUrn ? resourceOf(policyEvent.resourceUrn) : "the stack",
      message: plain(policyEvent.message),
      mandatory: policyEvent.enforcementLevel === "mandatory",
    });
  }
  return { changes: events.changes, violations, errors: events.errors.map(plain) };
}

/** Without the CLI's marks for colours: `<{%fg 1%}>`. */
const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, "").trim();

function parse(line: string, number: number): EngineEvent {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    throw new Failure(
      `line ${number} of the event log is ${JSON.stringify(line.slice(0, 60))}; allowed is an event as JSON, as pulumi --event-log writes them`,
    );
  }
}
