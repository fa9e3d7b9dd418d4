import type { Execution } from "./records.ts";

/** An execution as DescribeExecution answers, in the words of a task's output. @param parsed its data as values, not as texts. */
export function describedExecution(execution: Execution, parsed: boolean): Record<string, unknown> {
  const { arn, machineArn, name, status, input, output, error, cause, started, stopped } = execution;
  const data = (text: string) => (parsed ? JSON.parse(text) : text);
  return {
    ExecutionArn: arn,
    Input: data(input),
    InputDetails: { Included: true },
    Name: name,
    ...(output !== undefined && { Output: data(output), OutputDetails: { Included: true } }),
    ...(error !== undefined && { Error: error }),
    ...(cause !== undefined && { Cause: cause }),
    StartDate: started,
    StateMachineArn: machineArn,
    Status: status,
    StopDate: stopped,
  };
}
