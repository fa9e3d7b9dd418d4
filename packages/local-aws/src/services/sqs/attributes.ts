/** What SQS checks of a queue's name and attributes beyond the ranges of its numbers. */

import { conditionFault } from "../../authorization/validate.ts";
import { parseJson } from "../../jsonText.ts";
import { AwsError, type PolicyDocument } from "../../service.ts";
import type { QueueEngine } from "./engine.ts";

/** A parameter of that value, in SQS's words. */
export const refused = (name: string, value: string, reason: string) =>
  new AwsError("InvalidParameterValue", `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`, 400);

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
export function checkPage({ MaxResults }: { MaxResults?: number }): void {
  if (MaxResults !== undefined && !(MaxResults >= 1 && MaxResults <= 1_000)) {
    throw refused("MaxResults", String(MaxResults), "Must be an integer from 1 to 1000, if provided.");
  }
}

export function checkName(name: string): void {
  if (/^[\w-]{1,80}$/.test(name) || (/^[\w-]+\.fifo$/.test(name) && name.length <= 80)) return;
  throw new AwsError(
    "InvalidParameterValue",
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    400,
  );
}

/**
 * @param arn of the queue that is to have these attributes.
 * @returns them in the form in which they are returned: redrive policies are normalized.
 */
export function checkedAttributes(
  engine: QueueEngine,
  arn: string,
  attributes: Record<string, string> = {},
): Record<string, string> {
  const { Policy, RedrivePolicy, RedriveAllowPolicy } = attributes;
  if (Policy) {
    const { Statement } = json("Policy", Policy) as unknown as PolicyDocument;
    const statements = [Statement].flat().filter(Boolean);
    if (
      statements.length === 0 ||
      !statements.every(({ Effect, Principal, NotPrincipal }) => Effect && (Principal || NotPrincipal))
    ) {
      throw new AwsError("InvalidAttributeValue", "Invalid value for the parameter Policy.", 400);
    }
    const fault = conditionFault(statements);
    if (fault) throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter Policy. ${fault}`, 400);
  }
  return {
    // A key of KMS takes the place of SQS's own.
    ...(attributes.KmsMasterKeyId && { SqsManagedSseEnabled: "false" }),
    ...attributes,
    ...Object.fromEntries(flags.flatMap((name) => flag(name, attributes[name]))),
    ...(RedriveAllowPolicy && { RedriveAllowPolicy: JSON.stringify(json("RedriveAllowPolicy", RedriveAllowPolicy)) }),
    ...(RedrivePolicy && { RedrivePolicy: checkedRedrive(engine, arn, RedrivePolicy) }),
  };
}

const flags = ["FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"];

/** In any case; the engine refuses other texts. */
const flag = (name: string, value: string | undefined): [string, string][] =>
  /^(true|false)$/i.test(value ?? "") ? [[name, value!.toLowerCase()]] : [];

function checkedRedrive(engine: QueueEngine, arn: string, text: string): string {
  const { deadLetterTargetArn, maxReceiveCount } = json("RedrivePolicy", text);
  const times = Number(maxReceiveCount);
  if (!deadLetterTargetArn || maxReceiveCount === undefined) {
    throw refused(
      "RedrivePolicy",
      text,
      "Redrive policy does not contain mandatory attribute: deadLetterTargetArn and maxReceiveCount.",
    );
  }
  if (!Number.isInteger(times) || times < 1 || times > 1000) {
    throw refused("RedrivePolicy", text, "Invalid value for maxReceiveCount: it must be between 1 and 1000.");
  }
  const target = engine.byArn(String(deadLetterTargetArn));
  if (!target) throw refused("RedrivePolicy", text, "Dead letter target does not exist.");
  if (target.isFifo() !== arn.endsWith(".fifo")) {
    throw refused("RedrivePolicy", text, "Dead-letter queue must be same type of queue as the source.");
  }
  const { redrivePermission, sourceQueueArns } = parseJson(target.attributes.RedriveAllowPolicy || "{}") as {
    redrivePermission?: string;
    sourceQueueArns?: string[];
  };
  if (redrivePermission === "denyAll" || (redrivePermission === "byQueue" && !sourceQueueArns?.includes(arn))) {
    throw refused("RedrivePolicy", text, "Queue does not have permission to use the dead-letter queue.");
  }
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount: times });
}

function json(name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw refused(name, text, "It must be a JSON object.");
}
