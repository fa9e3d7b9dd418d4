/** Topics, their policies and subscriptions. */
import type { Cloud } from "local-aws/service";
import type { CheckFailure, Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges, tagList, tagMap } from "./tags.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/sns/${page}/`;

/** Attributes by property; SNS has all of them as text. */
const topicAttributes: Record<string, string> = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deliveryPolicy: "DeliveryPolicy",
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  policy: "Policy",
  signatureVersion: "SignatureVersion",
  tracingConfig: "TracingConfig",
};
const subscriptionAttributes: Record<string, string> = {
  deliveryPolicy: "DeliveryPolicy",
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
  subscriptionRoleArn: "SubscriptionRoleArn",
};
const kinds = ["application", "firehose", "http", "lambda", "sqs"];
const feedback = kinds.flatMap((kind) =>
  ["FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate"].map((name) => `${kind}${name}`),
);

export const snsResources: ServiceResources = (cloud) => ({
  types: [topic(cloud), topicPolicy(cloud), subscription(cloud)],
  invokes: {
    "aws:sns/getTopic:getTopic": async ({ name }) => {
      const arn = `arn:aws:sns:${cloud.region}:${cloud.accountId}:${name}`;
      try {
        const { Tags } = await cloud.call<{ Tags: { Key: string; Value: string }[] }>("sns", "ListTagsForResource", {
          ResourceArn: arn,
        });
        return { id: arn, arn, name, tags: tagMap(Tags), region: cloud.region };
      } catch {
        throw new Error(`reading SNS Topic (${name}): empty result`);
      }
    },
  },
});

const text = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

function given(inputs: Properties, names: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(names).filter(([property]) => inputs[property] !== undefined && inputs[property] !== "");
  return Object.fromEntries(pairs.map(([property, name]) => [name, text(inputs[property])]));
}

/** Attributes to set, with nothing for those that are no longer said. */
function changes(before: Properties, after: Properties, names: Record<string, string>): [string, string][] {
  const old = given(before, names);
  const wanted = given(after, names);
  const changed = Object.entries(wanted).filter(([name, value]) => old[name] !== value);
  const initial: Record<string, string> = {
    RawMessageDelivery: "false",
    SignatureVersion: "1",
    TracingConfig: "PassThrough",
  };
  const removed = Object.keys(old).filter((name) => !(name in wanted));
  return [...changed, ...removed.map((name): [string, string] => [name, initial[name] ?? ""])];
}

function topic(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("sns", operation, input);
  const attributesOf = async (TopicArn: string) =>
    (await call<{ Attributes: Record<string, string> }>("GetTopicAttributes", { TopicArn })).Attributes;
  const made = async (arn: string, inputs: Properties): Promise<Made> => {
    const { Policy, Owner } = await attributesOf(arn);
    return { id: arn, outputs: { ...inputs, arn, policy: Policy, owner: Owner, region: cloud.region } };
  };

  return {
    type: "aws:sns/topic:Topic",
    docs: docs("topic"),
    properties: ["displayName", "fifoTopic", "contentBasedDeduplication", "kmsMasterKeyId", "policy"],
    inert: ["archivePolicy", "deliveryPolicy", "fifoThroughputScope", "signatureVersion", "tracingConfig", ...feedback],
    enums: { tracingConfig: ["PassThrough", "Active"], signatureVersion: [1, 2] },
    replaces: ["name", "namePrefix", "fifoTopic"],
    autoname: {
      property: "name",
      prefixed: true,
      max: 256,
      pattern: /^[a-zA-Z0-9_-]+(\.fifo)?$/,
      suffix: ({ fifoTopic }) => (fifoTopic === true ? ".fifo" : ""),
    },
    validate({ name, fifoTopic, contentBasedDeduplication }): CheckFailure[] {
      const isFifo = String(name).endsWith(".fifo");
      if (fifoTopic && !isFifo) return [{ property: "name", reason: `is "${name}"; a FIFO topic's ends with .fifo` }];
      if (!fifoTopic && isFifo)
        return [{ property: "fifoTopic", reason: "must be true where the name ends with .fifo" }];
      if (!fifoTopic && contentBasedDeduplication) {
        return [{ property: "contentBasedDeduplication", reason: "is only for FIFO topics" }];
      }
      return [];
    },
    taggable: true,
    idOf: ({ name }) => `arn:aws:sns:${cloud.region}:${cloud.accountId}:${name}`,
    async create(inputs) {
      const Attributes = { ...given(inputs, topicAttributes), ...(inputs.fifoTopic === true && { FifoTopic: "true" }) };
      const { TopicArn } = await call<{ TopicArn: string }>("CreateTopic", {
        Name: inputs.name,
        Attributes,
        Tags: tagList(inputs.tagsAll),
      });
      return made(TopicArn, inputs);
    },
    async update(TopicArn, before, after) {
      for (const [AttributeName, AttributeValue] of changes(before, after, topicAttributes)) {
        await call("SetTopicAttributes", { TopicArn, AttributeName, AttributeValue });
      }
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0) await call("UntagResource", { ResourceArn: TopicArn, TagKeys: remove });
      if (Object.keys(put).length > 0) await call("TagResource", { ResourceArn: TopicArn, Tags: tagList(put) });
      return made(TopicArn, after);
    },
    async delete(TopicArn) {
      await call("DeleteTopic", { TopicArn });
    },
    async read(id, context) {
      const { DisplayName, FifoTopic } = await attributesOf(id);
      const inputs = { ...context.previous?.inputs, name: id.split(":").at(-1) };
      return await made(id, {
        ...inputs,
        ...(DisplayName && { displayName: DisplayName }),
        ...(FifoTopic === "true" && { fifoTopic: true }),
      });
    },
  };
}

