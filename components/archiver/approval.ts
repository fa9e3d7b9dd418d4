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
  const queue = mode === "email" ? undefined : createQuestionQueue(name, timeout, parent);
  const mailed = { handlers: args.handlers, approvers, ses, queue, logRetention, throttling, reservedConcurrency };
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
