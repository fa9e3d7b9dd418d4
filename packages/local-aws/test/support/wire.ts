import { type IncomingHttpHeaders, request } from "node:http";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../../testing/cloud.ts";

export interface RawRequest {
  method?: string;
  /** With its query. Default `/`. */
  path?: string;
  /** `host` stands for the URL's own. */
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One request exactly as it is given, headers that `fetch` would not send among them. */
export function sendRaw(
  origin: string,
  { method = "GET", path = "/", headers, body = "" }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A signer. @param credentials default: the administrator's, whose key anybody knows. */
export const signer = (
  service: string,
  region = "us-east-1",
  credentials: Credentials = { accessKeyId: "test", secretAccessKey: "test" },
): SignatureV4 =>
  new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: service === "s3",
  });

/** Path and query of a request signed in its URL: only `host` and the body are signed, as a page can send them. */
export async function presigned(
  origin: string,
  service: string,
  {
    method = "GET",
    path = "/",
    body,
    host = new URL(origin).host,
  }: Pick<RawRequest, "method" | "path" | "body"> & { host?: string },
): Promise<string> {
  const { pathname, searchParams } = new URL(path, origin);
  const unsigned = new HttpRequest({
    method,
    protocol: "http:",
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, ...(service === "s3" && { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }) },
    ...(body !== undefined && { body }),
  });
  const { path: signedPath, query } = await signer(service).presign(unsigned, { expiresIn: 300 });
  return `${signedPath}?${new URLSearchParams(query as Record<string, string>)}`;
}
