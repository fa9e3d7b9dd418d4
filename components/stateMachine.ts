import { StateMachine } from "@pulumi/aws/sfn";
import { type Input, interpolate, jsonStringify, type Resource } from "@pulumi/pulumi";
import type { Machine } from "./asl.ts";
import { createExecutionRole } from "./function/executionRole.ts";
import type { Statement } from "./function/statement.ts";
import { createServiceLogs } from "./logGroup.ts";
import { stackWide } from "./naming.ts";

export interface StateMachineArgs {
  /**
   * What it does, in Amazon States Language: `components/asl.ts` has its types, and functions that build it.
   * @example { StartAt: "Done", States: { Done: succeed() } }
   */
  definition: Input<Machine>;
  /**
   * What its states may do: exactly the calls that they make.
   * @default []
   * @example functionBinding(report).statements
   */
  statements?: Statement[];
  /**
   * EXPRESS is for many short executions: at most five minutes, no task tokens.
   * @default "STANDARD"
   */
  type?: "STANDARD" | "EXPRESS";
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: number | undefined;
}

/**
 * A state machine as the platform's rules ask for: traced, each event in a log group of its own without the data (which may
 * hold task tokens: whoever reads logs could answer), and with a role that may do what the statements say.
 *
 * @example createStateMachine("nightly", { definition, statements: functionBinding(report).statements });
 */
export function createStateMachine(name: string, args: StateMachineArgs, parent?: Resource): StateMachine {
  const { definition, statements = [], type = "STANDARD", logRetention } = args;
  const logGroup = createServiceLogs(
    name,
    // CloudWatch's own prefix for such groups: their resource policy would outgrow its limit otherwise.
    { name: `/aws/vendedlogs/states/${stackWide(name)}`, retention: logRetention },
    parent,
  );
  const role = createExecutionRole(name, "states.amazonaws.com", [...statements, logDelivery], parent);
  return new StateMachine(
    name,
    {
      definition: jsonStringify(definition),
      roleArn: role.role.arn,
      type,
      loggingConfiguration: {
        level: "ALL",
        includeExecutionData: false,
        logDestination: interpolate`${logGroup.arn}:*`,
      },
      tracingConfiguration: { enabled: true },
    },
    { parent, dependsOn: [role.policy] },
  );
}

/** Log delivery and tracing have no resource. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const logDelivery: Statement = {
  Effect: "Allow",
  Action: [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
  ],
  Resource: ["*"],
};
