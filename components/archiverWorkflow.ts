import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import type { StateMachine } from "@pulumi/aws/sfn";
import type { Topic } from "@pulumi/aws/sns";
import type { Queue } from "@pulumi/aws/sqs";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { type ApprovalArgs, createApproval } from "./archiver/approval.ts";
import type { Outcome } from "./archiver/definition.ts";
import {
  createBuckets,
  defaultActions,
  type ExistingBuckets,
  type Policy,
  type StorageClassName,
} from "./archiver/files.ts";
import { createAct, createGatherInfo } from "./archiver/functions.ts";
import { createMachine, standardTimeout } from "./archiver/machine.ts";
import { grantAnswers } from "./archiver/mail.ts";
import { archiverRules } from "./archiver/validate.ts";
import { createDrops, createReconciler, createSchedule, createStoppedRecorder } from "./archiver/watch.ts";
import type { NodeFunction } from "./nodeFunction.ts";
import { createTable } from "./table.ts";
import { validate } from "./validation.ts";

export type { ApprovalArgs, SesArgs } from "./archiver/approval.ts";
export type { Outcome } from "./archiver/definition.ts";
export type { ExistingBuckets, Policy, StorageClassName } from "./archiver/files.ts";

export interface ArchiverWorkflowArgs {
  /**
   * Quality from which a file is archived, 0 to 100.
   * @default 50
   */
  qualityThreshold?: number;
  /**
   * How a human is asked.
   * @default { mode: "queue" }
   */
  approval?: ApprovalArgs;
  /**
   * What is done with a file, by outcome; `move` and `copy` of any but Archived lead to quarantine.
   * @default { Archived: "move", Quality_Fail: "move", Unarchivable: "leave", Rejected: "leave", Expired: "leave" }
   */
  actions?: Partial<Record<Outcome, Policy>>;
  /**
   * Storage class of archived files.
   * @default "GLACIER_IR"
   */
  storageClass?: StorageClassName;
  /**
   * Judges files that say nothing of their quality: is given `{id, file, labels}`, answers `{quality, archive?}`.
   * @default none: an empty file has quality 0, any other 100
   */
  qualityFunction?: NodeFunction;
  /**
   * An expression of EventBridge at whose times the machine is started with a simulated file.
   * @default none
   * @example "rate(1 hour)"
   */
  schedule?: string;
  /**
   * Whether there is an Express machine besides, for callers that need no approval. What becomes of its executions when
   * they are stopped or time out, nobody is told.
   * @default false
   */
  express?: boolean;
  /**
   * A table for the records, with key `Id` (S).
   * @default one of its own
   */
  table?: Table;
  /**
   * Buckets that exist already.
   * @default own ones
   */
  buckets?: ExistingBuckets;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: number;
}

/**
 * Archives files by their quality and by a human's word: a file drop starts a state machine, which reads the file, may
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
  readonly functions: Record<"gatherInfo" | "act" | "startDrop" | "recordStopped" | "reconcile", NodeFunction> &
    Partial<Record<"askApprovers" | "approvalPage", NodeFunction>>;

  constructor(name: string, args: ArchiverWorkflowArgs = {}, opts?: ComponentResourceOptions) {
    super("dsp:index:ArchiverWorkflow", name, validated(name, args), opts);
    const { approval = {}, schedule, express, logRetention } = args;

    this.buckets = createBuckets(name, args.buckets ?? {}, this);
    this.table = args.table ?? createRecordTable(name, this);
    const asked = createApproval(name, approval, logRetention, this);
    this.approvalQueue = asked?.queue;
    this.approvalTopic = asked?.mail?.topic;
    this.approvalUrl = asked?.mail?.api.url;

    const files = {
      buckets: this.buckets,
      actions: { ...defaultActions, ...args.actions },
      storageClass: args.storageClass ?? ("GLACIER_IR" as const),
      qualityFunction: args.qualityFunction,
      logRetention,
    };
    const gatherInfo = createGatherInfo(name, files, this);
    const act = createAct(name, files, this);
    const parts = { gatherInfo, act, table: this.table, qualityThreshold: args.qualityThreshold ?? 50, logRetention };
    this.stateMachine = createMachine(`${name}-ArchiverStateMachine`, "STANDARD", { ...parts, approval: asked }, this);
    if (asked?.mail) grantAnswers(name, asked.mail, this.stateMachine, this);
    this.expressStateMachine = express
      ? createMachine(`${name}-ArchiverExpress`, "EXPRESS", { ...parts, approval: undefined }, this)
      : undefined;

    const watch = { machine: this.stateMachine, table: this.table, buckets: this.buckets, logRetention };
    const startDrop = createDrops(name, watch, approval.drops ?? false, this);
    const recordStopped = createStoppedRecorder(name, watch, this);
    const reconcile = createReconciler(name, watch, standardTimeout(asked?.timeout), this);
    if (schedule) createSchedule(name, schedule, this.stateMachine, this);

    const mail = asked?.mail && { askApprovers: asked.mail.ask, approvalPage: asked.mail.page };
    this.functions = { gatherInfo, act, startDrop, recordStopped, reconcile, ...mail };
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn, tableName: this.table.name });
  }
}

function validated(name: string, args: ArchiverWorkflowArgs): object {
  validate(`ArchiverWorkflow "${name}"`, archiverRules(name, args));
  return {};
}

const createRecordTable = (name: string, parent: ArchiverWorkflow): Table =>
  createTable(`${name}-ArchiveTable`, { hashKey: "Id", attributes: [{ name: "Id", type: "S" }] }, parent);
