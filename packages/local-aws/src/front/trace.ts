/** Segments of requests that carry a sampled trace, as SDKs send it from functions. */
import { putSegment, readTrace, segmentId, traceHeader } from "../kit/trace.ts";
import type { Call } from "../service.ts";
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

type Ask = (service: string, operation: string, input: object) => Promise<unknown>;

/**
 * Gives a call the trace that its request came with.
 * @param ask asks a service in process.
 * @returns to be called with the answer's status. X-Ray itself is not traced; functions write segments of their own.
 */
export function followTrace(call: Call, { headers }: WireRequest, ask: Ask): (status: number) => void {
  const header = headers["x-amzn-trace-id"];
  const trace = readTrace(Array.isArray(header) ? header.at(-1) : header);
  if (trace) call.trace = traceHeader(trace);
  if (!trace?.sampled || trace.parent === undefined || call.service === "xray" || call.service === "lambda")
    return () => {};
  const started = Date.now();
  return (status) => {
    const [name, origin] = known[call.service] ?? [call.service, `AWS::${call.service}`];
    const { operation, region, requestId: request_id } = call;
    const more = { aws: { operation, region, request_id }, http: { response: { status } } };
    const cloud = { request: (...asked: Parameters<Ask>) => ask(...asked) as Promise<never> };
    putSegment(cloud, trace, { id: segmentId(), name, origin, started, status, more });
  };
}
