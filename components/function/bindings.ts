import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import type { Topic } from "@pulumi/aws/sns";
import type { Queue } from "@pulumi/aws/sqs";
import type { Parameter } from "@pulumi/aws/ssm";
import { type Input, interpolate } from "@pulumi/pulumi";

/** One statement of an identity policy, its resources possibly not known yet. */
export interface Statement {
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: Input<Input<string>[]>;
  Condition?: Record<string, Record<string, Input<string>>>;
}

/** What a function needs of a resource, said once: the value of its environment variable, and the grant that goes with it. */
export interface Binding {
  value: Input<string>;
  statements: Statement[];
}

type TableAction =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "ConditionCheckItem"
  | "DeleteItem"
  | "DescribeTable"
  | "GetItem"
  | "PutItem"
  | "Query"
  | "UpdateItem";

const allow = (service: string, actions: string[], resources: Input<string>[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `${service}:${action}`),
  Resource: resources,
});

/**
 * The table's name. A query needs its index, so `Query` covers the table's indexes too.
 * @example bindings: { IRIS_TABLE: tableBinding(table, ["GetItem", "PutItem"]) }
 */
export function tableBinding(table: Table, actions: TableAction[]): Binding {
  const resources = actions.includes("Query") ? [table.arn, interpolate`${table.arn}/index/*`] : [table.arn];
  return { value: table.name, statements: [allow("dynamodb", actions, resources)] };
}

/** The queue's URL. */
export function queueBinding(
  queue: Queue,
  actions: ("SendMessage" | "ReceiveMessage" | "DeleteMessage" | "GetQueueAttributes")[],
): Binding {
  return { value: queue.url, statements: [allow("sqs", actions, [queue.arn])] };
}

/** The topic's ARN. */
export function topicBinding(topic: Topic): Binding {
  return { value: topic.arn, statements: [allow("sns", ["Publish"], [topic.arn])] };
}

/**
 * The bucket's name, and objects below a prefix.
 * @param prefix default: every object.
 */
export function bucketBinding(
  bucket: Bucket,
  actions: (
    | "GetObject"
    | "GetObjectVersion"
    | "PutObject"
    | "DeleteObject"
    | "DeleteObjectVersion"
    | "GetObjectTagging"
  )[],
  prefix: Input<string> = "",
): Binding {
  return { value: bucket.bucket, statements: [allow("s3", actions, [interpolate`${bucket.arn}/${prefix}*`])] };
}

/** The parameter's name. */
export function parameterBinding(parameter: Parameter): Binding {
  return { value: parameter.name, statements: [allow("ssm", ["GetParameter"], [parameter.arn])] };
}
