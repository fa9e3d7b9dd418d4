/** Redrive policies, and those that say which queues may have one as their dead-letter queue. */
import { parseJson } from "../../../jsonText.ts";
import type { Engine } from "../engine.ts";
import { refused } from "../errors.ts";
import { isFifo } from "../storage/queues.ts";

/** @throws AwsError when the text is no JSON object. */
export function jsonOf(name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw refused(name, text, "It must be a JSON object.");
}

export const checkedRedriveAllow = (text: string): string => JSON.stringify(jsonOf("RedriveAllowPolicy", text));

/**
 * @param arn of the queue that is to have the policy.
 * @returns it normalized.
 */
export function checkedRedrive(engine: Engine, arn: string, text: string): string {
  const { deadLetterTargetArn, maxReceiveCount } = jsonOf("RedrivePolicy", text);
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
  const target = engine.queues.byArn(String(deadLetterTargetArn));
  if (!target) throw refused("RedrivePolicy", text, "Dead letter target does not exist.");
  if (isFifo(target) !== arn.endsWith(".fifo")) {
    throw refused("RedrivePolicy", text, "Dead-letter queue must be same type of queue as the source.");
  }
  const { redrivePermission, sourceQueueArns } = parseJson(target.attributes.RedriveAllowPolicy ?? "{}") as {
    redrivePermission?: string;
    sourceQueueArns?: string[];
  };
  if (redrivePermission === "denyAll" || (redrivePermission === "byQueue" && !sourceQueueArns?.includes(arn))) {
    throw refused("RedrivePolicy", text, "Queue does not have permission to use the dead-letter queue.");
  }
  return JSON.stringify({ deadLetterTargetArn, maxReceiveCount: times });
}
