/**
 * Lambda authorizers: a function is asked who the caller is, and answers with an IAM policy.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */

import { requestContext as iamContext } from "../../../../authorization/context.ts";
import { PolicySet } from "../../../../authorization/policy.ts";
import { compileExpression } from "../../../../expression.ts";
import { parseJson } from "../../../../jsonText.ts";
import { type Access, type Cloud, type PolicyDocument, type Principal, servicePrincipal } from "../../../../service.ts";
import { DEFAULT_TTL } from "../../definition/authorizer.ts";
import { lambdaOf } from "../../definition/integration.ts";
import type { Authorizer } from "../../model.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure } from "../failure.ts";
import { invoke } from "../lambdaProxy.ts";
import { requestContext } from "../requestContext.ts";
import { contextVariable, withStageVariables } from "../variables.ts";

interface Result {
  principalId: string;
  policy: PolicySet;
  context: Record<string, string>;
  usageIdentifierKey?: string;
  latency: number;
}

const MAX_CACHED = 10_000;
const unauthorized = (logged: string) => new GatewayFailure("UNAUTHORIZED", undefined, { logged });
/** AWS answers these two with a null message. */
const wrongAnswer = (logged: string) => new GatewayFailure("AUTHORIZER_CONFIGURATION_ERROR", "", { logged });
const failed = (logged: string) => new GatewayFailure("AUTHORIZER_FAILURE", "", { logged });

export class LambdaAuthorizers {
  readonly #cloud: Cloud;
  /** Results by API, stage, authorizer and identity. */
  readonly #cache = new Map<string, { expires: number; result: Promise<Result> }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** @returns the decision of the authorizer's policy on this request. */
  async authorize(exchange: Exchange, authorizer: Authorizer, access: Access): Promise<"allow" | "deny" | "none"> {
    const identity = identityOf(exchange, authorizer);
    const { principalId, policy, context, usageIdentifierKey, latency } = await this.#result(
      exchange,
      authorizer,
      identity,
    );
    exchange.authorizer = { principalId, integrationLatency: latency, ...context };
    exchange.usageIdentifierKey = usageIdentifierKey;
    const caller: Principal = { kind: "anonymous", arn: "anonymous" };
    const { region, accountId } = this.#cloud;
    const values = iamContext({ call: { principal: caller, sourceIp: exchange.sourceIp }, access, region, accountId });
    return policy.evaluate({ principal: caller, action: access.action, resource: access.resource, context: values })
      .effect;
  }

  flush(apiId: string, stageName: string): void {
    const prefix = JSON.stringify([apiId, stageName]).slice(0, -1);
    for (const key of this.#cache.keys()) if (key.startsWith(`${prefix},`)) this.#cache.delete(key);
  }

  #result(exchange: Exchange, authorizer: Authorizer, identity: string[]): Promise<Result> {
    const ttl = (authorizer.authorizerResultTtlInSeconds ?? DEFAULT_TTL) * 1000;
    if (ttl === 0 || identity.length === 0) return this.#ask(exchange, authorizer, identity);
    const { apiId, stage, deployment } = exchange.stage;
    const key = JSON.stringify([apiId, stage.stageName, deployment.id, authorizer.id, identity]);
    const now = Date.now();
    const known = this.#cache.get(key);
    if (known && known.expires > now) return known.result;
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    const result = this.#ask(exchange, authorizer, identity);
    this.#cache.set(key, { expires: now + ttl, result });
    // A failure is not cached: the next caller asks again.
    result.catch(() => this.#cache.delete(key));
    return result;
  }

  async #ask(exchange: Exchange, authorizer: Authorizer, identity: string[]): Promise<Result> {
    const { stage } = exchange;
    const uri = withStageVariables(authorizer.authorizerUri ?? "", stage.stage.variables);
    const functionArn = uri && lambdaOf(uri);
    if (!functionArn) throw wrongAnswer("Execution failed due to configuration error: Invalid authorizer URI");
    const { region, accountId } = this.#cloud;
    const as = authorizer.authorizerCredentials
      ? (
          await this.#cloud.assumeRole(
            authorizer.authorizerCredentials,
            "apigateway.amazonaws.com",
            "BackplaneAssumeRoleSession",
          )
        ).principal
      : servicePrincipal(
          "apigateway.amazonaws.com",
          `arn:aws:execute-api:${region}:${accountId}:${stage.apiId}/authorizers/${authorizer.id}`,
        );
    const started = performance.now();
    const answer = await invoke(this.#cloud, functionArn, eventOf(exchange, authorizer, identity), as).catch(
      (error) => {
        throw wrongAnswer((error as GatewayFailure).logged ?? (error as Error).message);
      },
    );
    const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString();
    if (answer.FunctionError) {
      if ((parse(text) as { errorMessage?: string } | undefined)?.errorMessage === "Unauthorized")
        throw unauthorized("Unauthorized");
      throw failed(`Lambda authorizer failed: ${text}`);
    }
    return { ...readResult(parse(text)), latency: Math.round(performance.now() - started) };
  }
}

