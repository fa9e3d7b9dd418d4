import { putEvent } from "../../kit/putEvent.ts";
import type { Cloud } from "../../service.ts";
import type { Execution, Records } from "./records.ts";

/**
 * Tells EventBridge that an execution has ended; Express executions tell nobody.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function announce(cloud: Cloud, records: Records, execution: Execution): void {
  if (execution.type === "EXPRESS") {
    records.executions.delete(execution.arn);
    records.forgetHistory(execution.arn);
    return;
  }
  const { arn, machineArn, name, status, started, stopped, input, output, error, cause } = execution;
  const detail = {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: started,
    stopDate: stopped ?? null,
    input,
    output: output ?? null,
    error: error ?? null,
    cause: cause ?? null,
    inputDetails: { included: true },
    outputDetails: output === undefined ? null : { included: true },
  };
  const DetailType = "Step Functions Execution Status Change";
  putEvent(cloud, "states", { DetailType, Detail: detail, Resources: [arn], sourceArn: machineArn });
}
