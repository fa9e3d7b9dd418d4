/** What each operation takes. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html */
import * as part from "./parts.ts";
import type { Shape } from "./shape.ts";

const { boolean, item, list, names, oneOf, required, structure, tableName, text, values } = part;

const condition = { ConditionExpression: text(), ExpressionAttributeNames: names, ExpressionAttributeValues: values };
const writing = {
  TableName: tableName,
  Expected: part.expected,
  ReturnValues: part.returnValues,
  ReturnConsumedCapacity: part.consumed,
  ReturnItemCollectionMetrics: part.collections,
  ConditionalOperator: part.conditional,
  ReturnValuesOnConditionCheckFailure: part.onFailure,
  ...condition,
};
const projecting = { ProjectionExpression: text(), ExpressionAttributeNames: names };
const paging = {
  TableName: tableName,
  IndexName: part.indexName,
  Select: oneOf("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
  AttributesToGet: part.attributesToGet,
  Limit: part.natural,
  ConsistentRead: boolean,
  ConditionalOperator: part.conditional,
  ExclusiveStartKey: item,
  ReturnConsumedCapacity: part.consumed,
  FilterExpression: text(),
  ExpressionAttributeValues: values,
  ...projecting,
};
const table = { TableName: tableName };
const returned = { ReturnConsumedCapacity: part.consumed, ReturnItemCollectionMetrics: part.collections };
const transacted = { TableName: tableName, ReturnValuesOnConditionCheckFailure: part.onFailure, ...condition };
const statement = {
  Statement: text({ required: true, min: 1, max: 8192 }),
  Parameters: list(part.value, { min: 1 }),
  ReturnValuesOnConditionCheckFailure: part.onFailure,
};
const settings = {
  ProvisionedThroughput: part.throughput,
  OnDemandThroughput: part.onDemand,
  WarmThroughput: part.warm,
  StreamSpecification: part.streamSpecification,
  SSESpecification: part.encryption,
  TableClass: part.tableClass,
  BillingMode: part.billingMode,
  DeletionProtectionEnabled: boolean,
};
const restore = {
  TargetTableName: text({ required: true, min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ }),
  BillingModeOverride: part.billingMode,
  ProvisionedThroughputOverride: part.throughput,
};
const indexUpdate = structure({
  Create: part.globalIndex,
  Update: structure({
    IndexName: required(part.indexName),
    ProvisionedThroughput: part.throughput,
    OnDemandThroughput: part.onDemand,
    WarmThroughput: part.warm,
  }),
  Delete: structure({ IndexName: required(part.indexName) }),
});

export const inputs: Record<string, Record<string, Shape>> = {
  GetItem: {
    ...table,
    Key: required(item),
    AttributesToGet: part.attributesToGet,
    ConsistentRead: boolean,
    ReturnConsumedCapacity: part.consumed,
    ...projecting,
  },
  PutItem: { ...writing, Item: required(item) },
  DeleteItem: { ...writing, Key: required(item) },
  UpdateItem: {
    ...writing,
    Key: required(item),
    AttributeUpdates: { type: "map", of: structure({ Value: part.value, Action: oneOf("ADD", "DELETE", "PUT") }) },
    UpdateExpression: text(),
  },
  Query: {
    ...paging,
    Limit: { type: "integer", min: 1, word: "Limit" },
    ScanIndexForward: boolean,
    KeyConditions: part.legacyConditions,
    QueryFilter: part.legacyConditions,
    KeyConditionExpression: text(),
  },
  Scan: {
    ...paging,
    ScanFilter: part.legacyConditions,
    TotalSegments: { type: "integer", min: 1, max: 1_000_000 },
    Segment: { type: "integer", min: 0, max: 999_999 },
  },
  BatchGetItem: {
    RequestItems: {
      type: "map",
      required: true,
      max: 100,
      of: structure({
        Keys: list(item, { required: true, min: 1 }),
        AttributesToGet: part.attributesToGet,
        ConsistentRead: boolean,
        ...projecting,
      }),
    },
    ReturnConsumedCapacity: part.consumed,
  },
  BatchWriteItem: {
    RequestItems: {
      type: "map",
      required: true,
      max: 25,
      each: { min: 1, max: 25 },
      of: list(
        structure({
          PutRequest: structure({ Item: required(item) }),
          DeleteRequest: structure({ Key: required(item) }),
        }),
      ),
    },
    ...returned,
  },
  TransactGetItems: {
    TransactItems: list(
      structure({ Get: required(structure({ Key: required(item), TableName: tableName, ...projecting })) }),
      {
        required: true,
        min: 1,
        max: 100,
      },
    ),
    ReturnConsumedCapacity: part.consumed,
  },
  TransactWriteItems: {
    TransactItems: list(
      structure({
        ConditionCheck: structure({
          ...transacted,
          Key: required(item),
          ConditionExpression: text({ required: true }),
        }),
        Put: structure({ ...transacted, Item: required(item) }),
        Delete: structure({ ...transacted, Key: required(item) }),
        Update: structure({ ...transacted, Key: required(item), UpdateExpression: text({ required: true }) }),
      }),
      { required: true, min: 1, max: 100 },
    ),
    ClientRequestToken: text({ min: 1, max: 36 }),
    ...returned,
  },
  ExecuteStatement: {
    ...statement,
    ConsistentRead: boolean,
    NextToken: text({ min: 1, max: 32_768 }),
    ReturnConsumedCapacity: part.consumed,
    Limit: part.natural,
  },
  BatchExecuteStatement: {
    Statements: list(structure({ ...statement, ConsistentRead: boolean }), { required: true, min: 1, max: 25 }),
    ReturnConsumedCapacity: part.consumed,
  },
  ExecuteTransaction: {
    TransactStatements: list(structure(statement), { required: true, min: 1, max: 100 }),
    ClientRequestToken: text({ min: 1, max: 36 }),
    ReturnConsumedCapacity: part.consumed,
  },
  CreateTable: {
    TableName: part.newTableName,
    AttributeDefinitions: { ...part.attributeDefinitions, required: true },
    KeySchema: part.keySchema,
    LocalSecondaryIndexes: list(part.localIndex),
    GlobalSecondaryIndexes: list(part.globalIndex),
    Tags: part.tags,
    ResourcePolicy: text(),
    ...settings,
  },
  UpdateTable: {
    ...table,
    AttributeDefinitions: part.attributeDefinitions,
    GlobalSecondaryIndexUpdates: list(indexUpdate),
    ...settings,
  },
  DescribeTable: table,
  DeleteTable: table,
  ListTables: {
    ExclusiveStartTableName: text({ min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ }),
    Limit: { type: "integer", min: 1, max: 100 },
  },
  DescribeTimeToLive: table,
  UpdateTimeToLive: {
    ...table,
    TimeToLiveSpecification: required(
      structure({ Enabled: required(boolean), AttributeName: text({ required: true, min: 1, max: 255 }) }),
    ),
  },
  TagResource: { ResourceArn: part.arn, Tags: required(part.tags) },
  UntagResource: { ResourceArn: part.arn, TagKeys: list(text({ min: 1, max: 128 }), { required: true }) },
  ListTagsOfResource: { ResourceArn: part.arn, NextToken: text() },
  DescribeLimits: {},
  DescribeContributorInsights: { ...table, IndexName: part.indexName },
  UpdateContributorInsights: {
    ...table,
    IndexName: part.indexName,
    ContributorInsightsAction: required(oneOf("ENABLE", "DISABLE")),
    ContributorInsightsMode: oneOf("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"),
  },
  CreateBackup: { ...table, BackupName: text({ required: true, min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ }) },
  DescribeBackup: { BackupArn: part.streamArn },
  DeleteBackup: { BackupArn: part.streamArn },
  ListBackups: {
    TableName: text({ min: 1, max: 1024 }),
    Limit: { type: "integer", min: 1, max: 100 },
    TimeRangeLowerBound: { type: "integer" },
    TimeRangeUpperBound: { type: "integer" },
    ExclusiveStartBackupArn: text({ min: 37, max: 1024 }),
    BackupType: oneOf("USER", "SYSTEM", "AWS_BACKUP", "ALL"),
  },
  RestoreTableFromBackup: { ...restore, BackupArn: part.streamArn },
  RestoreTableToPointInTime: {
    ...restore,
    SourceTableName: text({ min: 3, max: 255 }),
    SourceTableArn: text({ min: 1, max: 1024 }),
    UseLatestRestorableTime: boolean,
    RestoreDateTime: { type: "integer" },
  },
  ListStreams: {
    TableName: text({ min: 1, max: 1024 }),
    Limit: { type: "integer", min: 1, max: 100 },
    ExclusiveStartStreamArn: text({ min: 37, max: 1024 }),
  },
  DescribeStream: {
    StreamArn: part.streamArn,
    Limit: { type: "integer", min: 1, max: 100 },
    ExclusiveStartShardId: text({ min: 28, max: 65 }),
  },
  GetShardIterator: {
    StreamArn: part.streamArn,
    ShardId: text({ required: true, min: 28, max: 65 }),
    ShardIteratorType: required(oneOf("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST")),
    SequenceNumber: text({ min: 21, max: 40 }),
  },
  GetRecords: {
    ShardIterator: text({ required: true, min: 1, max: 2048 }),
    Limit: { type: "integer", min: 1, max: 1000 },
  },
};
