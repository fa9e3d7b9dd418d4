import type { Table } from "@pulumi/aws/dynamodb";
import { StateMachine } from "@pulumi/aws/sfn";
import { all, interpolate, type Resource } from "@pulumi/pulumi";
import { createExecutionRole, type ExecutionRole } from "../function/executionRole.ts";
import type { Statement } from "../function/statement.ts";
import { createLogGroup } from "../logGroup.ts";
import { stackWide } from "../naming.ts";
import type { NodeFunction } from "../nodeFunction.ts";
import type { Approval } from "./approval.ts";
import { fileTimeout } from "./functions.ts";
import { archiverDefinition } from "./stateMachine.ts";

interface MachineArgs {
  /** EXPRESS knows no task token: approval is not offered. */
  type: "STANDARD" | "EXPRESS";
  gatherInfo: NodeFunction;
  act: NodeFunction;
  table: Table;
  qualityThreshold: number;
  approval: Approval | undefined;
  logRetention: number | undefined;
}

/** Seconds that Express allows. https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html */
const expressTimeout = 300;

/** The machine that may wait for a human: all that its files, and its answer, may take. */
export const standardTimeout = (approvalTimeout = 0): number => approvalTimeout + 4 * fileTimeout;

export function createMachine(name: string, args: MachineArgs, parent: Resource): StateMachine {
  const { type } = args;
  const approval = type === "STANDARD" ? args.approval : undefined;
  const logGroup = createLogGroup(
    `${name}-logs`,
    // CloudWatch's own prefix for such groups: their resource policy would outgrow its limit otherwise.
    { name: `/aws/vendedlogs/states/${stackWide(name)}`, retention: args.logRetention },
    parent,
  );
  const role = createMachineRole(name, { ...args, approval }, parent);
  const { gatherInfo, act, table, qualityThreshold } = args;
  const express = type === "EXPRESS";
  const definition = all([gatherInfo.arn, act.arn, table.name, approval?.mail?.ask.arn, approval?.queue?.url]).apply(
    ([gatherInfoArn, actArn, tableName, askFunction, queueUrl]) =>
      JSON.stringify(
        archiverDefinition({
          gatherInfo: gatherInfoArn,
          act: actArn,
          table: tableName,
          qualityThreshold,
          express,
          fileTimeout: express ? expressTimeout - 30 : fileTimeout,
          timeout: express ? expressTimeout : standardTimeout(approval?.timeout),
          ...(approval && { approval: { timeout: approval.timeout, ...asking(askFunction, queueUrl) } }),
        }),
      ),
  );
  return new StateMachine(
    name,
    {
      definition,
      roleArn: role.role.arn,
      type,
      // Execution data holds task tokens: who reads logs could decide.
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

/** A task has one token: where there are mails, their function tells the queue, too. */
const asking = (askFunction: string | undefined, queueUrl: string | undefined) =>
  askFunction ? { askFunction } : { queueUrl: queueUrl ?? "" };

function createMachineRole(
  name: string,
  { gatherInfo, act, table, approval }: MachineArgs,
  parent: Resource,
): ExecutionRole {
  const statements: Statement[] = [
    {
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: [gatherInfo.arn, act.arn, ...(approval?.mail ? [approval.mail.ask.arn] : [])],
    },
    { Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [table.arn] },
    ...(approval?.queue && !approval.mail
      ? [{ Effect: "Allow" as const, Action: ["sqs:SendMessage"], Resource: [approval.queue.arn] }]
      : []),
    // Log delivery and tracing have no resource. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    {
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
    },
  ];
  return createExecutionRole(name, "states.amazonaws.com", statements, parent);
}
