/** Event buses, and who else may put events on them. */
import type { DescribeEventBusResponse } from "@aws-sdk/client-eventbridge";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType } from "./resourceType.ts";
import { tagChanges, tagList } from "./tags.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/${name}/`;

export function eventBus(cloud: Cloud): ResourceType {
  const made = (inputs: Properties): Made => {
    const arn = `arn:aws:events:${cloud.region}:${cloud.accountId}:event-bus/${inputs.name}`;
    return { id: String(inputs.name), outputs: { ...inputs, arn, region: cloud.region } };
  };
  return {
    type: "aws:cloudwatch/eventBus:EventBus",
    docs: docs("eventbus"),
    properties: ["name", "description"],
    inert: ["deadLetterConfig", "kmsKeyIdentifier", "logConfig"],
    replaces: ["name"],
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
    autoname: { property: "name", max: 256, pattern: /^[.\w-]+$/ },
    taggable: true,
    async create(inputs) {
      const { name: Name, description: Description, tagsAll } = inputs;
      await cloud.call("events", "CreateEventBus", { Name, Description, Tags: tagList(tagsAll) });
      return made(inputs);
    },
    async update(Name, before, after) {
      await cloud.call("events", "UpdateEventBus", { Name, Description: after.description ?? "" });
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      const result = made(after);
      const ResourceARN = result.outputs.arn;
      if (remove.length > 0) await cloud.call("events", "UntagResource", { ResourceARN, TagKeys: remove });
      if (Object.keys(put).length > 0) await cloud.call("events", "TagResource", { ResourceARN, Tags: tagList(put) });
      return result;
    },
    async delete(Name) {
      await cloud.call("events", "DeleteEventBus", { Name });
    },
    async read(Name, context) {
      const { Name: name } = await cloud.call<DescribeEventBusResponse>("events", "DescribeEventBus", { Name });
      return made({ ...context.previous?.inputs, name });
    },
  };
}

export function eventPermission(cloud: Cloud): ResourceType {
  const bus = (inputs: Properties) => String(inputs.eventBusName ?? "default");
  const put = async (inputs: Properties): Promise<Made> => {
    const condition = inputs.condition as Properties | undefined;
    await cloud.call("events", "PutPermission", {
      EventBusName: bus(inputs),
      StatementId: inputs.statementId,
      Principal: inputs.principal,
      Action: inputs.action,
      ...(condition && { Condition: { Type: condition.type, Key: condition.key, Value: condition.value } }),
    });
    return { id: `${bus(inputs)}/${inputs.statementId}`, outputs: { ...inputs, region: cloud.region } };
  };
  return {
    type: "aws:cloudwatch/eventPermission:EventPermission",
    docs: docs("eventpermission"),
    required: ["principal", "statementId"],
    properties: ["principal", "statementId", "action", "condition", "eventBusName"],
    defaults: { action: "events:PutEvents", eventBusName: "default" },
    replaces: ["statementId", "eventBusName"],
    idOf: (inputs) => `${bus(inputs)}/${inputs.statementId}`,
    create: put,
    update: (_id, _before, after) => put(after),
    async delete(id) {
      const [EventBusName, StatementId] = id.split("/");
      await cloud.call("events", "RemovePermission", { EventBusName, StatementId });
    },
  };
}
