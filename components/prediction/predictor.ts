import type { Table } from "@pulumi/aws/dynamodb";
import { EventSourceMapping } from "@pulumi/aws/lambda";
import type { Queue } from "@pulumi/aws/sqs";
import { type Input, jsonStringify, output, type Resource } from "@pulumi/pulumi";
import { CodeFunction } from "../codeFunction.ts";
import type { Binding, Statement } from "../function/statement.ts";
import { createQueue } from "../queue.ts";
import type { BatchArgs } from "./args.ts";

export interface PredictorArgs {
  entry: string;
  memory: Input<number>;
  /** Seconds. */
  timeout: number;
  environment: Record<string, Input<string>>;
  bindings: Record<string, Binding>;
  batch: BatchArgs;
}

const none = { pred_target: { S: [{ exists: false }] } };
/**
 * What wakes the predictor: inserted records without a prediction, and such records that are marked to be tried again. Its
 * own update is neither.
 */
const unpredicted = [
  { eventName: ["INSERT"], dynamodb: { NewImage: none } },
  { eventName: ["MODIFY"], dynamodb: { NewImage: { ...none, redriven_at: { S: [{ exists: true }] } } } },
];

/** The predictor behind the table's stream. What fails every try is kept in the failure queue. */
export function createStreamPredictor(
  name: string,
  args: PredictorArgs & { table: Table; failures: Queue },
  parent: Resource,
): CodeFunction {
  const { table, failures } = args;
  const { size, window, retries, maximumAge, parallelization } = args.batch;
  const reads = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
  const statements: Statement[] = [
    { Effect: "Allow", Action: reads.map((action) => `dynamodb:${action}`), Resource: [table.streamArn] },
  ];
  const predictor = createPredictor(name, { ...args, statements }, parent);
  new EventSourceMapping(
    `${name}-stream`,
    {
      eventSourceArn: table.streamArn,
      functionName: predictor.arn,
      // What was written before the first deployment was done is predicted, too.
      startingPosition: "TRIM_HORIZON",
      filterCriteria: { filters: unpredicted.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
      batchSize: size ?? 100,
      maximumBatchingWindowInSeconds: window ?? 0,
      parallelizationFactor: parallelization ?? 2,
      functionResponseTypes: ["ReportBatchItemFailures"],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: retries ?? 5,
      maximumRecordAgeInSeconds: maximumAge ?? 3_600,
      destinationConfig: { onFailure: { destinationArn: failures.arn } },
    },
    { parent, dependsOn: [predictor.role.policy] },
  );
  return predictor;
}

/** The queue that records wait in; a message that fails every try goes to the failure queue. */
export const createRecordQueue = (
  name: string,
  { batch, timeout, failures }: { batch: BatchArgs; timeout: number; failures: Queue },
  parent: Resource,
): Queue =>
  createQueue(
    `${name}-queue`,
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
      visibilityTimeoutSeconds: 6 * timeout,
      redrivePolicy: jsonStringify({
        deadLetterTargetArn: failures.arn,
        maxReceiveCount: output(batch.retries ?? 5).apply((retries) => retries + 1),
      }),
    },
    parent,
  );

/** The predictor behind the queue. */
export function createQueuePredictor(
  name: string,
  args: PredictorArgs & { records: Queue },
  parent: Resource,
): CodeFunction {
  const { records } = args;
  const { size = 10, window, parallelization } = args.batch;
  const reads = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"];
  const statements: Statement[] = [
    { Effect: "Allow", Action: reads.map((action) => `sqs:${action}`), Resource: [records.arn] },
  ];
  const predictor = createPredictor(name, { ...args, statements }, parent);
  new EventSourceMapping(
    `${name}-messages`,
    {
      eventSourceArn: records.arn,
      functionName: predictor.arn,
      batchSize: size,
      maximumBatchingWindowInSeconds: window ?? output(size).apply((messages) => (messages > 10 ? 1 : 0)),
      scalingConfig: { maximumConcurrency: parallelization ?? 10 },
      functionResponseTypes: ["ReportBatchItemFailures"],
    },
    { parent, dependsOn: [predictor.role.policy] },
  );
  return predictor;
}

const createPredictor = (
  name: string,
  { entry, memory, timeout, environment, bindings, statements }: PredictorArgs & { statements: Statement[] },
  parent: Resource,
) =>
  new CodeFunction(
    `${name}-predict`,
    { description: `Predicts the records of ${name}`, entry, memory, timeout, environment, bindings, statements },
    { parent },
  );
