/** Who has signed a request to a route: by the same rules as at the AWS endpoint. */
import type { IncomingMessage } from "node:http";
import type { Directory } from "../authorization/directory.ts";
import { authenticate } from "../front/authenticate.ts";
import { readAuthorization } from "../front/authorization.ts";
import { sha256 } from "../front/signature.ts";
import { AwsError, type Principal } from "../service.ts";
import { wireRequest } from "../wire/index.ts";

const EMPTY = sha256("");

export interface Door {
  directory: Directory;
  accountId: string;
  region: string;
}

/**
 * @param service for which the signature must be.
 * @throws AwsError `MissingAuthenticationTokenException`, `IncompleteSignatureException`, `InvalidSignatureException`,
 * `ExpiredTokenException` and so on.
 */
export function signerOf(request: IncomingMessage, body: Buffer | undefined, service: string, door: Door): Principal {
  const wire = wireRequest(request, request.url as string, body ?? Buffer.alloc(0));
  const authorization = readAuthorization(wire);
  if (authorization === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  if (typeof authorization === "string") throw new AwsError("IncompleteSignatureException", authorization, 403);
  if (authorization.service !== service) {
    const message = `Credential should be scoped to correct service: '${service}'. `;
    throw new AwsError("InvalidSignatureException", message, 403);
  }
  return authenticate(door, wire, authorization, body ? sha256(body) : EMPTY, "json");
}
