/** Calls of other services by tasks, with inputs, outputs and errors as Step Functions has them. */
import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { parseJson } from "../../jsonText.ts";
import { signingName } from "../../kit/sdkNames.ts";
import type { Cloud, Principal, RoleSession } from "../../service.ts";
import { invokeApi } from "./invokeApi.ts";
import { StateError } from "./language/failure.ts";
import type { Integration } from "./language/resource.ts";

interface Names {
  /** In names of errors. */
  error: string;
  /** In causes. */
  cause: string;
}

/** Services with integrations of their own. */
const optimized: Record<string, Names> = {
  lambda: { error: "Lambda", cause: "AWSLambda" },
  sqs: { error: "SQS", cause: "AmazonSQS" },
  sns: { error: "SNS", cause: "AmazonSNS" },
  dynamodb: { error: "DynamoDB", cause: "AmazonDynamoDBv2" },
  events: { error: "EventBridge", cause: "AmazonEventBridge" },
  states: { error: "StepFunctions", cause: "AWSStepFunctions" },
  ecs: { error: "ECS", cause: "AmazonECS" },
  sagemaker: { error: "SageMaker", cause: "AmazonSageMaker" },
};

/** Services in the names of errors of the AWS SDK, where it takes more than a capital. */
const sdk = new Map(
  Object.entries({
    eventbridge: "EventBridge",
    cloudwatch: "CloudWatch",
    cloudwatchlogs: "CloudWatchLogs",
    dynamodb: "DynamoDb",
    secretsmanager: "SecretsManager",
    sagemaker: "SageMaker",
    sesv2: "SesV2",
    apigateway: "ApiGateway",
    emrserverless: "EmrServerless",
    applicationautoscaling: "ApplicationAutoScaling",
  }),
);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Services whose members begin with small letters; Step Functions' always begin with capitals. */
const smallMembers = new Set(["states", "ecs", "logs", "apigateway", "codedeploy", "emr-serverless"]);

/** Errors that the model of a service does not list: the SDK then throws the service's own. */
const unlisted: Record<string, ReadonlySet<string>> = {
  dynamodb: new Set(["ValidationException", "AccessDeniedException"]),
  secretsmanager: new Set(["ValidationException", "AccessDeniedException"]),
};

/** Bytes and times as JSON has them. */
const asJson = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, item) => {
      if (item instanceof Uint8Array) return Buffer.from(item).toString();
      return item?.type === "Buffer" && Array.isArray(item.data) ? Buffer.from(item.data).toString() : item;
    }) ?? "null",
  );

/** Every member's name turned. */
function renamed(value: unknown, turn: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, turn));
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [turn(name), renamed(item, turn)]));
}

/** What the execution of a task is: events that it puts name it. */
export interface Caller {
  executionArn: string;
  machineArn: string;
  signal: AbortSignal;
}

/**
 * Calls the service as the machine's role.
 * @param input the task's effective input: the operation's arguments.
 * @throws StateError under the name that AWS gives the error.
 */
export async function callService(
  cloud: Cloud,
  integration: Integration,
  input: unknown,
  session: RoleSession,
  caller: Caller,
): Promise<unknown> {
  const role = session.principal;
  if (integration.kind === "function") {
    return (await invoke(cloud, integration, { FunctionName: integration.resource, Payload: input }, role)).Payload;
  }
  const given = input as Record<string, unknown>;
  if (integration.kind === "sdk") return callSdk(cloud, integration, given, role);
  if (integration.service === "lambda") return { ...(await invoke(cloud, integration, given, role)), ...metadata() };
  const { service, action } = integration;
  if (service === "apigateway" && action === "invoke") return invokeApi(cloud, given, session, caller.signal);
  const operation = capital(action);
  const request = prepared(`${service}:${operation}`, given, caller);
  const output = await call(cloud, integration, service, operation, request, role);
  const answer = asJson(smallMembers.has(service) ? renamed(output, capital) : output) as Record<string, unknown>;
  if (operation === "PutEvents" && (answer.FailedEntryCount as number) > 0)
    throw new StateError("EventBridge.FailedEntry", JSON.stringify(answer));
  return { ...answer, ...metadata() };
}

async function callSdk(cloud: Cloud, integration: Integration, given: Record<string, unknown>, role: Principal) {
  const service = signingName(integration.service);
  const operation = capital(integration.action);
  const input = await document(cloud, integration, service, operation, given);
  const request = checksummed(`${service}:${operation}`, input);
  const { $metadata: _, Body, ...output } = await call(cloud, integration, service, operation, request, role);
  const answer = asJson(smallMembers.has(service) ? renamed(output, capital) : output) as object;
  return Body === undefined ? answer : { ...answer, Body: await textOf(Body) };
}