function topicPolicy(cloud: Cloud): ResourceType {
  const set = (TopicArn: unknown, AttributeValue: string) =>
    cloud.call("sns", "SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue });
  const put = async (inputs: Properties): Promise<Made> => {
    await set(inputs.arn, text(inputs.policy));
    const outputs = { ...inputs, policy: text(inputs.policy), owner: cloud.accountId, region: cloud.region };
    return { id: String(inputs.arn), outputs };
  };
  return {
    type: "aws:sns/topicPolicy:TopicPolicy",
    docs: docs("topicpolicy"),
    required: ["arn", "policy"],
    properties: ["arn", "policy"],
    replaces: ["arn"],
    create: put,
    update: (_id, _before, after) => put(after),
    async delete(id) {
      await set(id, "");
    },
  };
}

function subscription(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("sns", operation, input);
  const attributesOf = async (SubscriptionArn: string) =>
    (await call<{ Attributes: Record<string, string> }>("GetSubscriptionAttributes", { SubscriptionArn })).Attributes;
  const made = async (arn: string, inputs: Properties): Promise<Made> => {
    const { PendingConfirmation, ConfirmationWasAuthenticated, Owner } = await attributesOf(arn);
    return {
      id: arn,
      outputs: {
        ...inputs,
        arn,
        ownerId: Owner,
        pendingConfirmation: PendingConfirmation === "true",
        confirmationWasAuthenticated: ConfirmationWasAuthenticated === "true",
        filterPolicyScope: inputs.filterPolicyScope ?? (inputs.filterPolicy ? "MessageAttributes" : ""),
        region: cloud.region,
      },
    };
  };

  return {
    type: "aws:sns/topicSubscription:TopicSubscription",
    docs: docs("topicsubscription"),
    required: ["topic", "protocol", "endpoint"],
    properties: [
      "topic",
      "protocol",
      "endpoint",
      "filterPolicy",
      "filterPolicyScope",
      "rawMessageDelivery",
      "redrivePolicy",
    ],
    inert: [
      ...["confirmationTimeoutInMinutes", "deliveryPolicy", "endpointAutoConfirms", "replayPolicy"],
      "subscriptionRoleArn",
    ],
    enums: {
      protocol: ["sqs", "lambda", "email", "email-json", "http", "https"],
      filterPolicyScope: ["MessageAttributes", "MessageBody"],
    },
    replaces: ["topic", "protocol", "endpoint"],
    async create(inputs) {
      const { SubscriptionArn } = await call<{ SubscriptionArn: string }>("Subscribe", {
        TopicArn: inputs.topic,
        Protocol: inputs.protocol,
        Endpoint: inputs.endpoint,
        Attributes: given(inputs, subscriptionAttributes),
        ReturnSubscriptionArn: true,
      });
      return made(SubscriptionArn, inputs);
    },
    async update(SubscriptionArn, before, after) {
      for (const [AttributeName, AttributeValue] of changes(before, after, subscriptionAttributes)) {
        await call("SetSubscriptionAttributes", { SubscriptionArn, AttributeName, AttributeValue });
      }
      return made(SubscriptionArn, after);
    },
    async delete(SubscriptionArn) {
      await call("Unsubscribe", { SubscriptionArn });
    },
    async read(id, context) {
      const { TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint } = await attributesOf(id);
      return await made(id, { ...context.previous?.inputs, topic: topicArn, protocol, endpoint });
    },
  };
}
