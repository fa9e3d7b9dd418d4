import { parseJson } from "../../jsonText.ts";
import type { Cloud, Principal } from "../../service.ts";

/** How a task's `Resource` is called: a service's operation, whether the answer comes by token, whether it waits. */
export interface Integration {
  service: string;
  operation: string;
  pattern: "request" | "waitForTaskToken" | "sync";
}

/** A failure as a machine's Retry and Catch see it. */
export class TaskError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Names of services in error names: `DynamoDB.ConditionalCheckFailedException`. */
const errorPrefix: Record<string, string> = {
  lambda: "Lambda",
  sqs: "SQS",
  sns: "SNS",
  dynamodb: "DynamoDB",
  events: "EventBridge",
  states: "StepFunctions",
  s3: "S3",
  sagemaker: "SageMaker",
};

/** AWS SDK names of services whose signing name differs. */
const sdkNames: Record<string, string> = {
  sfn: "states",
  eventbridge: "events",
  cloudwatch: "monitoring",
  cloudwatchlogs: "logs",
};

/** Reads a task's `Resource`. @returns undefined when it is not one. */
export function readResource(resource: string): Integration | undefined {
  if (/^arn:[\w-]+:lambda:/.test(resource)) return { service: "lambda", operation: "direct", pattern: "request" };
  const match = /^arn:[\w-]+:states:::(?:aws-sdk:)?(\w+):(\w+)(?:\.(waitForTaskToken|sync(?::2)?))?$/.exec(resource);
  if (!match) return undefined;
  const [, service, action, suffix] = match;
  const operation = action!.charAt(0).toUpperCase() + action!.slice(1);
  const pattern = suffix === undefined ? "request" : suffix === "waitForTaskToken" ? suffix : "sync";
  return { service: sdkNames[service!] ?? service!, operation, pattern };
}

/**
 * Calls the service as the machine's role.
 * @param resource the task's `Resource`.
 * @param input the task's effective input: the operation's arguments.
 * @throws {TaskError} under the name that AWS gives the error.
 */
export async function callService(
  cloud: Cloud,
  resource: string,
  { service, operation }: Integration,
  input: Record<string, unknown>,
  role: Principal,
): Promise<unknown> {
  if (operation === "direct") return invokeFunction(cloud, { FunctionName: resource, Payload: input }, role, false);
  if (service === "lambda" && operation === "Invoke") return invokeFunction(cloud, input, role, true);
  const output = await call(cloud, service, operation, asText(service, operation, input), role);
  const { $metadata, ...rest } = output;
  return JSON.parse(JSON.stringify(rest));
}

/** Fields that are text in the API, and that a machine may give as an object. */
function asText(service: string, operation: string, input: Record<string, unknown>): Record<string, unknown> {
  const text = (value: unknown) => (typeof value === "string" || value === undefined ? value : JSON.stringify(value));
  switch (`${service}:${operation}`) {
    case "sqs:SendMessage":
      return { ...input, MessageBody: text(input.MessageBody) };
    case "sns:Publish":
      return { ...input, Message: text(input.Message) };
    case "states:StartExecution":
      return { stateMachineArn: input.StateMachineArn, name: input.Name, input: text(input.Input ?? {}) };
    case "events:PutEvents":
      return {
        Entries: (input.Entries as Record<string, unknown>[]).map((entry) => ({
          ...entry,
          Detail: text(entry.Detail),
        })),
      };
    default:
      return input;
  }
}

async function invokeFunction(
  cloud: Cloud,
  input: Record<string, unknown>,
  role: Principal,
  whole: boolean,
): Promise<unknown> {
  const { Payload, ...others } = input;
  const result = await call(
    cloud,
    "lambda",
    "Invoke",
    { ...others, Payload: Buffer.from(JSON.stringify(Payload ?? {})) },
    role,
  );
  const payload = parse(Buffer.from((result.Payload as Uint8Array | undefined) ?? "").toString("utf8"));
  if (result.FunctionError) {
    const { errorType = "Error", errorMessage } = (payload ?? {}) as { errorType?: string; errorMessage?: string };
    throw new TaskError(errorType, JSON.stringify(payload ?? { errorMessage }));
  }
  if (!whole) return payload;
  return {
    ExecutedVersion: result.ExecutedVersion ?? "$LATEST",
    Payload: payload,
    StatusCode: result.StatusCode ?? 200,
  };
}

const parse = (text: string): unknown => (text === "" ? null : parseJson(text));

async function call(
  cloud: Cloud,
  service: string,
  operation: string,
  input: object,
  role: Principal,
): Promise<Record<string, unknown>> {
  try {
    return await cloud.request(service, operation, input, role);
  } catch (error) {
    const { name, message } = error as Error;
    throw new TaskError(
      `${errorPrefix[service] ?? service}.${name}`,
      `${message} (Service: ${errorPrefix[service] ?? service})`,
    );
  }
}
