/** Attributes of queues, and the permissions that are statements of their policies. */
import { withoutPermission, withPermission } from "../../../kit/permissions.ts";
import { allNames, givenAttributes } from "../attributes.ts";
import type { Engine } from "../engine.ts";
import { AwsError } from "../errors.ts";
import type { Handlers } from "../handlers.ts";
import { scopeOf } from "../storage/duplicates.ts";
import { isFifo, type Queue } from "../storage/queues.ts";

type Names = "AddPermission" | "GetQueueAttributes" | "RemovePermission" | "SetQueueAttributes";

/** How long a FIFO queue goes by the deduplication scope that it had: AWS says that changes take up to 60 seconds. */
const propagation = 60_000;

export const attributeOperations: Pick<Handlers, Names> = {
  GetQueueAttributes(engine, { QueueUrl, AttributeNames = [] }) {
    const queue = engine.at(QueueUrl);
    for (const name of AttributeNames) {
      if (name !== "All" && !allNames.has(name)) {
        throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`, 400);
      }
    }
    if (AttributeNames.length === 0) return {};
    const names = new Set<string>(AttributeNames);
    const found = Object.entries(shownAttributes(engine, queue, names)).filter(
      ([name]) => names.has("All") || names.has(name),
    );
    return found.length > 0 ? { Attributes: Object.fromEntries(found) } : {};
  },
  SetQueueAttributes(engine, { QueueUrl, Attributes }) {
    const queue = engine.at(QueueUrl);
    set(engine, queue, givenAttributes(engine, queue.name, Attributes as Record<string, string>, queue));
    return {};
  },
  AddPermission(engine, input) {
    const queue = engine.at(input.QueueUrl);
    set(engine, queue, {
      Policy: withPermission(queue.attributes.Policy, "SQS", engine.queues.arn(queue.name), input),
    });
    return {};
  },
  RemovePermission(engine, { QueueUrl, Label }) {
    const queue = engine.at(QueueUrl);
    set(engine, queue, { Policy: withoutPermission(queue.attributes.Policy, Label) });
    return {};
  },
};

/** What is set to nothing is removed. */
function set(engine: Engine, queue: Queue, given: Record<string, string>): void {
  const now = Date.now();
  const attributes = Object.entries({ ...queue.attributes, ...given }).filter(([, value]) => value !== "");
  const changed: Queue = { ...queue, attributes: Object.fromEntries(attributes), modified: now };
  if (isFifo(queue) && changed.attributes.DeduplicationScope !== queue.attributes.DeduplicationScope) {
    changed.formerScope = { scope: scopeOf(queue, now), until: now + propagation };
  }
  engine.queues.put(changed);
  // Who waits may have to wait for something else.
  engine.ring(changed);
}

/** Messages are counted only for who asks. */
function shownAttributes(engine: Engine, queue: Queue, names: Set<string>): Record<string, string> {
  const { KmsDataKeyReusePeriodSeconds: reuse, ...attributes } = queue.attributes;
  const counted = [...names].some((name) => name === "All" || name.startsWith("Approximate"));
  const counts = counted ? engine.messages.counts(queue.pool, Date.now()) : undefined;
  return {
    QueueArn: engine.queues.arn(queue.name),
    ...(counts && {
      ApproximateNumberOfMessages: String(counts.visible),
      ApproximateNumberOfMessagesNotVisible: String(counts.taken),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    }),
    CreatedTimestamp: seconds(queue.created),
    LastModifiedTimestamp: seconds(queue.modified),
    ...attributes,
    // Without a key, there is none to be used again.
    ...(reuse && attributes.KmsMasterKeyId && { KmsDataKeyReusePeriodSeconds: reuse }),
  };
}

const seconds = (time: number): string => String(Math.floor(time / 1000));
