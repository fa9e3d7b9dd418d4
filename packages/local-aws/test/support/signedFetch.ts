import { request as send } from "node:http";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

interface Signed {
  /** Host header. Default: that of the URL. */
  host?: string;
  /** Path and query. Default: those of the URL. */
  path?: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Without credentials the request is not signed. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Default `execute-api`. */
  service?: string;
}

/** A request with a `Host` of its own, signed if there are credentials. */
export async function signedFetch(
  address: string,
  { host, path, method = "GET", body = "", headers = {}, credentials, service = "execute-api" }: Signed = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const url = new URL(path ?? "", address);
  if (path === undefined) url.href = address;
  const plain = {
    method,
    protocol: "http:",
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: host ?? url.host, ...headers },
    ...(body && { body }),
  };
  const signer = credentials && new SignatureV4({ credentials, region: "us-east-1", service, sha256: Sha256 });
  const signed = signer ? await signer.sign(plain) : plain;
  return new Promise((resolve, reject) => {
    const request = send(
      { hostname: "127.0.0.1", port: url.port, method, path: url.pathname + url.search, headers: signed.headers },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode as number, headers: response.headers, body: text });
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}
