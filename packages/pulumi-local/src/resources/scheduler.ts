/** Schedules of EventBridge Scheduler, and their groups. */
import type { GetScheduleGroupOutput, GetScheduleOutput } from "@aws-sdk/client-scheduler";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList } from "./tags.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/scheduler/${name}/`;

export const schedulerResources: ServiceResources = (cloud) => ({ types: [schedule(cloud), scheduleGroup(cloud)] });

function schedule(cloud: Cloud): ResourceType {
  const group = (inputs: Properties) => String(inputs.groupName ?? "default");
  const idOf = (inputs: Properties) => `${group(inputs)}/${inputs.name}`;
  const nameOf = (id: string) => {
    const [GroupName, Name] = id.split("/");
    return { GroupName, Name };
  };

  async function put(operation: string, inputs: Properties): Promise<Made> {
    const window = inputs.flexibleTimeWindow as Properties;
    const { ScheduleArn } = await cloud.call<{ ScheduleArn: string }>("scheduler", operation, {
      Name: inputs.name,
      GroupName: group(inputs),
      Description: inputs.description,
      ScheduleExpression: inputs.scheduleExpression,
      ScheduleExpressionTimezone: inputs.scheduleExpressionTimezone,
      State: inputs.state,
      ActionAfterCompletion: inputs.actionAfterCompletion,
      FlexibleTimeWindow: { Mode: window.mode, MaximumWindowInMinutes: window.maximumWindowInMinutes },
      Target: target(inputs.target as Properties),
      ...(inputs.startDate !== undefined && { StartDate: new Date(String(inputs.startDate)) }),
      ...(inputs.endDate !== undefined && { EndDate: new Date(String(inputs.endDate)) }),
    });
    return { id: idOf(inputs), outputs: { ...inputs, arn: ScheduleArn, region: cloud.region } };
  }

  return {
    type: "aws:scheduler/schedule:Schedule",
    docs: docs("schedule"),
    required: ["flexibleTimeWindow", "scheduleExpression", "target"],
    properties: [
      ...["name", "groupName", "description", "scheduleExpression", "scheduleExpressionTimezone", "state"],
      ...["flexibleTimeWindow", "target", "startDate", "endDate", "actionAfterCompletion"],
    ],
    inert: ["kmsKeyArn"],
    enums: {
      state: ["ENABLED", "DISABLED"],
      actionAfterCompletion: ["NONE", "DELETE"],
      "flexibleTimeWindow.mode": ["OFF", "FLEXIBLE"],
    },
    defaults: { groupName: "default", scheduleExpressionTimezone: "UTC", state: "ENABLED" },
    replaces: ["name", "groupName"],
    autoname: { property: "name", prefixed: true, max: 64, pattern: /^[0-9a-zA-Z-_.]+$/ },
    validate({ target: given }) {
      const { arn, roleArn } = (given ?? {}) as Properties;
      return Object.entries({ arn, roleArn })
        .filter(([, value]) => value === undefined)
        .map(([name]) => ({ property: `target.${name}`, reason: "is required and was not given" }));
    },
    idOf,
    create: (inputs) => put("CreateSchedule", inputs),
    update: (_id, _before, after) => put("UpdateSchedule", after),
    async delete(id) {
      await cloud.call("scheduler", "DeleteSchedule", nameOf(id));
    },
    async read(id, context) {
      const found = await cloud.call<GetScheduleOutput>("scheduler", "GetSchedule", nameOf(id));
      const {
        Arn: arn,
        Name: name,
        GroupName: groupName,
        State: state,
        ScheduleExpression: scheduleExpression,
      } = found;
      return { id, outputs: { ...context.previous?.inputs, arn, name, groupName, state, scheduleExpression } };
    },
  };
}

function target(given: Properties): object {
  const { arn, roleArn, input } = given;
  const dead = given.deadLetterConfig as Properties | undefined;
  const retry = given.retryPolicy as Properties | undefined;
  const sqs = given.sqsParameters as Properties | undefined;
  const bridge = given.eventbridgeParameters as Properties | undefined;
  return {
    Arn: arn,
    RoleArn: roleArn,
    Input: input,
    ...(dead && { DeadLetterConfig: { Arn: dead.arn } }),
    ...(retry && {
      RetryPolicy: {
        MaximumRetryAttempts: retry.maximumRetryAttempts,
        MaximumEventAgeInSeconds: retry.maximumEventAgeInSeconds,
      },
    }),
    ...(sqs && { SqsParameters: { MessageGroupId: sqs.messageGroupId } }),
    ...(bridge && { EventBridgeParameters: { DetailType: bridge.detailType, Source: bridge.source } }),
  };
}

function scheduleGroup(cloud: Cloud): ResourceType {
  const describe = async (inputs: Properties): Promise<Made> => {
    const Name = String(inputs.name);
    const found = await cloud.call<GetScheduleGroupOutput>("scheduler", "GetScheduleGroup", { Name });
    const { Arn: arn, State: state, CreationDate, LastModificationDate } = found;
    const [creationDate, lastModificationDate] = [CreationDate, LastModificationDate].map((date) =>
      date?.toISOString(),
    );
    return { id: Name, outputs: { ...inputs, arn, state, creationDate, lastModificationDate, region: cloud.region } };
  };
  return {
    type: "aws:scheduler/scheduleGroup:ScheduleGroup",
    docs: docs("schedulegroup"),
    properties: ["name"],
    replaces: ["name"],
    autoname: { property: "name", prefixed: true, max: 64, pattern: /^[0-9a-zA-Z-_.]+$/ },
    taggable: true,
    async create(inputs) {
      await cloud.call("scheduler", "CreateScheduleGroup", { Name: inputs.name, Tags: tagList(inputs.tagsAll) });
      return describe(inputs);
    },
    async update(id, before, after) {
      const made = await describe(after);
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      const ResourceArn = made.outputs.arn;
      if (remove.length > 0) await cloud.call("scheduler", "UntagResource", { ResourceArn, TagKeys: remove });
      if (Object.keys(put).length > 0) {
        await cloud.call("scheduler", "TagResource", { ResourceArn, Tags: tagList(put) });
      }
      return { ...made, id };
    },
    async delete(Name) {
      await cloud.call("scheduler", "DeleteScheduleGroup", { Name });
    },
    async read(id, context) {
      return describe({ ...context.previous?.inputs, name: id });
    },
  };
}
