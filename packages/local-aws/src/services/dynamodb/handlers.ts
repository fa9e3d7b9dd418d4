/** Every operation of the engine, by its name. Inputs have been checked against their shapes. */
import {
  createBackup,
  deleteBackup,
  describeBackup,
  listBackups,
  restoreFromBackup,
  restoreToPointInTime,
} from "./backups/operations.ts";
import type { Engine } from "./engine.ts";
import { batchExecuteStatement, executeStatement, executeTransaction } from "./partiql/operations.ts";
import { batchGetItem, getItem } from "./reads/get.ts";
import { query, scan } from "./reads/query.ts";
import { describeStream, getRecords, getShardIterator, listStreams } from "./streams/operations.ts";
import { createTable, deleteTable, describe, listTables } from "./tables/create.ts";
import { describeInsights, updateInsights } from "./tables/insights.ts";
import { listTags, tagResource, untagResource } from "./tables/tags.ts";
import { describeTimeToLive, updateTimeToLive } from "./tables/timeToLive.ts";
import { updateTable } from "./tables/update.ts";
import { transactGetItems, transactWriteItems } from "./transactions/transactions.ts";
import { batchWriteItem } from "./writes/batch.ts";
import { deleteItem, putItem, updateItem } from "./writes/item.ts";

/** Answers with JSON, or with what is to be written as such. */
// biome-ignore lint/suspicious/noExplicitAny: each states what its shape, checked before, lets through.
type Handler = (engine: Engine, input: any) => string | object | undefined | Promise<string | object>;

/** Of one region: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const limits = {
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
};

export const handlers: Record<string, Handler> = {
  BatchExecuteStatement: batchExecuteStatement,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateBackup: createBackup,
  CreateTable: createTable,
  DeleteBackup: deleteBackup,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeBackup: describeBackup,
  DescribeContributorInsights: describeInsights,
  DescribeLimits: () => limits,
  DescribeStream: describeStream,
  DescribeTable: describe,
  DescribeTimeToLive: describeTimeToLive,
  ExecuteStatement: executeStatement,
  ExecuteTransaction: executeTransaction,
  GetItem: getItem,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  ListBackups: listBackups,
  ListStreams: listStreams,
  ListTables: listTables,
  ListTagsOfResource: listTags,
  PutItem: putItem,
  Query: query,
  RestoreTableFromBackup: restoreFromBackup,
  RestoreTableToPointInTime: restoreToPointInTime,
  Scan: scan,
  TagResource: tagResource,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UntagResource: untagResource,
  UpdateContributorInsights: updateInsights,
  UpdateItem: updateItem,
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
};
