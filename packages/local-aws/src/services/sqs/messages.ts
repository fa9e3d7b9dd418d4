/** What SQS checks of messages beyond what the engine does. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
import { AwsError } from "../../service.ts";
import { refused } from "./attributes.ts";

interface Sent {
  Id?: string;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

const allowed = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;

function checkIds(message: Sent): void {
  for (const name of ["MessageGroupId", "MessageDeduplicationId"] as const) {
    const value = message[name];
    if (value === undefined || allowed.test(value)) continue;
    const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    throw refused(name, value, reason);
  }
}

/** @param isFifo whether the queue is. @throws AwsError in SQS's words. */
export function checkMessages(operation: string, isFifo: boolean, input: object): void {
  const { Entries: entries } = input as { Entries?: Sent[] };
  for (const { Id = "" } of entries ?? []) {
    if (/^[\w-]{1,80}$/.test(Id)) continue;
    throw new AwsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  if (!operation.startsWith("SendMessage")) return;
  for (const message of entries ?? [input as Sent]) {
    checkIds(message);
    if (isFifo && entries && message.MessageGroupId === undefined)
      throw new AwsError("InvalidParameterValue", "The request must contain the parameter MessageGroupId.");
  }
}
