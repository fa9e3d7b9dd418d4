import type { Engine } from "../engine.ts";
import type { Queue } from "../storage/queues.ts";

/** Queues that use this one as their dead-letter queue. */
export const sourcesOf = (engine: Engine, arn: string): Queue[] =>
  engine.queues.list().filter(({ attributes: { RedrivePolicy } }) => {
    const policy = JSON.parse(RedrivePolicy ?? "{}") as { deadLetterTargetArn?: string };
    return policy.deadLetterTargetArn === arn;
  });
