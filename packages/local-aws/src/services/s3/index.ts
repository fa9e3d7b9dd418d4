/**
 * S3: objects as files under the cloud's folder, everything else in the store. Bodies stream both ways.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */

import { withRequestKeys } from "../../authorization/requestKeys.ts";
import { AwsError, type Call, type Cloud, type RawRequest, type RawResponse, type Service } from "../../service.ts";
import { shapesOf, type WireRequest, wireRequest } from "../../wire/index.ts";
import { s3Xml } from "../../wire/restXml.ts";
import { escapeXml } from "../../wire/xml.ts";
import { allowsPage } from "./cors.ts";
import { notImplemented } from "./errors.ts";
import { sweep } from "./lifecycle.ts";
import { bucketOperations } from "./operations/buckets.ts";
import { configurationOperations } from "./operations/configuration.ts";
import { copyOperations } from "./operations/copy.ts";
import { listOperations } from "./operations/list.ts";
import { multipartOperations } from "./operations/multipart.ts";
import { objectDetailOperations } from "./operations/objectDetails.ts";
import { objectOperations } from "./operations/objects.ts";
import { bucketRegion, inOwnRegion } from "./redirect.ts";
import { bucketOfHost, operationOf, readInput, readTarget, type Target } from "./request.ts";
import { S3Error, S3State } from "./state.ts";

/** How often lifecycle rules are applied, in milliseconds. */
const sweepEvery = 3600_000;

export interface S3 extends Service {
  /** Applies lifecycle rules as they stand at that time (milliseconds since 1970). */
  sweep(now?: number): Promise<void>;
}

export function createS3(cloud: Cloud): S3 {
  const s3 = new S3State(cloud);
  const operations = inOwnRegion(s3, {
    ...bucketOperations(s3),
    ...configurationOperations(s3),
    ...objectOperations(s3),
    ...objectDetailOperations(s3),
    ...copyOperations(s3),
    ...multipartOperations(s3),
    ...listOperations(s3),
  });
  let timer: NodeJS.Timeout | undefined;
  const service: S3 = {
    name: "s3",
    shapes: () => import("@aws-sdk/client-s3"),
    operations,
    handle: (request, call) => answer(service, s3, request, call),
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
      s3.notifications.stop();
    },
  };
  return service;
}

async function answer(service: Service, s3: S3State, raw: RawRequest, call: Call): Promise<RawResponse> {
  const request = wireRequest(raw, raw.url, raw.body);
  let target: Target | undefined;
  try {
    const shapes = await shapesOf(service);
    if (!shapes) throw notImplemented("S3 without its schemas");
    target = readTarget(request.path, raw.headers.host);
    const name = operationOf(shapes, request, target);
    call.operation = name;
    const operation = service.operations[name];
    const shape = shapes.operations.get(name);
    if (!operation || !shape) throw notImplemented(`the operation ${name} of S3`);
    const input = await readInput(shape, request, target);
    const asked = withRequestKeys(call, input);
    await s3.cloud.authorize(asked, await operation.access(input, asked));
    const { ExpiresString: expires, ...output } = (await operation.run(input, asked)) as Record<string, unknown>;
    const response = s3Xml.write(shapes, shape, output, call.requestId);
    if (expires !== undefined) response.headers.expires = String(expires);
    return adjusted(name, output, response);
  } catch (error) {
    const response = failure(error, request, call, raw);
    // Clients look a bucket up without any permission on it.
    if (request.method === "HEAD") Object.assign(response.headers, bucketRegion(s3, target?.bucket));
    return response;
  }
}

/** Where S3's answers differ from their schemas. */
function adjusted(name: string, output: Record<string, unknown>, response: RawResponse): RawResponse {
  if (output.ContentRange !== undefined) response.status = 206;
  if (name === "GetBucketLocation") {
    const xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
    const region = escapeXml(String(output.LocationConstraint ?? ""));
    response.headers["content-type"] = "application/xml";
    response.body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${xmlns}">${region}</LocationConstraint>`;
  }
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
