/**
 * Executions in traces: those of machines that trace, where the request is sampled: by who started them, or as of a second's first.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
 */
import { randomBytes } from "node:crypto";
import { putSegment, readTrace, Sampler, segmentId, traceBelow, traceHeader } from "../../kit/trace.ts";
import type { Call, Cloud } from "../../service.ts";
import type { Execution } from "./records.ts";

const sampler = new Sampler();

/** What a new execution knows of its trace; nothing where it is not sampled. */
export function executionTrace(call: Pick<Call, "trace" | "segment">): Pick<Execution, "trace"> {
  const given = readTrace(traceBelow(call));
  if (!(given?.sampled ?? sampler.decide())) return {};
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const root = given?.root ?? `1-${seconds}-${randomBytes(12).toString("hex")}`;
  const header = traceHeader({ root, parent: segmentId(), sampled: true });
  return { trace: { header, ...(given?.parent !== undefined && { parent: given.parent }) } };
}

/** Tells of an execution that has ended. */
export function writeExecution(cloud: Pick<Cloud, "request">, execution: Execution): void {
  const { trace, arn, machineArn, started, status, redrives } = execution;
  const own = readTrace(trace?.header);
  if (!trace || !own) return;
  putSegment(
    cloud,
    { ...own, parent: trace.parent },
    {
      id: own.parent as string,
      name: machineArn.split(":")[6] as string,
      origin: "AWS::StepFunctions::StateMachine",
      started,
      fault: status === "FAILED" || status === "TIMED_OUT",
      more: {
        resource_arn: machineArn,
        aws: { execution_arn: arn, ...(redrives?.length && { redrive_count: redrives.length }) },
      },
    },
  );
}
