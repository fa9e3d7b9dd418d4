/** Queues and what is attached to them. */
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import { ifThere, isMissing } from "./missing.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges } from "./tags.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/sqs/${page}/`;
const nameOf = (url: unknown): string => String(url).split("/").at(-1) ?? "";

/** Attributes by property; SQS has all of them as text. */
const attributes: Record<string, string> = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deduplicationScope: "DeduplicationScope",
  delaySeconds: "DelaySeconds",
  fifoThroughputLimit: "FifoThroughputLimit",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  kmsMasterKeyId: "KmsMasterKeyId",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  policy: "Policy",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redriveAllowPolicy: "RedriveAllowPolicy",
  redrivePolicy: "RedrivePolicy",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  visibilityTimeoutSeconds: "VisibilityTimeout",
};

/** SQS's defaults: what it has where an attribute is not set, or is removed. */
const defaults = {
  delaySeconds: 0,
  maxMessageSize: 262_144,
  messageRetentionSeconds: 345_600,
  receiveWaitTimeSeconds: 0,
  visibilityTimeoutSeconds: 30,
};

export const sqsResources: ServiceResources = (cloud) => ({
  types: [
    queue(cloud),
    attached(cloud, "aws:sqs/queuePolicy:QueuePolicy", "policy"),
    attached(cloud, "aws:sqs/redrivePolicy:RedrivePolicy", "redrivePolicy"),
    attached(cloud, "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "redriveAllowPolicy"),
  ],
  invokes: {
    "aws:sqs/getQueue:getQueue": async ({ name }) => {
      const QueueName = String(name);
      try {
        const { QueueUrl } = await cloud.call<{ QueueUrl: string }>("sqs", "GetQueueUrl", { QueueName });
        const { Tags = {} } = await cloud.call<{ Tags?: object }>("sqs", "ListQueueTags", { QueueUrl });
        return { id: QueueUrl, name, url: QueueUrl, arn: arnOf(cloud, QueueName), tags: Tags, region: cloud.region };
      } catch (error) {
        if (isMissing(error)) throw new Error(`reading SQS Queue (${QueueName}) URL: it does not exist`);
        throw error;
      }
    },
  },
});

const arnOf = (cloud: Cloud, name: string) => `arn:aws:sqs:${cloud.region}:${cloud.accountId}:${name}`;
/** A queue's URL follows the port of the endpoint. */
const urlOf = (cloud: Cloud, name: string) => `${cloud.origin}/${cloud.accountId}/${name}`;

const text = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

function given(inputs: Properties): Record<string, string> {
  const { contentBasedDeduplication, ...others } = inputs;
  // Of a standard queue, SQS refuses even to be told that it has none.
  const all = contentBasedDeduplication || inputs.fifoQueue === true ? inputs : others;
  const pairs = Object.entries(attributes).filter(([property]) => all[property] !== undefined && all[property] !== "");
  return Object.fromEntries(pairs.map(([property, name]) => [name, text(all[property])]));
}

const fifoSuffix = ({ fifoQueue }: Properties): string => (fifoQueue === true ? ".fifo" : "");

function queue(cloud: Cloud): ResourceType {
  const made = (inputs: Properties): Made => {
    const name = String(inputs.name);
    const { sqsManagedSseEnabled = inputs.kmsMasterKeyId === undefined, policy = "" } = inputs;
    const outputs = { ...inputs, sqsManagedSseEnabled, policy, arn: arnOf(cloud, name), url: urlOf(cloud, name) };
    return { id: urlOf(cloud, name), outputs: { ...outputs, region: cloud.region } };
  };

  const settle = async (inputs: Properties, before: Properties): Promise<Made> => {
    const QueueUrl = urlOf(cloud, String(inputs.name));
    const old = given(before);
    const wanted = given(inputs);
    const changed = Object.entries(wanted).filter(([name, value]) => old[name] !== value);
    // A policy that was taken away is set to nothing.
    const removed = Object.keys(old).filter((name) => !(name in wanted) && /Policy$|^KmsMasterKeyId$/.test(name));
    const Attributes = { ...Object.fromEntries(changed), ...Object.fromEntries(removed.map((name) => [name, ""])) };
    if (Object.keys(Attributes).length > 0) await cloud.call("sqs", "SetQueueAttributes", { QueueUrl, Attributes });
    const { put, remove } = tagChanges(before.tagsAll, inputs.tagsAll);
    if (remove.length > 0) await cloud.call("sqs", "UntagQueue", { QueueUrl, TagKeys: remove });
    if (Object.keys(put).length > 0) await cloud.call("sqs", "TagQueue", { QueueUrl, Tags: put });
    return made(inputs);
  };

  return {
    type: "aws:sqs/queue:Queue",
    docs: docs("queue"),
    properties: ["fifoQueue", ...Object.keys(attributes).filter((name) => name !== "kmsDataKeyReusePeriodSeconds")],
    inert: ["kmsDataKeyReusePeriodSeconds"],
    enums: {
      deduplicationScope: ["messageGroup", "queue"],
      fifoThroughputLimit: ["perQueue", "perMessageGroupId"],
    },
    defaults,
    replaces: ["name", "namePrefix", "fifoQueue"],
    autoname: {
      property: "name",
      prefixed: true,
      max: 80,
      pattern: /^[a-zA-Z0-9_-]{1,80}(\.fifo)?$/,
      suffix: fifoSuffix,
    },
    validate(inputs) {
      const isFifo = String(inputs.name).endsWith(".fifo");
      if (inputs.fifoQueue && !isFifo)
        return [{ property: "name", reason: `is "${inputs.name}"; a FIFO queue's ends with .fifo` }];
      if (!inputs.fifoQueue && isFifo)
        return [{ property: "fifoQueue", reason: "must be true where the name ends with .fifo" }];
      return [];
    },
    taggable: true,
    stale: ({ url, name }) => (url === urlOf(cloud, String(name)) ? [] : ["url"]),
    async create(inputs) {
      const Attributes = { ...given(inputs), ...(inputs.fifoQueue === true && { FifoQueue: "true" }) };
      await cloud.call("sqs", "CreateQueue", { QueueName: inputs.name, Attributes, tags: inputs.tagsAll });
      return made(inputs);
    },
    update: (_id, before, after) => settle(after, before),
    async delete(_id, { name }) {
      await cloud.call("sqs", "DeleteQueue", { QueueUrl: urlOf(cloud, String(name)) });
    },
    async read(id, context) {
      const name = nameOf(id);
      const input = { QueueUrl: urlOf(cloud, name), AttributeNames: ["All"] };
      const { Attributes } = await cloud.call<{ Attributes: Record<string, string> }>(
        "sqs",
        "GetQueueAttributes",
        input,
      );
      const found = Object.entries(attributes).filter(([, attribute]) => Attributes[attribute] !== undefined);
      const values = found.map(([property, attribute]) => [
        property,
        parsed(property, Attributes[attribute] as string),
      ]);
      const fifoQueue = Attributes.FifoQueue === "true";
      return made({
        ...context.previous?.inputs,
        name,
        ...(fifoQueue && { fifoQueue }),
        ...Object.fromEntries(values),
      });
    },
  };
}

