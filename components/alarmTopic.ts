import { type Topic, TopicSubscription } from "@pulumi/aws/sns";
import type { Resource } from "@pulumi/pulumi";
import { createTopic } from "./topic.ts";

/**
 * A topic that mails what alarms say. Whoever has an address confirms the subscription by a link in a first mail.
 *
 * @example createAlarmTopic("alarms", ["operators@example.org"]);
 */
export function createAlarmTopic(name: string, mails: string[], parent?: Resource): Topic {
  const topic = createTopic(name, { publishers: ["cloudwatch.amazonaws.com"] }, parent);
  for (const endpoint of mails)
    new TopicSubscription(`${name}-${endpoint}`, { topic: topic.arn, protocol: "email", endpoint }, { parent });
  return topic;
}
