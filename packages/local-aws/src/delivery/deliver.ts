/**
 * Delivers a message to the target of an ARN as an AWS service acting for a resource: the target's own policy
 * (service principal) or the role decides whether it may.
 */

import { randomUUID } from "node:crypto";
import type { HttpParameters } from "@aws-sdk/client-eventbridge";
import { tell } from "../activity.ts";
import { queueUrl, regionOf } from "../arn.ts";
import { parseJson } from "../jsonText.ts";
import { signingName } from "../kit/sdkNames.ts";
import { AwsError, type Cloud, type Principal } from "../service.ts";

export interface Delivery {
  /** Of a function, queue, topic, stream of Kinesis, state machine, event bus, API destination, log group, or a universal target of the scheduler. */
  arn: string;
  /** The message, usually JSON. */
  body: string;
  /** Who delivers. */
  principal: Principal;
  /** Message group of a FIFO queue or topic. */
  messageGroupId?: string | undefined;
  /** By which a stream of Kinesis chooses the shard. Default: a random one. */
  partitionKey?: string | undefined;
  /** Name of the execution that a state machine starts, so that a repeated delivery starts no second one. */
  executionName?: string | undefined;
  /** Subject of a message to a topic. */
  subject?: string | undefined;
  /** For an event bus: the event as it came. */
  event?: { source: string; "detail-type": string; detail: unknown; resources: string[]; time: string };
  /** For an API destination: what the target adds to the request. */
  http?: HttpParameters | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Delivers to the ARN's region: whether another region is allowed is checked by the service that accepts the ARN.
 * @throws AwsError of the target's service; `ValidationException` for a kind of target that is not modelled.
 */
export async function deliver(own: Cloud, delivery: Delivery): Promise<void> {
  const { arn, principal } = delivery;
  const began = performance.now();
  const told = (message?: string) =>
    tell(() => ({
      ...{ kind: "delivery", at: Date.now(), region: own.region, source: principal.sourceArn ?? principal.arn },
      ...{ target: arn, milliseconds: performance.now() - began, ...(message !== undefined && { message }) },
    }));
  try {
    await attempt(own, delivery);
    told();
  } catch (error) {
    told((error as Error).message);
    throw error;
  }
}

async function attempt(own: Cloud, delivery: Delivery): Promise<void> {
  const { arn, principal, signal } = delivery;
  // A universal target has no region.
  const cloud = own.in(regionOf(arn) || own.region);
  const service = arn.split(":")[2] ?? "";
  const request = Object.hasOwn(targets, service) ? targets[service] : undefined;
  if (!request) throw unsupported(arn);
  const [name, operation, input] = await request(delivery, cloud);
  const output = await cloud.request<{
    FailedEntryCount?: number;
    Entries?: { ErrorCode?: string; ErrorMessage?: string }[];
  }>(name, operation, input, principal, signal);
  const [failed] = output?.FailedEntryCount ? (output.Entries ?? []) : [];
  if (failed) throw new AwsError(failed.ErrorCode ?? "InternalFailure", failed.ErrorMessage ?? "", 500);
}

const unsupported = (arn: string) =>
  new AwsError("ValidationException", `The local cloud does not model targets like ${arn}`, 400);

export const isTarget = (arn: string): boolean => Object.hasOwn(targets, arn.split(":")[2] ?? "");

type Request = [service: string, operation: string, input: object];

const targets: Record<string, (delivery: Delivery, cloud: Cloud) => Request | Promise<Request>> = {
  lambda: ({ arn, body }) => [
    "lambda",
    "Invoke",
    { FunctionName: arn, InvocationType: "Event", Payload: Buffer.from(body) },
  ],
  sqs({ arn, body, messageGroupId }, cloud) {
    const fifo = messageGroupId && { MessageGroupId: messageGroupId, MessageDeduplicationId: randomUUID() };
    return ["sqs", "SendMessage", { QueueUrl: queueUrl(cloud, arn), MessageBody: body, ...fifo }];
  },
  kinesis: ({ arn, body, partitionKey = randomUUID() }) => [
    "kinesis",
    "PutRecord",
    { StreamARN: arn, Data: Buffer.from(body), PartitionKey: partitionKey },
  ],
  sns: ({ arn, body, subject, messageGroupId }) => [
    "sns",
    "Publish",
    {
      TopicArn: arn,
      Message: body,
      ...(subject && { Subject: subject }),
      ...(messageGroupId && { MessageGroupId: messageGroupId, MessageDeduplicationId: randomUUID() }),
    },
  ],
  states: ({ arn, body, executionName }) => [
    "states",
    "StartExecution",
    { stateMachineArn: arn, input: body, ...(executionName && { name: executionName }) },
  ],
  events: ({ arn, event, body, http }) => {
    if (arn.includes(":api-destination/")) return ["events", "InvokeApiDestination", { Arn: arn, body, http }];
    if (!event) throw unsupported(arn);
    const { source, "detail-type": DetailType, detail, resources, time } = event;
    const entry = {
      Source: source,
      DetailType,
      Detail: JSON.stringify(detail),
      Resources: resources,
      Time: new Date(time),
      EventBusName: arn,
    };
    return ["events", "PutEvents", { Entries: [entry] }];
  },
  async logs({ arn, body, principal }, cloud) {
    const logGroupName = arn.split(":").slice(6).join(":").replace(/:\*$/, "");
    const logStreamName = randomUUID();
    await cloud.call("logs", "CreateLogStream", { logGroupName, logStreamName }, principal);
    return [
      "logs",
      "PutLogEvents",
      { logGroupName, logStreamName, logEvents: [{ timestamp: Date.now(), message: body }] },
    ];
  },
  scheduler: ({ arn, body }, cloud) => universal(cloud, arn, body),
};

/** `arn:aws:scheduler:::aws-sdk:sfn:startExecution`: any operation, with the body as its input. */
async function universal(cloud: Cloud, arn: string, body: string): Promise<Request> {
  const [, , , , , sdk, service = "", operation = ""] = arn.split(":");
  if (sdk !== "aws-sdk" || !service || !operation) throw unsupported(arn);
  const name = operation.charAt(0).toUpperCase() + operation.slice(1);
  const signedAs = signingName(service);
  return [signedAs, name, await cloud.readDocument(signedAs, name, parseJson(body))];
}
