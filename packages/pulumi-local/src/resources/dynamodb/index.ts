/** Tables, items and policies of DynamoDB. */
import type { ContinuousBackupsDescription, TableDescription, TimeToLiveDescription } from "@aws-sdk/client-dynamodb";
import type { Cloud } from "local-aws/service";
import type { CheckFailure, Made, Properties } from "../../engine/provider.ts";
import { ifThere, isMissing } from "../missing.ts";
import type { ResourceType, ServiceResources } from "../resourceType.ts";
import { tagMap } from "../tags.ts";
import { tableType } from "./table.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/dynamodb/${page}/`;

export const dynamodbResources: ServiceResources = (cloud) => ({
  types: [tableType(cloud), tableItem(cloud), resourcePolicy(cloud)],
  invokes: { "aws:dynamodb/getTable:getTable": ({ name }) => getTable(cloud, String(name)) },
});

async function getTable(cloud: Cloud, TableName: string): Promise<Properties> {
  const call = <Output>(operation: string, input: object) => cloud.call<Output>("dynamodb", operation, input);
  let table: TableDescription;
  try {
    ({ Table: table } = await call<{ Table: TableDescription }>("DescribeTable", { TableName }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(`reading DynamoDB Table (${TableName}): couldn't find resource`);
  }
  const { TimeToLiveDescription: ttl } = await call<{ TimeToLiveDescription?: TimeToLiveDescription }>(
    "DescribeTimeToLive",
    { TableName },
  );
  const { ContinuousBackupsDescription: backups } = await call<{
    ContinuousBackupsDescription: ContinuousBackupsDescription;
  }>("DescribeContinuousBackups", { TableName });
  const { Tags } = await call<{ Tags: { Key: string; Value: string }[] }>("ListTagsOfResource", {
    ResourceArn: table.TableArn,
  });
  const key = (type: string, schema = table.KeySchema) =>
    schema?.find(({ KeyType }) => KeyType === type)?.AttributeName ?? "";
  const index = ({
    IndexName,
    KeySchema,
    Projection,
  }: NonNullable<TableDescription["GlobalSecondaryIndexes"]>[number]) => ({
    name: IndexName,
    hashKey: key("HASH", KeySchema),
    rangeKey: key("RANGE", KeySchema),
    projectionType: Projection?.ProjectionType,
    nonKeyAttributes: Projection?.NonKeyAttributes ?? [],
  });
  const recovery = backups.PointInTimeRecoveryDescription;
  return {
    id: TableName,
    name: TableName,
    arn: table.TableArn,
    hashKey: key("HASH"),
    rangeKey: key("RANGE"),
    attributes: table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => ({
      name: AttributeName,
      type: AttributeType,
    })),
    billingMode: table.BillingModeSummary?.BillingMode ?? "PROVISIONED",
    readCapacity: table.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    writeCapacity: table.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    globalSecondaryIndexes: (table.GlobalSecondaryIndexes ?? []).map(index),
    localSecondaryIndexes: (table.LocalSecondaryIndexes ?? []).map(index),
    streamEnabled: table.StreamSpecification?.StreamEnabled ?? false,
    streamViewType: table.StreamSpecification?.StreamViewType ?? "",
    streamArn: table.LatestStreamArn ?? "",
    streamLabel: table.LatestStreamLabel ?? "",
    tableClass: table.TableClassSummary?.TableClass ?? "STANDARD",
    deletionProtectionEnabled: table.DeletionProtectionEnabled ?? false,
    ttl: { enabled: ttl?.TimeToLiveStatus === "ENABLED", attributeName: ttl?.AttributeName ?? "" },
    pointInTimeRecovery: {
      enabled: recovery?.PointInTimeRecoveryStatus === "ENABLED",
      recoveryPeriodInDays: recovery?.RecoveryPeriodInDays ?? 0,
    },
    serverSideEncryption: {
      enabled: table.SSEDescription?.Status === "ENABLED",
      kmsKeyArn: table.SSEDescription?.KMSMasterKeyArn ?? "",
    },
    replicas: [],
    tags: tagMap(Tags),
    region: cloud.region,
  };
}

type Item = Record<string, object>;

function tableItem(cloud: Cloud): ResourceType {
  const itemOf = ({ item }: Properties) => JSON.parse(String(item)) as Item;
  const keyOf = (inputs: Properties) => {
    const names = [inputs.hashKey, inputs.rangeKey].filter(Boolean) as string[];
    return Object.fromEntries(names.map((name) => [name, itemOf(inputs)[name]]));
  };
  const made = (inputs: Properties): Made => {
    const values = Object.values(keyOf(inputs)).map((value) => Object.values(value ?? {})[0]);
    return {
      id: [inputs.tableName, inputs.hashKey, ...values].join("|"),
      outputs: { ...inputs, region: cloud.region },
    };
  };
  const remove = (inputs: Properties) =>
    cloud.call("dynamodb", "DeleteItem", { TableName: inputs.tableName, Key: keyOf(inputs) });

  return {
    type: "aws:dynamodb/tableItem:TableItem",
    docs: docs("tableitem"),
    required: ["tableName", "hashKey", "item"],
    properties: ["tableName", "hashKey", "rangeKey", "item"],
    replaces: ["tableName", "hashKey", "rangeKey"],
    validate(inputs): CheckFailure[] {
      if (typeof inputs.item !== "string") return [];
      try {
        const item = itemOf(inputs);
        const missing = [inputs.hashKey, inputs.rangeKey].filter((name) => name && !item[String(name)]);
        return missing.map((name) => ({ property: "item", reason: `has no attribute ${name}, which is a key` }));
      } catch {
        return [{ property: "item", reason: `is no JSON; it must be as {"id":{"S":"1"}}` }];
      }
    },
    async create(inputs, context) {
      await cloud.call("dynamodb", "PutItem", {
        TableName: inputs.tableName,
        Item: itemOf(inputs),
        ...(context.previous?.id !== "" && {
          ConditionExpression: "attribute_not_exists(#key)",
          ExpressionAttributeNames: { "#key": inputs.hashKey },
        }),
      });
      return made(inputs);
    },
    async update(_id, before, after) {
      await cloud.call("dynamodb", "PutItem", { TableName: after.tableName, Item: itemOf(after) });
      if (made(before).id !== made(after).id) await ifThere(remove(before));
      return made(after);
    },
    async delete(_id, outputs) {
      await remove(outputs);
    },
  };
}

function resourcePolicy(cloud: Cloud): ResourceType {
  const put = async (inputs: Properties): Promise<Made> => {
    const { RevisionId } = await cloud.call<{ RevisionId: string }>("dynamodb", "PutResourcePolicy", {
      ResourceArn: inputs.resourceArn,
      Policy: inputs.policy,
    });
    return { id: String(inputs.resourceArn), outputs: { ...inputs, revisionId: RevisionId, region: cloud.region } };
  };
  return {
    type: "aws:dynamodb/resourcePolicy:ResourcePolicy",
    docs: docs("resourcepolicy"),
    required: ["policy", "resourceArn"],
    properties: ["policy", "resourceArn"],
    inert: ["confirmRemoveSelfResourceAccess"],
    replaces: ["resourceArn"],
    create: put,
    update: (_id, _before, after) => put(after),
    async delete(ResourceArn) {
      await cloud.call("dynamodb", "DeleteResourcePolicy", { ResourceArn });
    },
  };
}
