/** Signatures of requests that AWS's services send to routes of APIs, as a role. */
import { computeSignature, sha256 } from "../front/signature.ts";
import type { RoleSession } from "../service.ts";
import { wireRequest } from "../wire/index.ts";

interface Signed {
  method: string;
  url: URL;
  body: Buffer;
}

/** @returns headers by which the session signs the request. */
export function signatureHeaders(
  { method, url, body }: Signed,
  { accessKeyId, secretAccessKey, sessionToken }: RoleSession["credentials"],
  scope: { region: string; service: string },
): Record<string, string> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const own = { "x-amz-date": timestamp, "x-amz-security-token": sessionToken };
  const headers = { host: url.host, ...own };
  const signedHeaders = Object.keys(headers).sort();
  const date = timestamp.slice(0, 8);
  const request = wireRequest({ method, headers }, `${url.pathname}${url.search}`, body);
  const authorization = { accessKeyId, date, ...scope, signedHeaders, signature: "", timestamp };
  const signature = computeSignature(request, authorization, secretAccessKey, sha256(body));
  const credential = `${accessKeyId}/${date}/${scope.region}/${scope.service}/aws4_request`;
  return {
    ...own,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
  };
}
