import type { Queue } from "@pulumi/aws/sqs";
import { jsonStringify, type Resource } from "@pulumi/pulumi";
import { createQueue } from "../queue.ts";
import type { ApprovalArgs, ArchiverHandlers } from "./args.ts";
import { createMailApproval, type MailApproval } from "./mail.ts";

/** Who is asked, of what the state machine needs. */
interface Questions {
  /** Its readers hold task tokens. */
  queue: Queue;
  /** Where questions end that were looked at too often. */
  unanswered: Queue;
}

export interface Approval {
  /** Seconds. */
  timeout: number;
  questions: Questions | undefined;
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
  const questions = mode === "email" ? undefined : createQuestions(name, timeout, parent);
  const mailed = {
    handlers: args.handlers,
    approvers,
    ses,
    queue: questions?.queue,
    logRetention,
    throttling,
    reservedConcurrency,
  };
  const mail = mode === "queue" ? undefined : createMailApproval(name, mailed, parent);
  return { timeout, questions, mail };
}

function createQuestions(name: string, timeout: number, parent: Resource): Questions {
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
