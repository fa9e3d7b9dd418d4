/** AWS_IAM: the request's signature, by the same rules as at the AWS endpoint, in API Gateway's own answers. */

import type { Directory } from "../../../../authorization/directory.ts";
import { authenticate } from "../../../../front/authenticate.ts";
import { readAuthorization } from "../../../../front/authorization.ts";
import { sha256 } from "../../../../front/signature.ts";
import { AwsError, type Cloud, type Principal } from "../../../../service.ts";
import type { WireRequest } from "../../../../wire/index.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure } from "../failure.ts";

const EMPTY = sha256("");

export function verifySignature(exchange: Exchange, directory: Directory, cloud: Cloud): Principal {
  const { request, body } = exchange;
  const wire: WireRequest = {
    method: exchange.httpMethod,
    path: (request.url as string).split("?", 1)[0] as string,
    query: new URLSearchParams(exchange.query),
    headers: request.headers,
    body: body ?? Buffer.alloc(0),
  };
  const authorization = readAuthorization(wire);
  if (authorization === undefined) throw new GatewayFailure("MISSING_AUTHENTICATION_TOKEN");
  if (typeof authorization === "string") {
    throw new GatewayFailure("INVALID_SIGNATURE", authorization, { errorType: "IncompleteSignatureException" });
  }
  if (authorization.service !== "execute-api") {
    throw new GatewayFailure("INVALID_SIGNATURE", "Credential should be scoped to correct service: 'execute-api'. ");
  }
  const door = { directory, accountId: cloud.accountId, region: cloud.region };
  try {
    return authenticate(door, wire, authorization, body ? sha256(body) : EMPTY, "json");
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const type = error.code === "ExpiredTokenException" ? "EXPIRED_TOKEN" : "INVALID_SIGNATURE";
    throw new GatewayFailure(type, error.message, { errorType: error.code });
  }
}
