/** AWS_IAM: the request's signature, in API Gateway's own answers. */

import type { Directory } from "../../../../authorization/directory.ts";
import { signerOf } from "../../../../http/signer.ts";
import { AwsError, type Cloud, type Principal } from "../../../../service.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure } from "../failure.ts";

export function verifySignature({ request, body }: Exchange, directory: Directory, cloud: Cloud): Principal {
  const { accountId, region } = cloud;
  try {
    return signerOf(request, body, "execute-api", { directory, accountId, region });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "MissingAuthenticationTokenException") throw new GatewayFailure("MISSING_AUTHENTICATION_TOKEN");
    const type = error.code === "ExpiredTokenException" ? "EXPIRED_TOKEN" : "INVALID_SIGNATURE";
    throw new GatewayFailure(type, error.message, { errorType: error.code });
  }
}
