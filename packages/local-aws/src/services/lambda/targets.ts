/**
 * Where asynchronous requests end up: destinations for results and failures, and the dead-letter queue. Everything is sent
 * as the function's role.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */

import { debuglog } from "node:util";
import { queueUrl } from "../../arn.ts";
import { parseJson } from "../../jsonText.ts";
import { patiently } from "../../kit/patience.ts";
import { type Access, AwsError, type Cloud, type Principal } from "../../service.ts";
import { invalidParameter } from "./errors.ts";
import type { Invoked } from "./invoker.ts";
import type { AsyncEvent, Condition, EventInvokeConfig, VersionRecord } from "./records.ts";
import type { Target } from "./registry.ts";
import type { RoleSessions } from "./roleSessions.ts";

const debug = debuglog("lambda");

/** How each kind of target is sent to: the action that the role must be granted, and the call. */
interface Sender {
  action: string;
  operation: string;
  /** Resource of the grant; default: the ARN itself. */
  resource?: (arn: string) => string;
}

const senders: Record<string, Sender> = {
  sqs: { action: "sqs:SendMessage", operation: "SendMessage" },
  sns: { action: "sns:Publish", operation: "Publish" },
  lambda: { action: "lambda:InvokeFunction", operation: "Invoke" },
  events: { action: "events:PutEvents", operation: "PutEvents" },
  s3: { action: "s3:PutObject", operation: "PutObject", resource: (arn) => `${arn}/*` },
};

const serviceOf = (arn: string) => arn.split(":")[2] ?? "";

export class Targets {
  readonly #cloud: Cloud;
  readonly #roles: RoleSessions;

  constructor(cloud: Cloud, roles: RoleSessions) {
    this.#cloud = cloud;
    this.#roles = roles;
  }

  /**
   * Checks, as AWS does when a destination or dead-letter queue is set, that the role may send to it.
   * @throws AwsError InvalidParameterValueException
   */
  async check(
    arn: string,
    version: Pick<VersionRecord, "configuration">,
    kind: "destination" | "deadLetter",
  ): Promise<void> {
    const service = serviceOf(arn);
    const sender = senders[service];
    const allowed = kind === "deadLetter" ? ["sqs", "sns"] : Object.keys(senders);
    if (!sender || !allowed.includes(service)) {
      throw invalidParameter(
        `The provided ${kind === "deadLetter" ? "dead letter" : "destination"} ARN ${arn} is not of a supported type.`,
      );
    }
    const role = await this.#role(version);
    try {
      const access: Access = { action: sender.action, resource: sender.resource?.(arn) ?? arn };
      await this.#cloud.authorize({ principal: role, operation: sender.operation }, [access]);
    } catch {
      throw invalidParameter(
        kind === "deadLetter"
          ? `The provided execution role does not have permissions to call ${sender.operation} on ${service.toUpperCase()}`
          : `The function's execution role does not have permissions to call ${sender.operation} on ${arn}`,
      );
    }
  }

  /** Notifies the targets. One that cannot be reached is tried some times, then given up. */
  async report(
    event: AsyncEvent,
    target: Target,
    condition: Condition,
    { DestinationConfig }: EventInvokeConfig,
    invoked?: Invoked,
    error?: string,
  ): Promise<void> {
    const succeeded = condition === "Success";
    const destination = (succeeded ? DestinationConfig?.OnSuccess : DestinationConfig?.OnFailure)?.Destination;
    const deadLetter = succeeded ? undefined : target.version.configuration.DeadLetterConfig?.TargetArn;
    if (!destination && !deadLetter) return;
    try {
      const role = await this.#role(target.version);
      if (destination)
        await patiently(() => this.#send(destination, envelope(event, target, condition, invoked, error), role));
      if (deadLetter) await patiently(() => this.#bury(deadLetter, event, role, invoked, error));
    } catch (failure) {
      debug("%s: nothing could be sent to %s: %s", target.arn, destination ?? deadLetter, (failure as Error).message);
    }
  }

  async #role(version: Pick<VersionRecord, "configuration">): Promise<Principal> {
    try {
      return await this.#roles.of(version);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
    }
  }

  async #send(arn: string, record: ReturnType<typeof envelope>, role: Principal): Promise<void> {
    const text = JSON.stringify(record);
    const { functionArn, condition } = record.requestContext;
    switch (serviceOf(arn)) {
      case "sqs":
        await this.#call("sqs", "SendMessage", { QueueUrl: queueUrl(this.#cloud, arn), MessageBody: text }, role);
        return;
      case "sns":
        await this.#call("sns", "Publish", { TopicArn: arn, Message: text }, role);
        return;
      case "lambda":
        await this.#call("lambda", "Invoke", { FunctionName: arn, InvocationType: "Event", Payload: text }, role);
        return;
      case "events": {
        const DetailType = `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`;
        const entry = { Source: "lambda", DetailType, Resources: [arn, functionArn], Detail: text, EventBusName: arn };
        await this.#call("events", "PutEvents", { Entries: [entry] }, role);
        return;
      }
      default: {
        const at = record.timestamp;
        const name = functionArn.split(":")[6];
        const file = at.slice(0, 19).replaceAll(":", ".");
        const Key = `aws/lambda/async/${name}/${at.slice(0, 10).replaceAll("-", "/")}/${file}-${record.requestContext.requestId}`;
        await this.#call("s3", "PutObject", { Bucket: arn.split(":")[5], Key, Body: Buffer.from(text) }, role);
      }
    }
  }

  /** The event itself, with three attributes. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
  async #bury(arn: string, event: AsyncEvent, role: Principal, invoked?: Invoked, error?: string): Promise<void> {
    const reason = invoked
      ? String((parseJson(invoked.json) as { errorMessage?: unknown })?.errorMessage ?? "")
      : (error ?? "");
    const attribute = (DataType: string, StringValue: string) => ({ DataType, StringValue: StringValue || " " });
    const MessageAttributes = {
      RequestID: attribute("String", event.requestId),
      ErrorCode: attribute("Number", invoked ? "200" : "429"),
      ErrorMessage: attribute("String", reason.slice(0, 1024)),
    };
    if (serviceOf(arn) === "sqs") {
      const message = { QueueUrl: queueUrl(this.#cloud, arn), MessageBody: event.payload, MessageAttributes };
      await this.#call("sqs", "SendMessage", message, role);
    } else {
      await this.#call("sns", "Publish", { TopicArn: arn, Message: event.payload, MessageAttributes }, role);
    }
  }

  async #call(service: string, operation: string, input: object, role: Principal): Promise<void> {
    await this.#cloud.request(service, operation, input, role);
  }
}

function envelope(
  { requestId, payload, runs }: AsyncEvent,
  { record, qualifier }: Target,
  condition: Condition,
  invoked?: Invoked,
  error?: string,
) {
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${record.arn}:${qualifier ?? "$LATEST"}`,
      condition,
      approximateInvokeCount: runs,
    },
    requestPayload: parseJson(payload) as unknown,
    ...(invoked
      ? {
          responseContext: {
            statusCode: 200,
            executedVersion: invoked.version,
            ...(invoked.functionError && { functionError: invoked.functionError }),
          },
          responsePayload: parseJson(invoked.json) as unknown,
        }
      : { responseContext: { statusCode: 429, functionError: error } }),
  };
}
