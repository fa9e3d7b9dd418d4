import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import type { StateMachine } from "@pulumi/aws/sfn";
import { interpolate, type Resource } from "@pulumi/pulumi";
import { CodeFunction } from "../codeFunction.ts";
import { stateMachineBinding } from "../function/bindings.ts";
import { createEventRule } from "../function/eventRule.ts";
import { createExecutionRole } from "../function/executionRole.ts";
import type { ArchiverHandlers } from "./args.ts";
import type { Buckets } from "./files.ts";
import { recordBinding } from "./functions.ts";

interface WatchArgs {
  handlers: ArchiverHandlers;
  machine: StateMachine;
  table: Table;
  buckets: Buckets;
  logRetention: number | undefined;
}

/** Every object that comes into the drop bucket starts an execution, told twice or not. */
export function createDrops(
  name: string,
  { handlers, machine, buckets, logRetention, needApproval }: WatchArgs & { needApproval: boolean },
  parent: Resource,
): CodeFunction {
  const starter = new CodeFunction(
    `${name}-startDrop`,
    {
      description: `Starts ${name} for a dropped file, once`,
      entry: handlers.startDrop,
      environment: { DROPS_NEED_APPROVAL: String(needApproval) },
      bindings: { STATE_MACHINE: stateMachineBinding(machine, ["StartExecution"]) },
      asynchronous: {},
      ...(logRetention && { logRetention }),
    },
    { parent },
  );
  createEventRule(
    `${name}-drops`,
    {
      eventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [buckets.drop.bucket] } },
      },
    },
    starter,
    parent,
  );
  return starter;
}

/** A machine's Catch sees neither StopExecution nor the machine's own timeout: a rule does. */
export function createStoppedRecorder(
  name: string,
  { handlers, machine, table, buckets, logRetention }: WatchArgs,
  parent: Resource,
): CodeFunction {
  const recorder = new CodeFunction(
    `${name}-recordStopped`,
    {
      description: `Records executions of ${name} that ended without a record`,
      entry: handlers.recordStopped,
      environment: { DROP_BUCKET: buckets.drop.bucket },
      bindings: { ARCHIVE_TABLE: recordBinding(table) },
      asynchronous: {},
      ...(logRetention && { logRetention }),
    },
    { parent },
  );
  createEventRule(
    `${name}-stopped`,
    {
      eventPattern: {
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"], stateMachineArn: [machine.arn] },
      },
    },
    recorder,
    parent,
  );
  return recorder;
}

/** Events may be lost: what is missing after all is found by a look at the executions. */
export function createReconciler(
  name: string,
  { handlers, machine, table, buckets, logRetention, longestExecution }: WatchArgs & { longestExecution: number },
  parent: Resource,
): CodeFunction {
  const executions = machine.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`);
  const reconciler = new CodeFunction(
    `${name}-reconcile`,
    {
      description: `Finds executions of ${name} without a record`,
      entry: handlers.reconcile,
      timeout: 300,
      environment: {
        DROP_BUCKET: buckets.drop.bucket,
        // A day more than an execution lasts: a reconciler that was down for a day loses nothing.
        LOOK_BACK_SECONDS: String(longestExecution + 86_400),
      },
      bindings: {
        ARCHIVE_TABLE: recordBinding(table),
        STATE_MACHINE: {
          value: machine.arn,
          statements: [
            { Effect: "Allow", Action: ["states:ListExecutions"], Resource: [machine.arn] },
            { Effect: "Allow", Action: ["states:DescribeExecution"], Resource: [executions] },
          ],
        },
      },
      asynchronous: { retries: 0 },
      ...(logRetention && { logRetention }),
    },
    { parent },
  );
  createEventRule(`${name}-reconciliation`, { schedule: "rate(15 minutes)" }, reconciler, parent);
  return reconciler;
}

/** Starts the machine on a schedule, without a file: simulated granules. */
export function createSchedule(name: string, schedule: string, machine: StateMachine, parent: Resource): void {
  const rule = new EventRule(`${name}-schedule`, { scheduleExpression: schedule }, { parent });
  const role = createExecutionRole(
    `${name}-schedule`,
    "events.amazonaws.com",
    [{ Effect: "Allow", Action: ["states:StartExecution"], Resource: [interpolate`${machine.arn}`] }],
    parent,
  );
  new EventTarget(
    `${name}-schedule-target`,
    { rule: rule.name, arn: machine.arn, roleArn: role.role.arn, input: "{}" },
    { parent, dependsOn: [role.policy] },
  );
}
