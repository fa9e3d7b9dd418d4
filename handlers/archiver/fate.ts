import { GetExecutionHistoryCommand, type HistoryEvent } from "@aws-sdk/client-sfn";
import { sfn } from "./clients.ts";
import type { Decision, Question } from "./questions.ts";

/** What became of a question. */
export type Fate =
  | { kind: "open" }
  | { kind: "decided"; decision: Decision }
  /** Nobody said anything that counts: the task ran out of time, failed, or its execution was stopped. */
  | { kind: "closed"; why: "expired" | "stopped" | "failed"; at: string };

/**
 * Asks Step Functions, which alone knows of every answer: by link, by queue, by command line.
 * @param now milliseconds since 1970.
 */
export async function fateOf({ execution, decision, until }: Question, now = Date.now()): Promise<Fate> {
  if (decision) return { kind: "decided", decision };
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: execution, maxResults: 1_000, reverseOrder: true }),
  );
  // Newest first: of a task that was tried again, what came after its last try counts.
  const tried = events.findIndex((event) => isToken(event.taskScheduledEventDetails));
  const fate = events
    .slice(0, Math.max(0, tried))
    .map(endOf)
    .findLast((end) => end !== undefined);
  if (fate) return fate;
  return now > Date.parse(until) ? { kind: "closed", why: "expired", at: until } : { kind: "open" };
}

/** Whether it is about the one task that waits for a token. */
const isToken = (details?: { resource?: string | undefined }): boolean =>
  details?.resource?.endsWith(".waitForTaskToken") ?? false;

function endOf({ type, timestamp, ...event }: HistoryEvent): Fate | undefined {
  const at = (timestamp ?? new Date()).toISOString();
  switch (type) {
    case "TaskSucceeded":
      return isToken(event.taskSucceededEventDetails)
        ? answered(event.taskSucceededEventDetails?.output, at)
        : undefined;
    case "TaskFailed":
      return isToken(event.taskFailedEventDetails) ? { kind: "closed", why: "failed", at } : undefined;
    case "TaskTimedOut":
      return isToken(event.taskTimedOutEventDetails) ? { kind: "closed", why: "expired", at } : undefined;
    case "ExecutionAborted":
      return { kind: "closed", why: "stopped", at };
    case "ExecutionTimedOut":
      return { kind: "closed", why: "expired", at };
    default:
      return undefined;
  }
}

/** An answer that the state machine cannot use decides nothing. */
function answered(output: string | undefined, at: string): Fate {
  const { approved, approver, reason } = Object(JSON.parse(output || "null")) as Partial<Decision>;
  if (typeof approved !== "boolean") return { kind: "closed", why: "failed", at };
  return {
    kind: "decided",
    decision: { approved, approver: String(approver ?? ""), reason: String(reason ?? ""), at },
  };
}
