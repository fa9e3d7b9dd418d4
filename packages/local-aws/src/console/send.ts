/** A request of the console to the routes of deployed APIs, and to nothing else. */
import { type IncomingHttpHeaders, request } from "node:http";
import { timestampOf } from "../front/authorization.ts";
import { computeSignature, sha256 } from "../front/signature.ts";
import { AwsError, type OpenCloud } from "../service.ts";
import { wireRequest } from "../wire/index.ts";
import type { Received, Sent } from "./protocol.ts";

/** Bytes of an answer that are shown. */
const longestAnswer = 4 * 1024 * 1024;
/** What is the connection's. */
const notSent = new Set(["connection", "content-length", "host", "transfer-encoding", "upgrade"]);

/** As it is sent: a body may be bytes, too. */
interface Sending extends Omit<Sent, "body"> {
  body?: string | Uint8Array;
}

/**
 * @param named the host that is asked for, as a domain of an API's own. Default: the host of the routes.
 * @throws AwsError when it is no request, or is not answered.
 */
export async function sendToRoutes(cloud: OpenCloud, sent: Sending, named?: string): Promise<Received> {
  const { method, path, body = "", signed = false } = sent;
  if (typeof method !== "string" || !/^[A-Z]{1,20}$/.test(method)) {
    throw new AwsError("ValidationException", `method is ${JSON.stringify(method)}; allowed is a method of HTTP`);
  }
  if (typeof path !== "string" || !/^\/[\x21-\x7e]*$/.test(path)) {
    throw new AwsError("ValidationException", `path is ${JSON.stringify(path)}; allowed is a path that begins with /`);
  }
  const { host, hostname, port } = new URL(cloud.apiOrigin);
  const given = Object.entries(sent.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const headers: Record<string, string> = {
    ...Object.fromEntries(given.filter(([name]) => name !== "" && !notSent.has(name))),
    host: named ?? host,
  };
  if (signed) sign(cloud.region, { method, path, headers, body: Buffer.from(body) });
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new AwsError("NotSent", error.message));
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const going = request({ hostname, port, method, path, headers: { ...headers, ...length } }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (part: Buffer) => {
        bytes += part.length;
        if (bytes <= longestAnswer) parts.push(part);
      });
      answer.on("error", fail);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode as number,
          headers: plain(answer.headers),
          body: Buffer.concat(parts).toString(),
          milliseconds: performance.now() - started,
        }),
      );
    });
    going.on("error", fail);
    going.end(body);
  });
}

const isFunctionUrl = (path: string, host = ""): boolean =>
  path.startsWith("/_aws/lambda-url/") || /^\w+\.lambda-url\./.test(host);

/** Adds the headers of a signature by the account's root, whose key is `test`. */
function sign(
  region: string,
  { method, path, headers, body }: { method: string; path: string; headers: Record<string, string>; body: Buffer },
): void {
  const timestamp = timestampOf(Date.now());
  const date = timestamp.slice(0, 8);
  headers["x-amz-date"] = timestamp;
  const service = isFunctionUrl(path, headers.host) ? "lambda" : "execute-api";
  const scope = { accessKeyId: "test", date, region, service };
  const authorization = { ...scope, signedHeaders: ["host", "x-amz-date"], timestamp, signature: "" };
  const request = wireRequest({ method, headers }, path, body);
  const signature = computeSignature(request, authorization, "test", sha256(body));
  headers.authorization = `AWS4-HMAC-SHA256 Credential=test/${date}/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
}

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
