/** An execution's history as what happened in each state. */
import type { Output } from "local-aws/service";

export type HistoryEvent = NonNullable<Output<"states", "GetExecutionHistory">["events"]>[number];

/** A state that was entered. */
export interface Visit {
  /** Of the event. */
  id: number;
  name: string;
  input: string;
  output?: string;
  entered: number;
  left?: number;
  /** How often its task was tried. */
  attempts: number;
  /** Whether the last that was tried failed; the state may have gone on after it. */
  failing: boolean;
  /** The last failure of a task. */
  error?: string;
  cause?: string;
  /** The state, or container, that it came from. */
  from?: string;
}

export type Outcome = "good" | "bad" | "busy" | "warn";

/** What went wrong, wherever an event keeps it. */
function failureOf(event: HistoryEvent): { error?: string; cause?: string } | undefined {
  if (!/(Failed|TimedOut|Aborted)$/.test(event.type ?? "")) return undefined;
  const details = Object.entries(event).find(([name]) => name.endsWith("EventDetails"))?.[1] as
    | { error?: string; cause?: string }
    | undefined;
  return details ?? {};
}

/** In the order in which they were entered. */
export function visitsOf(events: HistoryEvent[]): Visit[] {
  const byId = new Map(events.map((event) => [event.id as number, event]));
  const visits = new Map<number, Visit>();
  /** The visit that an event belongs to: of the last state that was entered before it and not left. */
  const visitOf = (event: HistoryEvent, name?: string): Visit | undefined => {
    for (let one: HistoryEvent | undefined = event; one; one = byId.get(one.previousEventId ?? 0)) {
      const visit = visits.get(one.id as number);
      if (visit && (name === undefined ? visit.left === undefined : visit.name === name)) return visit;
    }
    return undefined;
  };
  for (const event of events) {
    const { id = 0, type = "", timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } = event;
    const at = timestamp?.getTime() ?? 0;
    if (entered) {
      const from = cameFrom(event, byId);
      visits.set(id, {
        id,
        name: entered.name as string,
        input: entered.input ?? "",
        entered: at,
        attempts: 0,
        failing: false,
        ...(from !== undefined && { from }),
      });
    } else if (exited) {
      const visit = visitOf(event, exited.name);
      if (visit) Object.assign(visit, { output: exited.output ?? "", left: at });
    } else {
      const visit = visitOf(event);
      if (!visit) continue;
      if (/^(Task|LambdaFunction|Activity)Scheduled$/.test(type)) visit.attempts += 1;
      if (/(Scheduled|Succeeded)$/.test(type)) visit.failing = false;
      const failure = failureOf(event);
      if (failure && !type.startsWith("Execution")) Object.assign(visit, failure, { failing: true });
    }
  }
  return [...visits.values()];
}

/** Back to the state that was left before, or to the Map or Parallel state that this one begins in. */
function cameFrom(event: HistoryEvent, byId: Map<number, HistoryEvent>): string | undefined {
  for (let one = byId.get(event.previousEventId ?? 0); one; one = byId.get(one.previousEventId ?? 0)) {
    const name =
      one.stateExitedEventDetails?.name ??
      one.stateEnteredEventDetails?.name ??
      one.mapIterationStartedEventDetails?.name;
    if (name) return name;
  }
  return undefined;
}

/** How a state went, of all its visits. @param status of the execution. */
export function outcomeOf(visits: Visit[], status: string): Outcome | undefined {
  if (visits.length === 0) return undefined;
  const open = visits.filter(({ left }) => left === undefined);
  if (open.length > 0) return status === "RUNNING" ? "busy" : status === "ABORTED" ? "warn" : "bad";
  // It failed, and what caught that went on.
  return visits.some(({ failing }) => failing) ? "warn" : "good";
}
