/** Log groups and what belongs to them. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { subscriptionFilter } from "./subscriptionFilter.ts";
import { tagChanges } from "./tags.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/${page}/`;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html; 0 keeps for ever. */
const retentions = [
  ...[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

export const logsResources: ServiceResources = (cloud) => {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("logs", operation, input);

  async function find(name: string): Promise<LogGroup | undefined> {
    const { logGroups } = await call<{ logGroups: LogGroup[] }>("DescribeLogGroups", { logGroupNamePrefix: name });
    return logGroups.find(({ logGroupName }) => logGroupName === name);
  }

  return {
    types: [
      logGroup(cloud, find),
      logStream(cloud),
      resourcePolicy(cloud),
      metricFilter(cloud),
      subscriptionFilter(cloud),
    ],
    invokes: {
      "aws:cloudwatch/getLogGroup:getLogGroup": async ({ name }) => {
        const group = await find(String(name));
        if (!group) throw new Error(`reading CloudWatch Logs Log Group (${name}): empty result`);
        const { tags } = await call<{ tags: object }>("ListTagsForResource", { resourceArn: group.logGroupArn });
        return {
          id: name,
          name,
          arn: group.logGroupArn,
          creationTime: group.creationTime,
          deletionProtectionEnabled: group.deletionProtectionEnabled,
          kmsKeyId: group.kmsKeyId ?? "",
          logGroupClass: group.logGroupClass,
          retentionInDays: group.retentionInDays ?? 0,
          tags,
          region: cloud.region,
        };
      },
    },
  };
};

function logGroup(cloud: Cloud, find: (name: string) => Promise<LogGroup | undefined>): ResourceType {
  const call = (operation: string, input: object) => cloud.call("logs", operation, input);

  async function settle(logGroupName: string, inputs: Properties, before: Properties = {}): Promise<Made> {
    const { retentionInDays = 0, deletionProtectionEnabled = false, kmsKeyId } = inputs;
    if (kmsKeyId !== before.kmsKeyId) {
      await (kmsKeyId
        ? call("AssociateKmsKey", { logGroupName, kmsKeyId })
        : call("DisassociateKmsKey", { logGroupName }));
    }
    if (retentionInDays !== (before.retentionInDays ?? 0)) {
      await (retentionInDays === 0
        ? call("DeleteRetentionPolicy", { logGroupName })
        : call("PutRetentionPolicy", { logGroupName, retentionInDays }));
    }
    if (deletionProtectionEnabled !== (before.deletionProtectionEnabled ?? false)) {
      await call("PutLogGroupDeletionProtection", { logGroupIdentifier: logGroupName, deletionProtectionEnabled });
    }
    const group = await find(logGroupName);
    return { id: logGroupName, outputs: { ...inputs, arn: group?.logGroupArn, region: cloud.region } };
  }

  return {
    type: "aws:cloudwatch/logGroup:LogGroup",
    docs: docs("loggroup"),
    properties: ["retentionInDays", "skipDestroy", "logGroupClass", "deletionProtectionEnabled", "kmsKeyId"],
    enums: { retentionInDays: retentions, logGroupClass: ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"] },
    defaults: { retentionInDays: 0, skipDestroy: false, logGroupClass: "STANDARD" },
    replaces: ["name", "namePrefix", "logGroupClass"],
    autoname: { property: "name", prefixed: true, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ },
    taggable: true,
    async create(inputs) {
      const logGroupName = String(inputs.name);
      const { logGroupClass, kmsKeyId, tagsAll: tags } = inputs;
      await call("CreateLogGroup", { logGroupName, logGroupClass, kmsKeyId, tags });
      return settle(logGroupName, inputs, { kmsKeyId });
    },
    async update(id, before, after) {
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      const resourceArn = `arn:aws:logs:${cloud.region}:${cloud.accountId}:log-group:${id}`;
      if (remove.length > 0) await call("UntagResource", { resourceArn, tagKeys: remove });
      if (Object.keys(put).length > 0) await call("TagResource", { resourceArn, tags: put });
      return settle(id, after, before);
    },
    async delete(id, outputs) {
      if (!outputs.skipDestroy) await call("DeleteLogGroup", { logGroupName: id });
    },
    async read(id, context) {
      const group = await find(id);
      if (!group) return undefined;
      const { retentionInDays = 0, logGroupClass, kmsKeyId = "", logGroupArn: arn } = group;
      const told = { retentionInDays, logGroupClass, kmsKeyId, arn, region: cloud.region };
      return { id, outputs: { ...context.previous?.inputs, name: id, ...told } };
    },
  };
}

const logStream = (cloud: Cloud): ResourceType => ({
  type: "aws:cloudwatch/logStream:LogStream",
  docs: docs("logstream"),
  required: ["logGroupName"],
  properties: ["logGroupName"],
  autoname: { property: "name", max: 512, pattern: /^[^:*]*$/ },
  async create(inputs) {
    const { logGroupName, name: logStreamName } = inputs;
    await cloud.call("logs", "CreateLogStream", { logGroupName, logStreamName });
    const arn = `arn:aws:logs:${cloud.region}:${cloud.accountId}:log-group:${logGroupName}:log-stream:${logStreamName}`;
    return { id: String(logStreamName), outputs: { ...inputs, arn, region: cloud.region } };
  },
  delete: (id, { logGroupName }) => cloud.call("logs", "DeleteLogStream", { logGroupName, logStreamName: id }),
});

function resourcePolicy(cloud: Cloud): ResourceType {
  const put = async (inputs: Properties, expectedRevisionId?: unknown): Promise<Made> => {
    const { policyName, resourceArn, policyDocument } = inputs;
    const { resourcePolicy } = await cloud.call<{ resourcePolicy: Properties }>("logs", "PutResourcePolicy", {
      policyName,
      resourceArn,
      ...(resourceArn !== undefined && { expectedRevisionId }),
      policyDocument: typeof policyDocument === "string" ? policyDocument : JSON.stringify(policyDocument),
    });
    const { policyScope, revisionId = "" } = resourcePolicy;
    return {
      id: String(policyName ?? resourceArn),
      outputs: { ...inputs, policyScope, revisionId, region: cloud.region },
    };
  };
  return {
    type: "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    docs: docs("logresourcepolicy"),
    required: ["policyDocument"],
    properties: ["policyDocument", "policyName", "resourceArn"],
    replaces: ["policyName", "resourceArn"],
    validate: ({ policyName, resourceArn }) =>
      (policyName === undefined) === (resourceArn === undefined)
        ? [{ property: "policyName", reason: "or resourceArn must be given, and not both" }]
        : [],
    create: (inputs) => put(inputs),
    update: (_id, _before, after, { previous }) => put(after, previous?.outputs.revisionId),
    delete: (_id, { policyName, resourceArn, revisionId: expectedRevisionId }) =>
      cloud.call("logs", "DeleteResourcePolicy", {
        ...(resourceArn === undefined ? { policyName } : { resourceArn, expectedRevisionId }),
      }),
  };
}

function metricFilter(cloud: Cloud): ResourceType {
  const put = async (inputs: Properties): Promise<Made> => {
    const { logGroupName, name: filterName, pattern: filterPattern } = inputs;
    const to = inputs.metricTransformation as Record<string, unknown>;
    await cloud.call("logs", "PutMetricFilter", {
      logGroupName,
      filterName,
      filterPattern: String(filterPattern).trim(),
      metricTransformations: [
        {
          metricName: to.name,
          metricNamespace: to.namespace,
          metricValue: to.value,
          ...(to.unit !== undefined && { unit: to.unit }),
          ...(to.defaultValue !== undefined && { defaultValue: Number(to.defaultValue) }),
          ...(to.dimensions !== undefined && { dimensions: to.dimensions }),
        },
      ],
    });
    return { id: String(filterName), outputs: { ...inputs, region: cloud.region } };
  };
  return {
    type: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    docs: docs("logmetricfilter"),
    required: ["logGroupName", "metricTransformation", "pattern"],
    properties: ["logGroupName", "metricTransformation", "pattern"],
    inert: ["applyOnTransformedLogs"],
    replaces: ["name", "logGroupName"],
    autoname: { property: "name", max: 512, pattern: /^[^:*]*$/ },
    create: put,
    update: (_id, _before, after) => put(after),
    delete: (id, { logGroupName }) => cloud.call("logs", "DeleteMetricFilter", { logGroupName, filterName: id }),
  };
}
