import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

type Credentials = ConstructorParameters<typeof SignatureV4>[0]["credentials"];

export interface SignedRequest {
  method: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/**
 * What sends requests to routes that ask for an AWS identity, signed as one.
 * @param service that they are signed for. Default: `execute-api`, which routes are.
 */
export function signedFetch(
  credentials: Credentials,
  region: string,
  service = "execute-api",
): (url: URL, request: SignedRequest) => Promise<Response> {
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  return async (url, { method, headers = {}, body }) => {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body && { body }),
    });
    return fetch(url, { method, headers: signed.headers, ...(body && { body: new Uint8Array(Buffer.from(body)) }) });
  };
}
