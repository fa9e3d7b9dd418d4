/**
 * S3: large objects as files under the cloud's folder, everything else in the store. Bodies stream both ways.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */

import type { Directory } from "../../authorization/directory.ts";
import { withRequestKeys } from "../../authorization/requestKeys.ts";
import { bucketOfHost } from "../../front/bucketHost.ts";
import { isSignedV2 } from "../../front/signatureV2.ts";
import type { RawRequest, RawResponse } from "../../http/raw.ts";
import { AwsError, type Call, type Cloud, type Operation, type Service } from "../../service.ts";
import { type OperationShape, type ServiceShapes, shapesOf, type WireRequest, wireRequest } from "../../wire/index.ts";
import { s3Xml } from "../../wire/restXml.ts";
import { escapeXml } from "../../wire/xml.ts";
import { allowsPage, corsHeaders, preflight } from "./cors.ts";
import { notImplemented } from "./errors.ts";
import { postObject } from "./form/post.ts";
import { sweep } from "./lifecycle.ts";
import { aclOperations } from "./operations/acls.ts";
import { bucketOperations } from "./operations/buckets.ts";
import { configurationOperations } from "./operations/configuration.ts";
import { copyOperations } from "./operations/copy.ts";
import { listOperations } from "./operations/list.ts";
import { lockOperations } from "./operations/locks.ts";
import { multipartOperations } from "./operations/multipart.ts";
import { notificationOperations } from "./operations/notification.ts";
import { objectDetailOperations } from "./operations/objectDetails.ts";
import { objectOperations } from "./operations/objects.ts";
import { restoreOperations } from "./operations/restore.ts";
import { bucketRegion, inOwnRegion } from "./redirect.ts";
import { isForm, operationOf, readInput, readTarget, type Target } from "./request.ts";
import { S3Error, S3State } from "./state.ts";
import { serveWebsite, websiteOf } from "./website/serve.ts";

/** How often lifecycle rules are applied, in milliseconds. */
const sweepEvery = 3600_000;

export interface S3 extends Service {
  /** Applies lifecycle rules as they stand at that time (milliseconds since 1970). */
  sweep(now?: number): Promise<void>;
}

export function createS3(cloud: Cloud, directory: Directory): S3 {
  const s3 = new S3State(cloud);
  const operations = inOwnRegion(s3, {
    ...bucketOperations(s3),
    ...configurationOperations(s3),
    ...objectOperations(s3),
    ...objectDetailOperations(s3),
    ...aclOperations(s3),
    ...lockOperations(s3),
    ...restoreOperations(s3),
    ...notificationOperations(s3),
    ...copyOperations(s3),
    ...multipartOperations(s3),
    ...listOperations(s3),
  });
  let timer: NodeJS.Timeout | undefined;
  const underWay = new Set<Promise<RawResponse>>();
  const service: S3 = {
    name: "s3",
    shapes: () => import("@aws-sdk/client-s3"),
    operations,
    handle(request, call) {
      const answered = answer({ service, s3, directory }, request, call);
      underWay.add(answered);
      return answered.finally(() => underWay.delete(answered));
    },
    mayCross({ method, path, headers }) {
      // A bucket's name is never encoded.
      const bucket = bucketOfHost(headers.host) ?? path.split("/", 2)[1] ?? "";
      return allowsPage(s3.buckets.get(bucket)?.cors, method, headers);
    },
    sweep: (now) => sweep(s3, now),
    async start() {
      await s3.blobs.start();
      s3.notifications.start();
      timer = setInterval(() => {
        sweep(s3).catch((error) => console.error("s3: lifecycle:", error));
      }, sweepEvery);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      // An upload whose connection was closed still has something to say in the store.
      await Promise.allSettled(underWay);
      s3.notifications.stop();
    },
  };
  return service;
}

interface Answering {
  service: Service;
  s3: S3State;
  directory: Directory;
}

async function answer(on: Answering, raw: RawRequest, call: Call): Promise<RawResponse> {
  const { s3, service } = on;
  const request = wireRequest(raw, raw.url, raw.body);
  let target: Target | undefined;
  let response: RawResponse;
  try {
    const shapes = await shapesOf(service);
    if (!shapes) throw notImplemented("S3 without its schemas");
    const site = websiteOf(raw.headers.host);
    if (site !== undefined) return await website(on, shapes, { bucket: site, request, raw }, call);
    target = readTarget(request.path, raw.headers.host);
    response = await operate(on, shapes, { target, request, raw }, call);
  } catch (error) {
    response = failure(error, request, call, raw);
  }
  const bucket = s3.buckets.get(target?.bucket);
  Object.assign(response.headers, corsHeaders(bucket?.cors, request.method, raw.headers));
  response.headers["x-amz-id-2"] = hostId;
  // Clients look a bucket up without any permission on it.
  if (target?.key === undefined) Object.assign(response.headers, bucketRegion(s3, target?.bucket));
  return response;
}

