import type { Queue } from "@pulumi/aws/sqs";
import { jsonStringify, type Resource } from "@pulumi/pulumi";
import { createQueue } from "../queue.ts";
import type { ApprovalArgs, ArchiverHandlers } from "./args.ts";
import { createMailApproval, type MailApproval } from "./mail.ts";

/** Who is asked, of what the state machine needs. */
export interface Approval {
  /** Seconds. */
  timeout: number;
  /** Its readers hold task tokens. */
  queue: Queue | undefined;
  /** Where questions end that were looked at too often. */
  unanswered: Queue | undefined;
  mail: MailApproval | undefined;
}

/** @param args with the files of its functions, and the days that logs are kept. */
export function createApproval(
  name: string,
  args: ApprovalArgs & { handlers: ArchiverHandlers; logRetention: number | undefined },
  parent: Resource,
): Approval | undefined {
  const { mode = "queue", timeout = 86_400, approvers = [], ses, throttling, reservedConcurrency, logRetention } = args;
  if (mode === "none") return undefined;
  const { queue, unanswered } = mode === "email" ? {} : createQuestionQueues(name, timeout, parent);
  const mailed = { handlers: args.handlers, approvers, ses, queue, logRetention, throttling, reservedConcurrency };
  const mail = mode === "queue" ? undefined : createMailApproval(name, mailed, parent);
  return { timeout, queue, unanswered, mail };
}

function createQuestionQueues(name: string, timeout: number, parent: Resource): { queue: Queue; unanswered: Queue } {
  // Whoever is asked may look a thousand times and not answer: nothing else ends here.
  const unanswered = createQueue(`${name}-unanswered`, {}, parent);
  const queue = createQueue(
    `${name}-HumanSQS`,
    {
      // With its task, a question is gone.
      messageRetentionSeconds: timeout,
      redrivePolicy: jsonStringify({ deadLetterTargetArn: unanswered.arn, maxReceiveCount: 1_000 }),
    },
    parent,
  );
  return { queue, unanswered };
}
