/**
 * The destination of discarded stream batches: an envelope that tells which records they were, and for S3 the records
 * themselves. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import { randomUUID } from "node:crypto";
import { debuglog } from "node:util";
import { queueUrl } from "../../../arn.ts";
import { patiently } from "../../../kit/patience.ts";
import type { Cloud, Principal } from "../../../service.ts";
import type { Report } from "./functionCalls.ts";
import type { MappingRecord } from "./records.ts";

const debug = debuglog("eventsources");

export interface GivenUp {
  condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  /** How many times the function was invoked with it. */
  invocations: number;
  report?: Report | undefined;
  shardId: string;
  /** JSON texts. */
  records: string[];
  /** First and last: sequence number, and milliseconds since the epoch. */
  first: { sequence: string; arrived: number };
  last: { sequence: string; arrived: number };
}

export async function sendToDestination(
  cloud: Cloud,
  role: () => Promise<Principal>,
  mapping: MappingRecord,
  batch: GivenUp,
): Promise<void> {
  const target = mapping.DestinationConfig?.OnFailure?.Destination;
  if (!target) return;
  try {
    await patiently(async () => send(cloud, await role(), target, mapping, batch));
  } catch (error) {
    debug("%s: %s", target, (error as Error).message);
  }
}

async function send(
  cloud: Cloud,
  role: Principal,
  target: string,
  mapping: MappingRecord,
  batch: GivenUp,
): Promise<void> {
  const envelope = envelopeOf(mapping, batch);
  const text = JSON.stringify(envelope);
  switch (target.split(":")[2]) {
    case "sqs":
      await cloud.call("sqs", "SendMessage", { QueueUrl: queueUrl(cloud, target), MessageBody: text }, role);
      return;
    case "sns":
      await cloud.call("sns", "Publish", { TopicArn: target, Message: text }, role);
      return;
    default: {
      const payload = `{"Records":[${batch.records.join(",")}]}`;
      const day = envelope.timestamp.slice(0, 10);
      const time = envelope.timestamp.slice(0, 19).replaceAll(":", ".");
      const Key = `aws/lambda/${mapping.UUID}/${batch.shardId}/${day.replaceAll("-", "/")}/${time}-${randomUUID()}`;
      const Body = Buffer.from(JSON.stringify({ ...envelope, payload }));
      await cloud.call("s3", "PutObject", { Bucket: target.split(":")[5], Key, Body }, role);
    }
  }
}

function envelopeOf(mapping: MappingRecord, { report, ...batch }: GivenUp) {
  const seconds = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;
  return {
    requestContext: {
      requestId: report?.requestId ?? randomUUID(),
      functionArn: mapping.FunctionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.invocations,
    },
    ...(report && {
      responseContext: {
        statusCode: report.statusCode,
        executedVersion: report.executedVersion,
        functionError: report.functionError ?? null,
      },
    }),
    version: "1.0",
    timestamp: new Date().toISOString(),
    [mapping.EventSourceArn.split(":")[2] === "kinesis" ? "KinesisBatchInfo" : "DDBStreamBatchInfo"]: {
      shardId: batch.shardId,
      startSequenceNumber: batch.first.sequence,
      endSequenceNumber: batch.last.sequence,
      approximateArrivalOfFirstRecord: seconds(batch.first.arrived),
      approximateArrivalOfLastRecord: seconds(batch.last.arrived),
      batchSize: batch.records.length,
      streamArn: mapping.EventSourceArn,
    },
  };
}