const hostId = "local";

interface Asked {
  target: Target;
  request: WireRequest;
  raw: RawRequest;
}

async function operate(
  { service, s3, directory }: Answering,
  shapes: ServiceShapes,
  { target, request, raw }: Asked,
  call: Call,
): Promise<RawResponse> {
  const { bucket, key } = target;
  const found = s3.buckets.get(bucket);
  // Version 2 of signatures names no region.
  if (found && isSignedV2(request)) call.region = s3.regionOf(found);
  if (request.method === "OPTIONS") return preflight(found, key, raw.headers);
  if (bucket !== undefined && isForm(request, target)) {
    const put = service.operations.PutObject as Operation;
    const response = await postObject(s3, shapes, { raw, bucket, directory, put }, call);
    response.headers["x-amz-request-id"] = call.requestId;
    return response;
  }
  const name = operationOf(shapes, request, target);
  call.operation = name;
  const operation = service.operations[name];
  const shape = shapes.operations.get(name);
  if (!operation || !shape) throw notImplemented(`the operation ${name} of S3`);
  return run(s3, shapes, { name, operation, shape, input: await readInput(shape, request, target) }, call);
}

interface Running {
  name: string;
  operation: Operation;
  shape: OperationShape;
  input: Record<string, unknown>;
}

async function run(s3: S3State, shapes: ServiceShapes, { name, operation, shape, input }: Running, call: Call) {
  const asked = withRequestKeys(call, input);
  await s3.cloud.authorize(asked, await operation.access(input, asked));
  const carriedOut = await s3.cloud.faults.around(asked, () => operation.run(input, asked));
  const { ExpiresString: expires, ...output } = carriedOut as Record<string, unknown>;
  const response = s3Xml.write(shapes, shape, output, call.requestId);
  if (expires !== undefined) response.headers.expires = String(expires);
  return adjusted(name, output, response);
}

/** A request for a bucket's website: its visitor reads objects like any other caller. */
async function website(
  { service, s3 }: Answering,
  shapes: ServiceShapes,
  { bucket, request, raw }: { bucket: string; request: WireRequest; raw: RawRequest },
  call: Call,
): Promise<RawResponse> {
  raw.body.on("error", () => {}).resume();
  const name = request.method === "HEAD" ? "HeadObject" : "GetObject";
  const shape = shapes.operations.get(name) as OperationShape;
  const asked = { ...call, operation: name };
  const read = async (key: string) => {
    const input = await readInput(shape, { ...request, query: new URLSearchParams() }, { bucket, key });
    return run(s3, shapes, { name, operation: service.operations[name] as Operation, shape, input }, asked);
  };
  return serveWebsite(s3, { bucket, request, read }, asked);
}

/** Times in answers: whole seconds, with zeros behind. */
const instant = /<(LastModified|CreationDate|Initiated|RetainUntilDate|Date)>([\dT:-]+)(?:\.\d+)?Z<\/\1>/g;

/** Where S3's answers differ from their schemas. */
function adjusted(name: string, output: Record<string, unknown>, response: RawResponse): RawResponse {
  if (output.ContentRange !== undefined) response.status = 206;
  if (name === "GetBucketLocation") {
    const xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
    const region = escapeXml(String(output.LocationConstraint ?? ""));
    response.headers["content-type"] = "application/xml";
    response.body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${xmlns}">${region}</LocationConstraint>`;
  }
  if (name === "HeadBucket") response.headers["content-type"] = "application/xml";
  if (typeof response.body === "string") response.body = response.body.replace(instant, "<$1>$2.000Z</$1>");
  if (name === "GetBucketPolicy") response.headers["content-type"] = "application/json";
  if (name === "CreateBucket") delete response.body;
  return response;
}

function failure(error: unknown, request: WireRequest, call: Call, raw: RawRequest): RawResponse {
  // An unread body would block the connection's next request.
  raw.body.on("error", () => {}).resume();
  if (!(error instanceof AwsError)) throw error;
  const members = { ...error.members, Resource: request.path };
  const response = s3Xml.writeError(new AwsError(error.code, error.message, error.status, members), call.requestId);
  if (error instanceof S3Error) Object.assign(response.headers, error.headers);
  if (request.method === "HEAD" || error.status === 304) {
    delete response.body;
    delete response.headers["content-type"];
  }
  return response;
}
