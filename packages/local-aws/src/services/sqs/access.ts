import type { Access, PolicyDocument } from "../../service.ts";

/** A batch needs the permission of the single operation. */
const singular: Record<string, string> = {
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  DeleteMessageBatch: "DeleteMessage",
  SendMessageBatch: "SendMessage",
};

/**
 * What an operation on a queue needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 *
 * @param prefix `arn:aws:sqs:REGION:ACCOUNT:`
 */
export function queueAccess(
  operation: string,
  prefix: string,
  name: string | undefined,
  resourcePolicy: PolicyDocument | undefined,
): Access[] {
  const action = `sqs:${singular[operation] ?? operation}`;
  // Over all queues (ListQueues, move tasks by ARN) there is no one queue to name.
  const resource = name ? `${prefix}${name}` : `${prefix}*`;
  return [{ action, resource, ...(resourcePolicy && { resourcePolicy }) }];
}
