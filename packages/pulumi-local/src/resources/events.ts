/** Rules of EventBridge's default bus and of others, and what they call. */
import type { Rule, Target } from "@aws-sdk/client-eventbridge";
import type { Made, Properties } from "../engine/provider.ts";
import { eventBus, eventPermission } from "./eventBuses.ts";
import { eventDeliveryTypes } from "./eventDelivery.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList } from "./tags.ts";

/** A rule's id is bus and name; a target's has the target's id as well. */
const idOf = (...parts: unknown[]): string => parts.map(String).join("/");
const busOf = (inputs: Properties): string => String(inputs.eventBusName ?? "default");

export const eventsResources: ServiceResources = (cloud) => {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("events", operation, input);

  async function putRule(inputs: Properties): Promise<Made> {
    const { RuleArn } = await call<{ RuleArn: string }>("PutRule", {
      Name: inputs.name,
      EventBusName: busOf(inputs),
      EventPattern: inputs.eventPattern,
      ScheduleExpression: inputs.scheduleExpression,
      Description: inputs.description,
      RoleArn: inputs.roleArn,
      State: inputs.state,
    });
    return { id: idOf(busOf(inputs), inputs.name), outputs: { ...inputs, arn: RuleArn } };
  }

  const rule: ResourceType = {
    type: "aws:cloudwatch/eventRule:EventRule",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/eventrule/",
    properties: ["name", "eventBusName", "eventPattern", "scheduleExpression", "description", "roleArn", "state"],
    inert: ["forceDestroy"],
    enums: { state: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] },
    defaults: { eventBusName: "default", state: "ENABLED" },
    replaces: ["name", "eventBusName"],
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
    autoname: { property: "name", prefixed: true, max: 64, pattern: /^[.\w-]+$/ },
    taggable: true,
    validate: ({ eventPattern, scheduleExpression }) =>
      eventPattern === undefined && scheduleExpression === undefined
        ? [
            {
              property: "eventPattern",
              reason: "is missing; a rule has an eventPattern, a scheduleExpression, or both",
            },
          ]
        : [],
    idOf: (inputs) => idOf(busOf(inputs), inputs.name),
    async create(inputs) {
      const made = await putRule(inputs);
      const Tags = tagList(inputs.tagsAll);
      if (Tags.length > 0) await call("TagResource", { ResourceARN: made.outputs.arn, Tags });
      return made;
    },
    async update(_id, before, after) {
      const made = await putRule(after);
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      const ResourceARN = made.outputs.arn;
      if (remove.length > 0) await call("UntagResource", { ResourceARN, TagKeys: remove });
      if (Object.keys(put).length > 0) await call("TagResource", { ResourceARN, Tags: tagList(put) });
      return made;
    },
    async delete(_id, outputs) {
      await call("DeleteRule", { Name: outputs.name, EventBusName: busOf(outputs) });
    },
    async read(id) {
      const [eventBusName, name] = id.split("/");
      const found = await call<Rule>("DescribeRule", { Name: name, EventBusName: eventBusName });
      const { Arn, EventPattern, ScheduleExpression, Description, RoleArn, State } = found;
      return {
        id,
        outputs: {
          name,
          eventBusName,
          arn: Arn,
          state: State,
          ...(EventPattern && { eventPattern: EventPattern }),
          ...(ScheduleExpression && { scheduleExpression: ScheduleExpression }),
          ...(Description && { description: Description }),
          ...(RoleArn && { roleArn: RoleArn }),
        },
      };
    },
  };

  async function putTarget(inputs: Properties): Promise<Made> {
    const transformer = inputs.inputTransformer as Properties | undefined;
    const retry = inputs.retryPolicy as Properties | undefined;
    const dead = inputs.deadLetterConfig as Properties | undefined;
    const sqs = inputs.sqsTarget as Properties | undefined;
    const target = {
      Id: inputs.targetId,
      Arn: inputs.arn,
      RoleArn: inputs.roleArn,
      Input: inputs.input,
      InputPath: inputs.inputPath,
      InputTransformer: transformer && {
        InputPathsMap: transformer.inputPaths,
        InputTemplate: transformer.inputTemplate,
      },
      RetryPolicy: retry && {
        MaximumRetryAttempts: retry.maximumRetryAttempts,
        MaximumEventAgeInSeconds: retry.maximumEventAgeInSeconds,
      },
      DeadLetterConfig: dead && { Arn: dead.arn },
      SqsParameters: sqs && { MessageGroupId: sqs.messageGroupId },
    };
    const { FailedEntries = [] } = await call<{ FailedEntries?: { ErrorMessage?: string }[] }>("PutTargets", {
      Rule: inputs.rule,
      EventBusName: busOf(inputs),
      Targets: [target],
    });
    if (FailedEntries[0]) throw new Error(FailedEntries[0].ErrorMessage);
    return { id: idOf(busOf(inputs), inputs.rule, inputs.targetId), outputs: { ...inputs } };
  }

  const target: ResourceType = {
    type: "aws:cloudwatch/eventTarget:EventTarget",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/eventtarget/",
    required: ["rule", "arn"],
    properties: [
      "rule",
      "arn",
      "targetId",
      "eventBusName",
      "roleArn",
      "input",
      "inputPath",
      "inputTransformer",
      "retryPolicy",
      "deadLetterConfig",
      "sqsTarget",
    ],
    inert: ["forceDestroy"],
    defaults: { eventBusName: "default" },
    replaces: ["rule", "eventBusName", "targetId"],
    autoname: { property: "targetId", max: 64, pattern: /^[.\w-]+$/ },
    idOf: (inputs) => idOf(busOf(inputs), inputs.rule, inputs.targetId),
    create: putTarget,
    update: (_id, _before, after) => putTarget(after),
    async delete(_id, outputs) {
      const named = { Rule: outputs.rule, EventBusName: busOf(outputs) };
      await call("RemoveTargets", { ...named, Ids: [outputs.targetId] });
    },
    async read(id) {
      const [eventBusName, rule, targetId] = id.split("/");
      const { Targets } = await call<{ Targets?: Target[] }>("ListTargetsByRule", {
        Rule: rule,
        EventBusName: eventBusName,
      });
      const found = Targets?.find(({ Id }) => Id === targetId);
      if (!found) return undefined;
      const { Arn, RoleArn, Input, InputPath } = found;
      return {
        id,
        outputs: {
          rule,
          eventBusName,
          targetId,
          arn: Arn,
          ...(RoleArn && { roleArn: RoleArn }),
          ...(Input && { input: Input }),
          ...(InputPath && { inputPath: InputPath }),
        },
      };
    },
  };

  return { types: [rule, target, eventBus(cloud), eventPermission(cloud), ...eventDeliveryTypes(cloud)] };
};
