/**
 * AWS's protocols from the server's side, driven by the schemas that SDK packages carry: requests become the inputs
 * that SDK clients were given, outputs the answers that they expect.
 */
import type { Service } from "../service.ts";
import { rpcCbor } from "./cbor.ts";
import { awsJson } from "./json.ts";
import type { Protocol, WireRequest } from "./protocol.ts";
import { acceptsJson, awsQuery, awsQueryJson, ec2Query, isQuery } from "./query.ts";
import { inQueryMode } from "./queryMode.ts";
import { restJson } from "./restJson.ts";
import { restXml, s3Xml } from "./restXml.ts";
import { readShapes, type ServiceShapes } from "./shapes.ts";

const json10 = awsJson("1.0");
const json11 = awsJson("1.1");

/** The service's own protocol: the form of errors for a request that does not show its own. */
const own: Record<string, Protocol> = {
  awsJson1_0: json10,
  awsJson1_1: json11,
  awsQuery,
  ec2Query,
  restJson1: restJson,
  restXml,
  rpcv2Cbor: rpcCbor,
};

/**
 * The protocol of a request. It depends on the request: new clients of SQS and CloudWatch use JSON, old ones the query
 * protocol.
 */
export function protocolOf(request: WireRequest, shapes: ServiceShapes | undefined): Protocol {
  const { headers } = request;
  const inMode = headers["x-amzn-query-mode"] === "true" ? inQueryMode : (protocol: Protocol) => protocol;
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return inMode(rpcCbor);
  if (headers["x-amz-target"] !== undefined) {
    return inMode(String(headers["content-type"]).includes("json-1.0") ? json10 : json11);
  }
  // S3 accepts forms, but has no actions.
  if (isQuery(request) && shapes?.protocol !== "restXml" && shapes?.protocol !== "restJson1") {
    if (shapes?.protocol === "ec2Query") return ec2Query;
    return acceptsJson(request) ? awsQueryJson : awsQuery;
  }
  const usual = shapes && (isS3(shapes) ? s3Xml : own[shapes.protocol]);
  // JSON without a target: for a service with two protocols (SageMaker and its runtime), the path-based one.
  return !usual || usual === json10 || usual === json11 ? restJson : usual;
}

const isS3 = ({ protocol, xmlNamespace }: ServiceShapes): boolean =>
  protocol === "restXml" && xmlNamespace === "http://s3.amazonaws.com/doc/2006-03-01/";

const loaded = new WeakMap<Service, Promise<ServiceShapes>>();

/** The schemas of a service, loaded on first use. */
export function shapesOf(service: Service): Promise<ServiceShapes> | undefined {
  if (!service.shapes) return undefined;
  let shapes = loaded.get(service);
  if (!shapes) {
    shapes = service.shapes().then(readShapes);
    loaded.set(service, shapes);
  }
  return shapes;
}

export { checkInput } from "./check.ts";
export { type Protocol, type WireRequest, wireRequest } from "./protocol.ts";
export type { OperationShape, ServiceShapes } from "./shapes.ts";
