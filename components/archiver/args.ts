import type { Table } from "@pulumi/aws/dynamodb";
import type { Input } from "@pulumi/pulumi";
import type { Throttling } from "../apiWithLambdas.ts";
import type { CodeFunction } from "../codeFunction.ts";
import type { ExistingBuckets, Policy, StorageClassName } from "./files.ts";
import type { Outcome } from "./stateMachine.ts";

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
   * Judges files without labels for their quality: is given `{id, file, labels}`, answers `{quality, archive?}`.
   * @default none: an empty file has quality 0, any other 100
   */
  qualityFunction?: CodeFunction;
  /**
   * An expression of EventBridge at whose times the machine is started with a simulated file.
   * @default none
   * @example "rate(1 hour)"
   */
  schedule?: string;
  /**
   * Whether there is also an Express machine, for callers that need no approval. Nobody is notified when its executions
   * are stopped or time out.
   * @default false
   */
  express?: boolean;
  /**
   * A table for the records, with key `Id` (S).
   * @default a new one
   */
  table?: Table;
  /**
   * Buckets that exist already.
   * @default new ones
   */
  buckets?: ExistingBuckets;
  /**
   * Files of handlers that take the place of the platform's own, in TypeScript or Python, each by the name of its function.
   * @default `handlers/archiver/NAME.ts`
   * @example { gatherInfo: "handlers/granules/gatherInfo.ts" }
   */
  handlers?: Partial<ArchiverHandlers>;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: number;
}

/** The files of the archiver's functions, relative to the program. */
export const defaultHandlers = {
  gatherInfo: "handlers/archiver/gatherInfo.ts",
  act: "handlers/archiver/act.ts",
  startDrop: "handlers/archiver/startDrop.ts",
  recordStopped: "handlers/archiver/recordStopped.ts",
  reconcile: "handlers/archiver/reconcile.ts",
  askApprovers: "handlers/archiver/askApprovers.ts",
  approvalPage: "handlers/archiver/answerApproval.ts",
};

export type ArchiverHandlers = Record<keyof typeof defaultHandlers, string>;

export const modes = ["queue", "email", "both", "none"] as const;

/** How a human is asked, and for how long. */
export interface ApprovalArgs {
  /**
   * `queue`: messages with the task token, for whoever may read them. `email`: each approver gets a mail with a personal
   * link to a page that decides. `both`: whichever answers first. `none`: nobody is asked, and an execution that asks for
   * approval fails.
   * @default "queue"
   */
  mode?: (typeof modes)[number];
  /**
   * Who is asked by mail: addresses. Each must confirm a subscription first, about which SNS sends a mail.
   * @default none
   * @example ["anna@example.org"]
   */
  approvers?: string[];
  /**
   * Mails by SES instead of SNS: nobody has to confirm, and the sender is an address of yours.
   * @default none: SNS
   */
  ses?: SesArgs;
  /**
   * Seconds that an answer is waited for, 60 to 1,209,600.
   * @default 86400
   */
  timeout?: number;
  /**
   * Whether dropped files need approval; an execution that is started otherwise says so itself.
   * @default false
   */
  drops?: boolean;
  /**
   * Limits of the page on which approvers decide: requests that each of its routes answers.
   * @default { rate: 50, burst: 100 }
   */
  throttling?: Throttling;
  /**
   * Invocations at one time that the page has for itself, and no more. It takes them from the account, which must keep 100
   * unreserved.
   * @default -1: unreserved
   */
  reservedConcurrency?: Input<number>;
}

export interface SesArgs {
  /** Whom the mails are from: an address of the identity. */
  from: string;
  /** ARN of an identity that SES has verified. */
  identityArn: Input<string>;
}
