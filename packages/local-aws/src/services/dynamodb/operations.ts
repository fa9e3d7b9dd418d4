/** Operations that the engine does, by what they need besides. PartiQL is not among them: IAM cannot see what it touches. */

/** Repeatable: what they answer is all that they do. */
export const readOperations: ReadonlySet<string> = new Set([
  "BatchGetItem",
  "GetItem",
  "ListTables",
  "Query",
  "Scan",
  "TransactGetItems",
]);

/** They make stream records. */
export const writeOperations: ReadonlySet<string> = new Set([
  "BatchWriteItem",
  "DeleteItem",
  "PutItem",
  "TransactWriteItems",
  "UpdateItem",
]);

/** Their answers hold ARNs and descriptions. */
export const controlOperations: ReadonlySet<string> = new Set([
  "CreateTable",
  "DeleteTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "ListTagsOfResource",
  "TagResource",
  "UntagResource",
  "UpdateTable",
  "UpdateTimeToLive",
]);

/** The API of streams: its own prefix, the same endpoint. */
export const streamOperations: ReadonlySet<string> = new Set([
  "DescribeStream",
  "GetRecords",
  "GetShardIterator",
  "ListStreams",
]);