/** As AWS's SDK sends an object that is text: said to be so, and with its CRC-32, unless another checksum is asked for. */
function checksummed(operation: string, input: object): object {
  const { Body, ContentType } = input as { Body?: unknown; ContentType?: unknown };
  if (operation !== "s3:PutObject" || (typeof Body !== "string" && !(Body instanceof Uint8Array))) return input;
  const typed = { ...input, ...(ContentType === undefined && { ContentType: "text/plain; charset=UTF-8" }) };
  if (Object.keys(input).some((name) => name.startsWith("Checksum"))) return typed;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(Body));
  return { ...typed, ChecksumCRC32: bytes.toString("base64") };
}

/** The input by the API's own names. @throws StateError where there is no such operation. */
async function document(cloud: Cloud, integration: Integration, service: string, operation: string, given: object) {
  try {
    return await cloud.readDocument(service, operation, given);
  } catch (error) {
    throw failure(integration, service, error as Error);
  }
}

async function textOf(body: unknown): Promise<string> {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** What an integration of its own does with what a machine gives it. */
function prepared(operation: string, input: Record<string, unknown>, caller: Caller): Record<string, unknown> {
  const text = (value: unknown) => (typeof value === "string" || value === undefined ? value : JSON.stringify(value));
  switch (operation) {
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
          Resources: [...((entry.Resources as string[] | undefined) ?? []), caller.machineArn, caller.executionArn],
        })),
      };
    default:
      return smallMembers.has(operation.split(":")[0]!) ? (renamed(input, small) as Record<string, unknown>) : input;
  }
}

/** What integrations of their own add to an answer: how it came. */
function metadata(): Record<string, unknown> {
  const RequestId = randomUUID();
  const type = "application/x-amz-json-1.0";
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: { "x-amzn-RequestId": [RequestId], "Content-Type": [type] },
      HttpHeaders: { "x-amzn-RequestId": RequestId, "Content-Type": type },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId },
  };
}

async function invoke(cloud: Cloud, integration: Integration, input: Record<string, unknown>, role: Principal) {
  const { Payload, ...others } = input;
  const request = { ...others, Payload: Buffer.from(payloadText(Payload ?? {})) };
  const result = await call(cloud, integration, "lambda", "Invoke", request, role);
  const payload = parse(Buffer.from((result.Payload as Uint8Array | undefined) ?? "").toString("utf8"));
  if (result.FunctionError) {
    const { errorType = "Exception" } = (payload ?? {}) as { errorType?: string };
    throw new StateError(errorType, JSON.stringify(payload));
  }
  return {
    ExecutedVersion: result.ExecutedVersion ?? "$LATEST",
    ...(result.LogResult !== undefined && { LogResult: result.LogResult }),
    Payload: payload,
    StatusCode: result.StatusCode ?? 200,
  };
}

/** A text that is JSON itself is the payload as it is. */
function payloadText(payload: unknown): string {
  if (typeof payload !== "string") return JSON.stringify(payload);
  try {
    JSON.parse(payload);
    return payload;
  } catch {
    return JSON.stringify(payload);
  }
}

function parse(text: string): unknown {
  if (text === "") return "";
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

async function call(
  cloud: Cloud,
  integration: Integration,
  service: string,
  operation: string,
  input: object,
  role: Principal,
): Promise<Record<string, unknown>> {
  try {
    return await cloud.request(service, operation, input, role);
  } catch (error) {
    throw failure(integration, service, error as Error & { status?: number });
  }
}

function failure(
  { kind, service: named }: Integration,
  service: string,
  { name, message, status = 400 }: Error & { status?: number },
) {
  const shape = name.endsWith("Exception") ? name : `${name}Exception`;
  const own = unlisted[service]?.has(name) === true;
  if (kind === "sdk") {
    const prefix = sdk.get(named) ?? capital(named);
    const details = [`Service: ${prefix}`, `Status Code: ${status}`, `Request ID: ${randomUUID()}`];
    return new StateError(`${prefix}.${own ? `${prefix}Exception` : shape}`, `${message} (${details.join(", ")})`);
  }
  const { error, cause } = optimized[service] ?? { error: capital(service), cause: capital(service) };
  const details = [
    `Service: ${cause}`,
    `Status Code: ${status}`,
    `Error Code: ${name}`,
    `Request ID: ${randomUUID()}`,
    "Proxy: null",
  ];
  // A function that is called by its ARN has no service of its own in its errors.
  return new StateError(`${error}.${own ? `Amazon${error}Exception` : shape}`, `${message} (${details.join("; ")})`);
}
