/**
 * Who may call a method: its own authorization, combined with the API's resource policy.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */

import type { Decision, Authorizer as Iam } from "../../../../authorization/authorizer.ts";
import type { Directory } from "../../../../authorization/directory.ts";
import type { Access, Cloud, Principal } from "../../../../service.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure } from "../failure.ts";
import type { CognitoIssuer } from "./cognito.ts";
import { LambdaAuthorizers } from "./lambda.ts";
import { verifySignature } from "./signature.ts";

const anonymous: Principal = { kind: "anonymous", arn: "anonymous" };

export class Authorization {
  readonly #iam: Iam;
  readonly #directory: Directory;
  readonly #cloud: Cloud;
  readonly #cognito: CognitoIssuer;
  readonly #lambda: LambdaAuthorizers;

  constructor(cloud: Cloud, iam: Iam, directory: Directory, cognito: CognitoIssuer) {
    this.#cloud = cloud;
    this.#iam = iam;
    this.#directory = directory;
    this.#cognito = cognito;
    this.#lambda = new LambdaAuthorizers(cloud);
  }

  /** Whether there is nothing to check: an open method of an API without a policy. */
  isOpen({ method, stage }: Exchange): boolean {
    return method.method.authorizationType === "NONE" && stage.policy === undefined;
  }

  /** Drops cached results of a stage's Lambda authorizers. */
  flush(apiId: string, stageName: string): void {
    this.#lambda.flush(apiId, stageName);
  }

  /** @throws GatewayFailure unless the caller is allowed; records the caller's identity in the exchange. */
  async authorize(exchange: Exchange): Promise<void> {
    const { method, stage } = exchange;
    switch (method.method.authorizationType) {
      case "NONE":
        if (stage.policy) this.#require(exchange, anonymous, "resource");
        return;
      case "AWS_IAM":
        exchange.principal = verifySignature(exchange, this.#directory, this.#cloud);
        this.#require(exchange, exchange.principal, "identity-or-resource");
        return;
      case "COGNITO_USER_POOLS":
        exchange.authorizer = { claims: await this.#cognito.verify(exchange, authorizerOf(exchange)) };
        if (stage.policy) this.#require(exchange, anonymous, "resource");
        return;
      case "CUSTOM":
        await this.#custom(exchange);
    }
  }

  /** The resource policy's denials come first; then either it or the authorizer's policy may allow, and neither may deny. */
  async #custom(exchange: Exchange): Promise<void> {
    const byResource = exchange.stage.policy ? this.#decide(exchange, anonymous, "resource") : undefined;
    if (byResource && !byResource.allowed && byResource.explicit) throw denied(exchange, anonymous, byResource);
    const effect = await this.#lambda.authorize(exchange, authorizerOf(exchange), accessOf(exchange));
    const refused = "User is not authorized to access this resource";
    if (effect === "deny")
      throw new GatewayFailure("ACCESS_DENIED", `${refused} with an explicit deny`, { capital: true });
    if (effect !== "allow" && !byResource?.allowed)
      throw new GatewayFailure("ACCESS_DENIED", refused, { capital: true });
  }

  #require(exchange: Exchange, principal: Principal, rule: NonNullable<Access["rule"]>): void {
    const decision = this.#decide(exchange, principal, rule);
    if (!decision.allowed) throw denied(exchange, principal, decision);
  }

  #decide(exchange: Exchange, principal: Principal, rule: NonNullable<Access["rule"]>): Decision {
    const access: Access = { ...accessOf(exchange), rule };
    if (exchange.stage.policy) access.resourcePolicy = exchange.stage.policy;
    return this.#iam.decide({ principal, sourceIp: exchange.sourceIp, region: this.#cloud.region }, access);
  }
}

/** `execute-api:Invoke` on the exact path of the request. */
function accessOf(exchange: Exchange): Access {
  const userAgent = exchange.header("user-agent");
  const referer = exchange.header("referer");
  return {
    action: "execute-api:Invoke",
    resource: exchange.stage.invocationArn(exchange.httpMethod, exchange.path),
    context: { ...(userAgent && { "aws:UserAgent": userAgent }), ...(referer && { "aws:Referer": referer }) },
  };
}

function authorizerOf({ method, stage }: Exchange) {
  const found = stage.definition.authorizers[method.method.authorizerId ?? ""];
  if (!found)
    throw new GatewayFailure("AUTHORIZER_CONFIGURATION_ERROR", "", { logged: "the method's authorizer is gone" });
  return found;
}

/** The account in the ARN is masked, as in AWS's own answer. */
function denied(
  exchange: Exchange,
  principal: Principal,
  decision: Exclude<Decision, { allowed: true }>,
): GatewayFailure {
  const { resource } = accessOf(exchange);
  const masked = resource.replace(/:(\d{8})(\d{4}):/, ":********$2:");
  const kind = decision.by === "permissions boundary" ? decision.by : `${decision.by} policy`;
  const why = decision.explicit
    ? ` with an explicit deny in ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`
    : ` because no ${kind} allows the execute-api:Invoke action`;
  const message = `User: ${principal.arn} is not authorized to perform: execute-api:Invoke on resource: ${masked}${why}`;
  return new GatewayFailure("ACCESS_DENIED", message, { capital: true });
}
