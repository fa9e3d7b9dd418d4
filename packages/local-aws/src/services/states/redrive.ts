/** Runs what failed once more, and nothing else. https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { Execution, Records } from "./records.ts";
import type { Runner } from "./runner.ts";
import { redrivablePeriod } from "./unfinished.ts";

/** Events of a history. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostEvents = 25_000;
/** How long a client's token stands for the redrive that it made, in milliseconds. */
const tokenPeriod = 15 * 60_000;

/** Why an execution cannot be redriven, in AWS's words; undefined when it can be. */
export function notRedrivable(execution: Execution, records: Records): string | undefined {
  const { type, status, stopped = 0, arn } = execution;
  if (type === "EXPRESS") return "Execution is EXPRESS and cannot be redriven";
  if (status === "RUNNING" || status === "SUCCEEDED") return `Execution is ${status} and cannot be redriven`;
  if (Date.now() - stopped > redrivablePeriod) return "Execution redrivable period exceeded";
  return records.eventsOf(arn).length >= mostEvents ? "Execution history event limit exceeded" : undefined;
}

/** An execution's redrives, as it is described. */
export function describedRedrives(execution: Execution, records: Records) {
  const { redrives = [] } = execution;
  const reason = notRedrivable(execution, records);
  return {
    redriveCount: redrives.length,
    redriveDate: redrives.length > 0 ? new Date(redrives.at(-1)!.at) : undefined,
    redriveStatus: reason === undefined ? ("REDRIVABLE" as const) : ("NOT_REDRIVABLE" as const),
    redriveStatusReason: reason,
  };
}

/** RedriveExecution. @param found the execution of an ARN. */
export function redriveOperation(
  records: Records,
  runner: Runner,
  found: (arn: string) => Execution,
): Pick<Operations<"states">, "RedriveExecution"> {
  return {
    RedriveExecution: {
      access: ({ executionArn }) => [{ action: "states:RedriveExecution", resource: executionArn }],
      run({ executionArn, clientToken }) {
        const { unfinished = [], redrives = [], ...execution } = found(executionArn);
        const before = redrives.findLast((one) => clientToken !== undefined && one.clientToken === clientToken);
        if (before && Date.now() - before.at < tokenPeriod) return { redriveDate: new Date(before.at) };
        const reason = notRedrivable(execution, records);
        if (reason !== undefined) throw new AwsError("ExecutionNotRedrivable", reason);
        const events = records.eventsOf(executionArn);
        for (const { place } of unfinished) records.forgetJournal(executionArn, place);
        const at = Date.now();
        const again = unfinished.map(({ enteredId }) => enteredId);
        const redrive = { at, last: events.at(-1)?.id ?? 0, again, ...(clientToken !== undefined && { clientToken }) };
        const { stopped: _, output: __, error: ___, cause: ____, ...rest } = execution;
        const redriven: Execution = { ...rest, status: "RUNNING", redrives: [...redrives, redrive] };
        records.executions.put(executionArn, redriven);
        void runner.start(redriven, events);
        return { redriveDate: new Date(at) };
      },
    },
  };
}
