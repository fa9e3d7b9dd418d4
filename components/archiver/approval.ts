import type { Queue } from "@pulumi/aws/sqs";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import type { Throttling } from "../apiWithLambdas.ts";
import { createQueue } from "../queue.ts";
import { createMailApproval, type MailApproval } from "./mail.ts";

export const modes = ["queue", "email", "both", "none"] as const;

/** How a human is asked, and for how long. */
export interface ApprovalArgs {
  /**
   * `queue`: messages with the task token, for whoever may read them. `email`: each approver gets a mail with a link of his
   * own to a page that decides. `both`: whichever answers first. `none`: nobody is asked, and an execution that asks for
   * approval fails.
   * @default "queue"
   */
  mode?: (typeof modes)[number];
  /**
   * Who is asked by mail: addresses. Each must confirm a subscription first, of which SNS sends him a mail.
   * @default none
   * @example ["anna@example.org"]
   */
  approvers?: string[];
  /**
   * Mails by SES instead of SNS: nobody has to confirm, and the sender is one's own.
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
   * Requests that each route of the page answers, by which approvers decide whom a mail has asked.
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

/** Who is asked, of what the state machine needs. */
export interface Approval {
  /** Seconds. */
  timeout: number;
  /** Its readers hold task tokens. */
  queue: Queue | undefined;
  mail: MailApproval | undefined;
}

/** @param logRetention days. */
export function createApproval(
  name: string,
  args: ApprovalArgs,
  logRetention: number | undefined,
  parent: Resource,
): Approval | undefined {
  const { mode = "queue", timeout = 86_400, approvers = [], ses, throttling, reservedConcurrency } = args;
  if (mode === "none") return undefined;
  const queue = mode === "email" ? undefined : createQuestionQueue(name, timeout, parent);
  const mailed = { approvers, ses, queue, logRetention, throttling, reservedConcurrency };
  const mail = mode === "queue" ? undefined : createMailApproval(name, mailed, parent);
  return { timeout, queue, mail };
}

function createQuestionQueue(name: string, timeout: number, parent: Resource): Queue {
  // Whoever is asked may look a thousand times and not answer: nothing else ends here.
  const unanswered = createQueue(`${name}-unanswered`, {}, parent);
  return createQueue(
    `${name}-HumanSQS`,
    {
      // With its task, a question is gone.
      messageRetentionSeconds: timeout,
      redrivePolicy: jsonStringify({ deadLetterTargetArn: unanswered.arn, maxReceiveCount: 1_000 }),
    },
    parent,
  );
}
