import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import type { StateMachine } from "@pulumi/aws/sfn";
import type { Topic } from "@pulumi/aws/sns";
import type { Queue } from "@pulumi/aws/sqs";
import type { Parameter } from "@pulumi/aws/ssm";
import { type Input, interpolate } from "@pulumi/pulumi";
import { publishStatements } from "../topic.ts";
import type { Binding, Statement } from "./statement.ts";

export type { Binding, Statement } from "./statement.ts";

export type TableAction =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "ConditionCheckItem"
  | "DeleteItem"
  | "DescribeTable"
  | "GetItem"
  | "PutItem"
  | "Query"
  | "UpdateItem";
export type QueueAction = "DeleteMessage" | "GetQueueAttributes" | "ReceiveMessage" | "SendMessage";
export type BucketAction =
  | "DeleteObject"
  | "DeleteObjectVersion"
  | "GetObject"
  | "GetObjectTagging"
  | "GetObjectVersion"
  | "PutObject"
  | "PutObjectTagging";
export type StateMachineAction = "StartExecution" | "StartSyncExecution";

const allow = (service: string, actions: readonly string[], resources: Input<string>[]): Statement => ({
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

/**
 * The queue's URL.
 * @example bindings: { ORDERS_QUEUE: queueBinding(queue, ["SendMessage"]) }
 */
export const queueBinding = (queue: Queue, actions: QueueAction[]): Binding => ({
  value: queue.url,
  statements: [allow("sqs", actions, [queue.arn])],
});

/**
 * The topic's ARN, to publish to; the grant covers its key. It is a topic of `createTopic`'s, or one with a key of the
 * account's own.
 * @example bindings: { ALERTS_TOPIC: topicBinding(topic) }
 */
export const topicBinding = (topic: Topic): Binding => ({
  value: topic.arn,
  statements: publishStatements(topic),
});

/**
 * The bucket's name; the grant is for objects whose key begins with `prefix`.
 * @param prefix default: every object.
 * @example bindings: { MODEL_BUCKET: bucketBinding(bucket, ["GetObject"], "models/") }
 */
export const bucketBinding = (bucket: Bucket, actions: BucketAction[], prefix: Input<string> = ""): Binding => ({
  value: bucket.bucket,
  statements: [allow("s3", actions, [interpolate`${bucket.arn}/${prefix}*`])],
});

/**
 * The parameter's name, to read. A SecureString of the account's own key needs no grant of KMS.
 * @example bindings: { MODEL_PARAMETER: parameterBinding(parameter) }
 */
export const parameterBinding = (parameter: Parameter): Binding => ({
  value: parameter.name,
  statements: [allow("ssm", ["GetParameter"], [parameter.arn])],
});

/**
 * The state machine's ARN, to start.
 * @example bindings: { ARCHIVER: stateMachineBinding(machine, ["StartExecution"]) }
 */
export const stateMachineBinding = (machine: StateMachine, actions: StateMachineAction[]): Binding => ({
  value: machine.arn,
  statements: [allow("states", actions, [machine.arn])],
});

/**
 * The ARN of the function's alias `live`, to invoke.
 * @example bindings: { PREDICTOR: functionBinding(predictor) }
 */
export const functionBinding = (target: { arn: Input<string> }): Binding => ({
  value: target.arn,
  statements: [allow("lambda", ["InvokeFunction"], [target.arn])],
});
