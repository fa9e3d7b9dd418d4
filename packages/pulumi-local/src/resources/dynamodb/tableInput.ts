/** A table's properties as DynamoDB's API has them, and what is wrong with them. */
import type { CheckFailure, Properties } from "../../engine/provider.ts";

interface IndexProperties {
  name: string;
  hashKey?: string;
  rangeKey?: string;
  keySchemas?: { attributeName: string; keyType: string }[];
  projectionType?: string;
  nonKeyAttributes?: string[];
  readCapacity?: number;
  writeCapacity?: number;
}

export interface TableProperties {
  name: string;
  hashKey?: string;
  rangeKey?: string;
  attributes?: { name: string; type: string }[];
  billingMode?: string;
  readCapacity?: number;
  writeCapacity?: number;
  globalSecondaryIndexes?: IndexProperties[];
  localSecondaryIndexes?: IndexProperties[];
  streamEnabled?: boolean;
  streamViewType?: string;
  deletionProtectionEnabled?: boolean;
  tableClass?: string;
  serverSideEncryption?: { enabled: boolean; kmsKeyArn?: string };
  pointInTimeRecovery?: { enabled: boolean; recoveryPeriodInDays?: number };
  ttl?: { enabled?: boolean; attributeName?: string };
}

export const tableOf = (inputs: Properties) => inputs as unknown as TableProperties;

export const attributeDefinitions = ({ attributes = [] }: TableProperties) =>
  attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));

function keySchema({ hashKey, rangeKey, keySchemas }: Pick<IndexProperties, "hashKey" | "rangeKey" | "keySchemas">) {
  if (keySchemas?.length) {
    return keySchemas.map(({ attributeName, keyType }) => ({ AttributeName: attributeName, KeyType: keyType }));
  }
  return [
    { AttributeName: hashKey, KeyType: "HASH" },
    ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" }] : []),
  ];
}

const throughput = ({
  readCapacity = 0,
  writeCapacity = 0,
}: Pick<TableProperties, "readCapacity" | "writeCapacity">) => ({
  ReadCapacityUnits: readCapacity,
  WriteCapacityUnits: writeCapacity,
});

/** @param provisioned whether the table is. */
export function globalIndex(index: IndexProperties, provisioned: boolean) {
  return {
    IndexName: index.name,
    KeySchema: keySchema(index),
    Projection: projection(index),
    ...(provisioned && { ProvisionedThroughput: throughput(index) }),
  };
}

function projection({ projectionType = "ALL", nonKeyAttributes }: IndexProperties) {
  return { ProjectionType: projectionType, ...(nonKeyAttributes?.length && { NonKeyAttributes: nonKeyAttributes }) };
}

export const isProvisioned = ({ billingMode = "PROVISIONED" }: TableProperties) => billingMode === "PROVISIONED";

/** Without a key DynamoDB's own of the account. */
export function encryption({
  serverSideEncryption: { enabled = false, kmsKeyArn } = { enabled: false },
}: TableProperties) {
  if (!enabled) return { Enabled: false };
  return { Enabled: true, SSEType: "KMS", ...(kmsKeyArn && { KMSMasterKeyId: kmsKeyArn }) };
}

export function createInput(table: TableProperties): object {
  const provisioned = isProvisioned(table);
  const { globalSecondaryIndexes: global = [], localSecondaryIndexes: local = [] } = table;
  return {
    TableName: table.name,
    AttributeDefinitions: attributeDefinitions(table),
    KeySchema: keySchema(table),
    BillingMode: table.billingMode ?? "PROVISIONED",
    ...(provisioned && { ProvisionedThroughput: throughput(table) }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global.map((index) => globalIndex(index, provisioned)) }),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema({ ...index, ...(table.hashKey && { hashKey: table.hashKey }) }),
        Projection: projection(index),
      })),
    }),
    ...(table.streamEnabled && { StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamViewType } }),
    ...(table.tableClass && { TableClass: table.tableClass }),
    ...(table.serverSideEncryption?.enabled && { SSESpecification: encryption(table) }),
    DeletionProtectionEnabled: table.deletionProtectionEnabled ?? false,
  };
}

/** What the provider and DynamoDB refuse. */
export function validateTable(inputs: Properties): CheckFailure[] {
  const table = tableOf(inputs);
  const failures: CheckFailure[] = [];
  const { globalSecondaryIndexes: global = [], localSecondaryIndexes: local = [] } = table;
  const schemas = [table, ...global, ...local.map((index) => ({ ...index, hashKey: table.hashKey }))];
  const keys = new Set(
    schemas.flatMap((index) => keySchema(index as IndexProperties).flatMap(({ AttributeName }) => AttributeName ?? [])),
  );
  const defined = new Set((table.attributes ?? []).map(({ name }) => name));
  const missing = [...keys].filter((name) => !defined.has(name));
  const unused = [...defined].filter((name) => !keys.has(name));
  if (missing.length > 0) {
    failures.push({ property: "attributes", reason: `does not define ${missing.join(", ")}, which a key names` });
  }
  if (unused.length > 0) {
    failures.push({
      property: "attributes",
      reason: `defines ${unused.join(", ")}, which no key of the table or of an index names; only keys are defined`,
    });
  }
  if (isProvisioned(table) && !(table.readCapacity && table.writeCapacity)) {
    failures.push({
      property: "billingMode",
      reason:
        "is PROVISIONED (the default), which needs readCapacity and writeCapacity of at least 1; PAY_PER_REQUEST needs neither",
    });
  }
  if (table.streamEnabled && !table.streamViewType) {
    failures.push({ property: "streamViewType", reason: "is required where streamEnabled is true" });
  }
  if (table.ttl?.enabled && !table.ttl.attributeName) {
    failures.push({ property: "ttl.attributeName", reason: "is required where ttl is enabled" });
  }
  return failures;
}
