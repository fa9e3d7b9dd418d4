/**
 * AWS integrations: the request becomes one to a service of this cloud, under the integration's role. Its URI says which:
 * `arn:aws:apigateway:REGION:{SUBDOMAIN.}SERVICE:path/…` or `…:action/ACTION&QUERY`.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-uri
 */
import { Readable } from "node:stream";
import { collect } from "../../../../kit/collect.ts";
import { traceHeader } from "../../../../kit/trace.ts";
import type { Cloud, Principal } from "../../../../service.ts";
import type { Exchange } from "../exchange.ts";
import { badGateway } from "../failure.ts";
import { HOP } from "./headers.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";
import type { IntegrationRequest } from "./request.ts";

const MAX_ANSWER = 10_485_760;

/** Names of services in URIs that are not those of their signatures. */
const SIGNING_NAMES: Record<string, string> = {
  "runtime.sagemaker": "sagemaker",
  email: "ses",
  "execute-api": "apigateway",
};

/** Services whose clients name an operation in a header: AWS gives them their target from the action. */
const TARGETS: Record<string, string> = {
  dynamodb: "DynamoDB_20120810",
  "streams.dynamodb": "DynamoDBStreams_20120810",
  states: "AWSStepFunctions",
  events: "AWSEvents",
  kinesis: "Kinesis_20131202",
  logs: "Logs_20140328",
  secretsmanager: "secretsmanager",
  kms: "TrentService",
  firehose: "Firehose_20150804",
};

export async function serviceAnswer(
  cloud: Cloud,
  exchange: Exchange,
  request: IntegrationRequest,
  as: Principal,
): Promise<IntegrationAnswer> {
  const [, , , region = "", name = "", ...rest] = request.uri.split(":");
  const [, kind, target = ""] = /^(path|action)\/(.*)$/s.exec(rest.join(":")) ?? [];
  const dot = name.lastIndexOf(".");
  const known = SIGNING_NAMES[name];
  const service = known ?? (dot < 0 ? name : name.slice(dot + 1));
  const headers = headersOf(exchange, request);
  const query = new URLSearchParams();
  let path = target.startsWith("/") ? target : `/${target}`;
  // A bucket may be the subdomain.
  if (service === "s3" && dot >= 0 && !known) path = `/${name.slice(0, dot)}${path}`;
  if (kind === "action") {
    const [action = "", ...parameters] = target.split("&");
    path = "/";
    for (const [key, value] of new URLSearchParams(parameters.join("&"))) query.append(key, value);
    const prefix = TARGETS[name] ?? TARGETS[service];
    if (prefix) {
      headers["x-amz-target"] ??= `${prefix}.${action}`;
      headers["content-type"] = "application/x-amz-json-1.1";
    } else if (headers["x-amz-target"] === undefined) query.set("Action", action);
  }
  for (const [key, values] of Object.entries(request.querystring)) for (const value of values) query.append(key, value);
  const search = query.size > 0 ? `${path.includes("?") ? "&" : "?"}${query}` : "";
  const sent = { method: request.method, url: `${path}${search}`, headers, body: request.body };
  const answer = await cloud.in(region || cloud.region).send(service, sent, as);
  if (answer.status === 501) throw badGateway(`Execution failed: the local cloud does not have ${request.uri}`);
  const { body = "" } = answer;
  const content =
    body instanceof Readable
      ? await collect(body, MAX_ANSWER, () => badGateway("Execution failed: the answer is too large"))
      : Buffer.from(body);
  const pairs = Object.entries(answer.headers).flatMap(([header, value]) =>
    [value].flat().map((one): [string, string] => [header, one]),
  );
  return { status: answer.status, headers: pairs, body: content, selectedBy: String(answer.status) };
}

function headersOf(exchange: Exchange, { header, body }: IntegrationRequest): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": exchange.header("content-type") ?? "application/json",
    "user-agent": `AmazonAPIGateway_${exchange.stage.apiId}`,
    "x-amzn-apigateway-api-id": exchange.stage.apiId,
    "content-length": String(body.length),
    ...(exchange.trace && { "x-amzn-trace-id": traceHeader({ ...exchange.trace, parent: exchange.trace.segment }) }),
  };
  for (const [name, values] of Object.entries(header)) {
    if (!HOP.has(name.toLowerCase())) headers[name.toLowerCase()] = values.join(",");
  }
  return headers;
}
