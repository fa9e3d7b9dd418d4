/**
 * AWS's protocols from the server's side, driven by the schemas that SDK packages carry: requests become the inputs
 * that SDK clients were given, outputs the answers that they expect.
 */
import type { Service } from "../service.ts";
import { rpcCbor } from "./cbor.ts";
import { awsJson } from "./json.ts";
import type { Protocol, WireRequest } from "./protocol.ts";
import { awsQuery, isQuery } from "./query.ts";
import { restJson } from "./restJson.ts";
import { restXml, s3Xml } from "./restXml.ts";
import { readShapes, type ServiceShapes } from "./shapes.ts";

const json10 = awsJson("1.0");
const json11 = awsJson("1.1");

/** The service's own protocol: what its errors look like to a request that says nothing of itself. */
const own: Record<string, Protocol> = {
  awsJson1_0: json10,
  awsJson1_1: json11,
  awsQuery,
  restJson1: restJson,
  restXml,
  rpcv2Cbor: rpcCbor,
};

/**
 * Which protocol a request speaks. It is the request that decides: SQS and CloudWatch are spoken to in JSON by new
 * clients, in the query protocol by old ones.
 */
export function protocolOf(request: WireRequest, shapes: ServiceShapes | undefined): Protocol {
  const { headers } = request;
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return rpcCbor;
  if (headers["x-amz-target"] !== undefined) {
    return String(headers["content-type"]).includes("json-1.0") ? json10 : json11;
  }
  // S3 takes forms and knows no actions.
  if (isQuery(request) && shapes?.protocol !== "restXml" && shapes?.protocol !== "restJson1") return awsQuery;
  const usual = shapes && (isS3(shapes) ? s3Xml : own[shapes.protocol]);
  // JSON without a target: of a service with two protocols (SageMaker and its runtime), the one by path.
  return !usual || usual === json10 || usual === json11 ? restJson : usual;
}

const isS3 = ({ protocol, xmlNamespace }: ServiceShapes): boolean =>
  protocol === "restXml" && xmlNamespace === "http://s3.amazonaws.com/doc/2006-03-01/";

const loaded = new WeakMap<Service, Promise<ServiceShapes>>();

/** The schemas of a service, loaded when they are first asked for. */
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
export type { Protocol, WireRequest } from "./protocol.ts";
export type { OperationShape, ServiceShapes } from "./shapes.ts";
