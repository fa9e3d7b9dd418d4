import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import type { StateMachine } from "@pulumi/aws/sfn";
import type { Topic } from "@pulumi/aws/sns";
import type { Queue } from "@pulumi/aws/sqs";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { createApproval } from "./archiver/approval.ts";
import { type ArchiverWorkflowArgs, defaultHandlers } from "./archiver/args.ts";
import { createBuckets, defaultActions } from "./archiver/files.ts";
import { createAct, createGatherInfo } from "./archiver/functions.ts";
import { createMachine, standardTimeout } from "./archiver/machine.ts";
import { grantAnswers } from "./archiver/mail.ts";
import { observedOf } from "./archiver/observed.ts";
import { archiverRules } from "./archiver/validate.ts";
import { createDrops, createReconciler, createSchedule, createStoppedRecorder } from "./archiver/watch.ts";
import type { CodeFunction } from "./codeFunction.ts";
import type { Observed } from "./observability/args.ts";
import { createTable } from "./table.ts";
import { validate } from "./validation.ts";

export type { ApprovalArgs, ArchiverWorkflowArgs, SesArgs } from "./archiver/args.ts";
export type { ExistingBuckets, Policy, StorageClassName } from "./archiver/files.ts";
export type { Outcome } from "./archiver/stateMachine.ts";

/**
 * Archives files by their quality and a human's decision: a file drop starts a state machine, which reads the file, may
 * ask, acts, and leaves exactly one record, whatever happens.
 *
 * @example
 * const archiver = new ArchiverWorkflow("archiver");
 * export const dropBucketName = archiver.buckets.drop.bucket;
 *
 * @example
 * new ArchiverWorkflow("granules", { approval: { mode: "both", approvers: ["anna@example.org"], drops: true } });
 *
 * @example
 * new ArchiverWorkflow("granules", { qualityThreshold: 70, approval: { mode: "queue", timeout: 3_600 }, storageClass: "DEEP_ARCHIVE" });
 */
export class ArchiverWorkflow extends ComponentResource {
  readonly stateMachine: StateMachine;
  /** The machine without approval, for callers that wait for their answer; only with `express`. */
  readonly expressStateMachine: StateMachine | undefined;
  /** One record for each execution. */
  readonly table: Table;
  /** Who reads it may decide: its messages hold task tokens. Only with mode `queue` or `both`. */
  readonly approvalQueue: Queue | undefined;
  /** What approvers are subscribed to. Only with mode `email` or `both`, and without SES. */
  readonly approvalTopic: Topic | undefined;
  /** URL of the API with the page that approvers are led to. Only with mode `email` or `both`. */
  readonly approvalUrl: Output<string> | undefined;
  readonly buckets: { drop: Bucket; archive: Bucket; quarantine: Bucket };
  /** By what they do. */
  readonly functions: Record<"gatherInfo" | "act" | "startDrop" | "recordStopped" | "reconcile", CodeFunction> &
    Partial<Record<"askApprovers" | "approvalPage", CodeFunction>>;
  /** For `Observability`. */
  readonly observed: Observed;

  constructor(name: string, args: ArchiverWorkflowArgs = {}, opts?: ComponentResourceOptions) {
    validate(`ArchiverWorkflow "${name}"`, archiverRules(name, args));
    super("dsp:index:ArchiverWorkflow", name, {}, opts);
    const { approval = {}, schedule, express, logRetention } = args;
    const handlers = { ...defaultHandlers, ...args.handlers };

    this.buckets = createBuckets(name, args.buckets ?? {}, this);
    this.table = args.table ?? createRecordTable(name, this);
    const asked = createApproval(name, { ...approval, handlers, logRetention }, this);
    this.approvalQueue = asked?.questions?.queue;
    this.approvalTopic = asked?.mail?.topic;
    this.approvalUrl = asked?.mail?.api.url;

    const files = {
      handlers,
      buckets: this.buckets,
      actions: { ...defaultActions, ...args.actions },
      storageClass: args.storageClass ?? ("GLACIER_IR" as const),
      qualityFunction: args.qualityFunction,
      logRetention,
    };
    const gatherInfo = createGatherInfo(name, files, this);
    const act = createAct(name, files, this);
    const parts = { gatherInfo, act, table: this.table, qualityThreshold: args.qualityThreshold ?? 50, logRetention };
    this.stateMachine = createMachine(
      `${name}-ArchiverStateMachine`,
      { ...parts, type: "STANDARD", approval: asked },
      this,
    );
    if (asked?.mail) grantAnswers(name, asked.mail, this.stateMachine, this);
    this.expressStateMachine = express
      ? createMachine(`${name}-ArchiverExpress`, { ...parts, type: "EXPRESS", approval: undefined }, this)
      : undefined;

    const watch = { handlers, machine: this.stateMachine, table: this.table, buckets: this.buckets, logRetention };
    const startDrop = createDrops(name, { ...watch, needApproval: approval.drops ?? false }, this);
    const recordStopped = createStoppedRecorder(name, watch, this);
    const reconcile = createReconciler(name, { ...watch, longestExecution: standardTimeout(asked?.timeout) }, this);
    if (schedule) createSchedule(name, schedule, this.stateMachine, this);

    const mail = asked?.mail && { askApprovers: asked.mail.ask, approvalPage: asked.mail.page };
    this.functions = { gatherInfo, act, startDrop, recordStopped, reconcile, ...mail };
    this.observed = observedOf(name, this, asked);
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn, tableName: this.table.name });
  }
}

const createRecordTable = (name: string, parent: ArchiverWorkflow): Table =>
  createTable(`${name}-ArchiveTable`, { hashKey: "Id", attributes: [{ name: "Id", type: "S" }] }, parent);