/** The values that identify the caller. If one is missing or malformed, the answer is 401 without asking the function. */
function identityOf(
  exchange: Exchange,
  { type, identitySource, identityValidationExpression, authorizerResultTtlInSeconds = DEFAULT_TTL }: Authorizer,
): string[] {
  const sources = identitySource?.split(",").map((source) => source.trim()) ?? [];
  const values = sources.map((source) => identityValue(exchange, source));
  if (values.some((value) => !value)) {
    if (type === "TOKEN" || authorizerResultTtlInSeconds > 0) throw unauthorized("an identity source is missing");
  }
  if (type === "TOKEN" && identityValidationExpression) {
    if (!compileExpression(identityValidationExpression).matchesWhole(values[0] ?? ""))
      throw unauthorized("the token does not match the authorizer's validation expression");
  }
  return values.map((value) => value ?? "");
}

function identityValue(exchange: Exchange, source: string): string | undefined {
  const name = (prefix: string) => (source.startsWith(prefix) ? source.slice(prefix.length) : undefined);
  const header = name("method.request.header.");
  if (header !== undefined) return exchange.header(header.toLowerCase());
  const query = name("method.request.querystring.");
  if (query !== undefined) return exchange.queryParameters.single?.[query];
  const variable = name("stageVariables.");
  if (variable !== undefined) return exchange.stage.stage.variables[variable];
  return contextVariable(requestContext(exchange), source.replace(/^context\./, ""));
}

function eventOf(exchange: Exchange, { type }: Authorizer, identity: string[]): string {
  const methodArn = exchange.stage.invocationArn(exchange.httpMethod, exchange.path);
  if (type === "TOKEN") return JSON.stringify({ type: "TOKEN", methodArn, authorizationToken: identity[0] });
  const { variables } = exchange.stage.stage;
  return JSON.stringify({
    type: "REQUEST",
    methodArn,
    resource: exchange.method.resource.path,
    path: exchange.eventPath,
    httpMethod: exchange.httpMethod,
    headers: exchange.headers.single,
    multiValueHeaders: exchange.headers.multi,
    queryStringParameters: exchange.queryParameters.single ?? {},
    multiValueQueryStringParameters: exchange.queryParameters.multi ?? {},
    pathParameters: exchange.pathParameters ?? {},
    stageVariables: variables,
    requestContext: requestContext(exchange),
  });
}

function readResult(given: unknown): Omit<Result, "latency"> {
  const { principalId, policyDocument, context = {}, usageIdentifierKey } = (given ?? {}) as Record<string, unknown>;
  if (typeof principalId !== "string") throw wrongAnswer("the authorizer's answer has no principalId");
  const statement = (policyDocument as PolicyDocument | undefined)?.Statement;
  if (!statement) throw wrongAnswer("the authorizer's answer has no policyDocument");
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(context as Record<string, unknown>)) {
    if (typeof value === "object" && value !== null)
      throw wrongAnswer(`context.${key} of the authorizer's answer is an object`);
    if (value !== undefined && value !== null) values[key] = String(value);
  }
  let policy: PolicySet;
  try {
    policy = new PolicySet([policyDocument as PolicyDocument]);
  } catch (error) {
    throw wrongAnswer(`the authorizer's policy is not valid: ${(error as Error).message}`);
  }
  return {
    principalId,
    policy,
    context: values,
    ...(typeof usageIdentifierKey === "string" && { usageIdentifierKey }),
  };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
