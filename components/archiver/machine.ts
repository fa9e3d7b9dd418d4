import type { Table } from "@pulumi/aws/dynamodb";
import type { StateMachine } from "@pulumi/aws/sfn";
import { all, type Resource } from "@pulumi/pulumi";
import type { CodeFunction } from "../codeFunction.ts";
import type { Statement } from "../function/statement.ts";
import { createStateMachine } from "../stateMachine.ts";
import type { Approval } from "./approval.ts";
import { fileTimeout } from "./functions.ts";
import { archiverDefinition } from "./stateMachine.ts";

interface MachineArgs {
  /** EXPRESS knows no task token: approval is not offered. */
  type: "STANDARD" | "EXPRESS";
  gatherInfo: CodeFunction;
  act: CodeFunction;
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
  const { type, gatherInfo, act, table, qualityThreshold, logRetention } = args;
  const express = type === "EXPRESS";
  const approval = express ? undefined : args.approval;
  const parts = all([gatherInfo.arn, act.arn, table.name, approval?.mail?.ask.arn, approval?.questions?.queue.url]);
  const definition = parts.apply(([gatherInfoArn, actArn, tableName, askFunction, queueUrl]) =>
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
  );
  const statements = calls({ ...args, approval });
  return createStateMachine(name, { definition, statements, type, logRetention }, parent);
}

/** A task has one token: where there are mails, their function tells the queue, too. */
const asking = (askFunction: string | undefined, queueUrl: string | undefined) =>
  askFunction ? { askFunction } : { queueUrl: queueUrl ?? "" };

/** What the machine's states call. */
const calls = ({ gatherInfo, act, table, approval }: MachineArgs): Statement[] => [
  {
    Effect: "Allow",
    Action: ["lambda:InvokeFunction"],
    Resource: [gatherInfo.arn, act.arn, ...(approval?.mail ? [approval.mail.ask.arn] : [])],
  },
  { Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [table.arn] },
  ...(approval?.questions && !approval.mail
    ? [{ Effect: "Allow" as const, Action: ["sqs:SendMessage"], Resource: [approval.questions.queue.arn] }]
    : []),
];