function parsed(property: string, value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return property in defaults || /Seconds$/.test(property) ? Number(value) : value;
}

/** One attribute of a queue, as a resource of its own. */
function attached(
  cloud: Cloud,
  type: string,
  property: "policy" | "redrivePolicy" | "redriveAllowPolicy",
): ResourceType {
  const set = async (queueUrl: unknown, value: string) => {
    const QueueUrl = urlOf(cloud, nameOf(queueUrl));
    await cloud.call("sqs", "SetQueueAttributes", {
      QueueUrl,
      Attributes: { [attributes[property] as string]: value },
    });
  };
  const clear = (queueUrl: unknown) => set(queueUrl, "");
  const put = async (inputs: Properties): Promise<Made> => {
    await set(inputs.queueUrl, text(inputs[property]));
    return {
      id: String(inputs.queueUrl),
      outputs: { ...inputs, [property]: text(inputs[property]), region: cloud.region },
    };
  };
  return {
    type,
    docs: docs(property === "policy" ? "queuepolicy" : property.toLowerCase()),
    required: ["queueUrl", property],
    properties: ["queueUrl", property],
    create: put,
    async update(_id, before, after) {
      // The URL alone changes with the endpoint's port.
      if (nameOf(before.queueUrl) !== nameOf(after.queueUrl)) await ifThere(clear(before.queueUrl));
      return put(after);
    },
    async delete(_id, { queueUrl }) {
      await clear(queueUrl);
    },
  };
}
