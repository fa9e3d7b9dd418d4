import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import type { NodeFunction } from "../nodeFunction.ts";

/** When a rule of the default bus calls: for events of a pattern, or at times. */
export type When = { eventPattern: Input<object>; description?: string } | { schedule: string };

/** A rule of EventBridge's default bus that calls a function. */
export function createEventRule(name: string, when: When, target: NodeFunction, parent: Resource): void {
  const rule = new EventRule(
    name,
    "schedule" in when
      ? { scheduleExpression: when.schedule }
      : {
          ...(when.description && { description: when.description }),
          eventPattern: jsonStringify(when.eventPattern),
        },
    { parent },
  );
  const permission = target.allowInvoke(
    `${name}-permission`,
    { principal: "events.amazonaws.com", sourceArn: rule.arn },
    parent,
  );
  new EventTarget(`${name}-target`, { rule: rule.name, arn: target.arn }, { parent, dependsOn: [permission] });
}
