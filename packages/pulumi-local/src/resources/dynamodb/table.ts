import { isDeepStrictEqual } from "node:util";
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import type { Cloud } from "local-aws/service";
import { type Made, PartlyMade, type Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList } from "../tags.ts";
import {
  attributeDefinitions,
  createInput,
  encryption,
  globalIndex,
  isProvisioned,
  type TableProperties,
  tableOf,
  validateTable,
} from "./tableInput.ts";

export function tableType(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("dynamodb", operation, input);

  async function describe(TableName: string): Promise<TableDescription> {
    return (await call<{ Table: TableDescription }>("DescribeTable", { TableName })).Table;
  }

  async function made(inputs: Properties): Promise<Made> {
    const table = tableOf(inputs);
    const {
      TableArn: arn,
      LatestStreamArn: streamArn = "",
      LatestStreamLabel: streamLabel = "",
    } = await describe(table.name);
    const { readCapacity = 0, writeCapacity = 0, streamViewType = "" } = table;
    return {
      id: table.name,
      outputs: {
        ...inputs,
        arn,
        streamArn,
        streamLabel,
        streamViewType,
        readCapacity,
        writeCapacity,
        region: cloud.region,
      },
    };
  }

  /** What is set by operations of its own, after the table is there. */
  async function settle(before: TableProperties | undefined, after: TableProperties): Promise<void> {
    const TableName = after.name;
    if (!isDeepStrictEqual(before?.ttl, after.ttl) && (before?.ttl?.enabled || after.ttl?.enabled)) {
      const { enabled = false, attributeName = before?.ttl?.attributeName } = after.ttl ?? {};
      const old = before?.ttl;
      if (old?.enabled && (!enabled || old.attributeName !== attributeName)) {
        const TimeToLiveSpecification = { Enabled: false, AttributeName: old.attributeName };
        await call("UpdateTimeToLive", { TableName, TimeToLiveSpecification });
      }
      if (enabled) {
        await call("UpdateTimeToLive", {
          TableName,
          TimeToLiveSpecification: { Enabled: true, AttributeName: attributeName },
        });
      }
    }
    const { enabled = false, recoveryPeriodInDays } = after.pointInTimeRecovery ?? {};
    if (!isDeepStrictEqual(before?.pointInTimeRecovery, after.pointInTimeRecovery) && (before || enabled)) {
      await call("UpdateContinuousBackups", {
        TableName,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: enabled,
          ...(enabled && recoveryPeriodInDays && { RecoveryPeriodInDays: recoveryPeriodInDays }),
        },
      });
    }
  }

  async function updateStream(before: TableProperties, after: TableProperties): Promise<void> {
    const wanted = after.streamEnabled ? after.streamViewType : undefined;
    const current = before.streamEnabled ? before.streamViewType : undefined;
    if (wanted === current) return;
    const TableName = after.name;
    // A stream's view type is that of its beginning: another one is another stream.
    if (current) await call("UpdateTable", { TableName, StreamSpecification: { StreamEnabled: false } });
    if (wanted) {
      await call("UpdateTable", { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: wanted } });
    }
  }

  /** DynamoDB makes or drops one index at a time. */
  async function updateIndexes(before: TableProperties, after: TableProperties): Promise<void> {
    const provisioned = isProvisioned(after);
    const shape = (table: TableProperties) =>
      new Map((table.globalSecondaryIndexes ?? []).map((index) => [index.name, globalIndex(index, false)]));
    const old = shape(before);
    const wanted = shape(after);
    for (const [IndexName, index] of old) {
      if (isDeepStrictEqual(index, wanted.get(IndexName))) continue;
      await call("UpdateTable", { TableName: after.name, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }] });
    }
    for (const index of after.globalSecondaryIndexes ?? []) {
      if (isDeepStrictEqual(wanted.get(index.name), old.get(index.name))) continue;
      await call("UpdateTable", {
        TableName: after.name,
        AttributeDefinitions: attributeDefinitions(after),
        GlobalSecondaryIndexUpdates: [{ Create: globalIndex(index, provisioned) }],
      });
    }
  }

  async function updateSettings(before: TableProperties, after: TableProperties): Promise<void> {
    const { billingMode, readCapacity, writeCapacity, deletionProtectionEnabled = false, tableClass } = after;
    const capacity = isProvisioned(after) && {
      ProvisionedThroughput: { ReadCapacityUnits: readCapacity, WriteCapacityUnits: writeCapacity },
    };
    const billing = (table: TableProperties) => [table.billingMode, table.readCapacity, table.writeCapacity];
    if (!isDeepStrictEqual(billing(before), billing(after))) {
      await call("UpdateTable", { TableName: after.name, BillingMode: billingMode ?? "PROVISIONED", ...capacity });
    }
    if ((before.deletionProtectionEnabled ?? false) !== deletionProtectionEnabled) {
      await call("UpdateTable", { TableName: after.name, DeletionProtectionEnabled: deletionProtectionEnabled });
    }
    if (!isDeepStrictEqual(encryption(before), encryption(after))) {
      await call("UpdateTable", { TableName: after.name, SSESpecification: encryption(after) });
    }
    if (tableClass && before.tableClass !== tableClass) {
      await call("UpdateTable", { TableName: after.name, TableClass: tableClass });
    }
  }

  async function updateTags(before: unknown, after: unknown, name: string): Promise<void> {
    const { put, remove } = tagChanges(before, after);
    const { TableArn: ResourceArn } = await describe(name);
    if (remove.length > 0) await call("UntagResource", { ResourceArn, TagKeys: remove });
    if (Object.keys(put).length > 0) await call("TagResource", { ResourceArn, Tags: tagList(put) });
  }

  return {
    type: "aws:dynamodb/table:Table",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/dynamodb/table/",
    requiredHere: ["attributes", "hashKey"],
    properties: [
      ...["attributes", "hashKey", "rangeKey", "billingMode", "readCapacity", "writeCapacity"],
      ...["globalSecondaryIndexes", "localSecondaryIndexes", "streamEnabled", "streamViewType", "ttl"],
      ...["pointInTimeRecovery", "deletionProtectionEnabled", "serverSideEncryption", "tableClass"],
    ],
    inert: ["onDemandThroughput", "warmThroughput"],
    enums: {
      billingMode: ["PROVISIONED", "PAY_PER_REQUEST"],
      streamViewType: ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", ""],
      tableClass: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"],
      "attributes.type": ["S", "N", "B"],
      "globalSecondaryIndexes.projectionType": ["ALL", "INCLUDE", "KEYS_ONLY"],
      "localSecondaryIndexes.projectionType": ["ALL", "INCLUDE", "KEYS_ONLY"],
    },
    validate: validateTable,
    defaults: { billingMode: "PROVISIONED" },
    replaces: ["name", "hashKey", "rangeKey", "localSecondaryIndexes"],
    autoname: { property: "name", max: 255, pattern: /^[a-zA-Z0-9_.-]{3,255}$/ },
    taggable: true,
    changesWith: { streamArn: ["streamEnabled", "streamViewType"], streamLabel: ["streamEnabled", "streamViewType"] },
    async create(inputs) {
      const table = tableOf(inputs);
      await call("CreateTable", { ...createInput(table), Tags: tagList(inputs.tagsAll) });
      try {
        await settle(undefined, table);
      } catch (error) {
        throw new PartlyMade(await made(inputs), (error as Error).message);
      }
      return made(inputs);
    },
    async update(_id, beforeInputs, afterInputs, context) {
      const before = tableOf(beforeInputs);
      const after = tableOf(afterInputs);
      await updateSettings(before, after);
      await updateIndexes(before, after);
      await updateStream(before, after);
      // How far a killed run came with the table is unknown.
      await settle(context.previous?.id === "" ? undefined : before, after);
      await updateTags(beforeInputs.tagsAll, afterInputs.tagsAll, after.name);
      return made(afterInputs);
    },
    async delete(TableName) {
      await call("DeleteTable", { TableName });
    },
    async read(id, context) {
      const found = await describe(id);
      const key = (type: string) => found.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
      const { StreamEnabled = false, StreamViewType } = found.StreamSpecification ?? {};
      return await made({
        ...context.previous?.inputs,
        name: id,
        hashKey: key("HASH"),
        ...(key("RANGE") && { rangeKey: key("RANGE") }),
        attributes: found.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => ({
          name: AttributeName,
          type: AttributeType,
        })),
        billingMode: found.BillingModeSummary?.BillingMode ?? "PROVISIONED",
        streamEnabled: StreamEnabled,
        ...(StreamViewType && { streamViewType: StreamViewType }),
      });
    },
  };
}
