/** Segments of calls that belong to a sampled trace: from outside, as SDKs send it from functions, and between services. */
import { putSegment, queueSegment, readTrace, segmentId, type Trace, traceHeader } from "../kit/trace.ts";
import { AwsError, type Call, type Cloud } from "../service.ts";
import type { WireRequest } from "../wire/index.ts";

/** Names and origins of services in X-Ray, by their signing names. */
const known: Record<string, [name: string, origin: string]> = {
  dynamodb: ["DynamoDB", "AWS::DynamoDB::Table"],
  events: ["Events", "AWS::Events"],
  kms: ["KMS", "AWS::KMS"],
  s3: ["S3", "AWS::S3::Bucket"],
  secretsmanager: ["SecretsManager", "AWS::SecretsManager"],
  sns: ["SNS", "AWS::SNS"],
  sqs: ["SQS", "AWS::SQS::Queue"],
  ssm: ["SSM", "AWS::SSM"],
  states: ["STEPFUNCTIONS", "AWS::StepFunctions"],
};

/** A table, bucket, queue or topic is a node of its own in the graph of services. */
const resourceName: Record<string, RegExp> = {
  dynamodb: /:table\/([^/]+)/,
  s3: /^arn:aws:s3:::([^/]+)/,
  sns: /([^:]+)$/,
  sqs: /([^:]+)$/,
};

/** Segments of queues that were written lately: who sends again tells of it by another one. */
const sent = new Set<string>();
const remembered = 1_000;

/** The header that a request came with. */
export function traceOf({ headers }: Pick<WireRequest, "headers">): string | undefined {
  const header = headers["x-amzn-trace-id"];
  return Array.isArray(header) ? header.at(-1) : header;
}

/**
 * Gives a call its trace. X-Ray itself is not traced; functions write segments of their own.
 * @param cloud has X-Ray keep the segment. @returns to be called with the answer's status.
 */
export function followTrace(
  call: Call,
  header: string | undefined,
  cloud: Pick<Cloud, "request">,
): (status: number) => void {
  const trace = readTrace(header);
  if (trace) call.trace = traceHeader(trace);
  if (!trace?.sampled || trace.parent === undefined || call.service === "xray" || call.service === "lambda")
    return () => {};
  const started = Date.now();
  const segment: NonNullable<Call["segment"]> = { id: segmentId() };
  call.segment = segment;
  return (status) => {
    const { operation, region, requestId: request_id } = call;
    const { resource = "" } = segment;
    const [service, origin] = known[call.service] ?? [call.service, `AWS::${call.service}`];
    const name = resourceName[call.service]?.exec(resource)?.[1] ?? service;
    const more = { aws: { operation, region, request_id }, http: { response: { status } } };
    const id = (operation.startsWith("SendMessage") && ofQueue(trace, resource)) || segment.id;
    putSegment(cloud, trace, { id, name, origin, started, status, more });
  };
}

function ofQueue(trace: Trace, arn: string): string | undefined {
  const id = queueSegment(trace, arn);
  if (sent.has(id)) return undefined;
  if (sent.size >= remembered) sent.clear();
  sent.add(id);
  return id;
}

/** Performs a call within a trace. @param statusOf of an answer that is not just there. */
export async function followed<T>(
  call: Call,
  header: string | undefined,
  cloud: Pick<Cloud, "request">,
  perform: () => Promise<T>,
  statusOf: (answer: T) => number = () => 200,
): Promise<T> {
  if (header === undefined) return perform();
  const ending = followTrace(call, header, cloud);
  try {
    const answer = await perform();
    ending(statusOf(answer));
    return answer;
  } catch (error) {
    ending(error instanceof AwsError ? error.status : 500);
    throw error;
  }
}
