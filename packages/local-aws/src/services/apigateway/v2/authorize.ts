/** Who may take a route. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html */
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import type { Directory } from "../../../authorization/directory.ts";
import { httpEvent } from "../../../http/event.ts";
import { signerOf } from "../../../http/signer.ts";
import { parseJson } from "../../../jsonText.ts";
import { type Cloud, type Principal, servicePrincipal } from "../../../service.ts";
import { lambdaOf } from "../definition/integration.ts";
import type { CognitoIssuer } from "../execution/authorization/cognito.ts";
import { invoke } from "../execution/lambdaProxy.ts";
import { failed, forbidden, type HttpExchange, selected, unauthorized } from "./exchange.ts";
import type { Authorizer } from "./model.ts";

export interface HttpAuthorizationParts {
  cloud: Cloud;
  directory: Directory;
  cognito: CognitoIssuer;
}

/** Loaded for the first token. */
const jose = () => import("jose");

interface Result {
  allowed: boolean;
  context: Record<string, unknown>;
}

export class HttpAuthorization {
  readonly #parts: HttpAuthorizationParts;
  readonly #keys = new Map<string, JWTVerifyGetKey>();
  /** Results of functions, by API, authorizer and identity. */
  readonly #cache = new Map<string, { until: number; result: Promise<Result> }>();

  constructor(parts: HttpAuthorizationParts) {
    this.#parts = parts;
  }

  /** @throws HttpFailure unless the caller may; what is known of it goes into the exchange's context. */
  async authorize(exchange: HttpExchange): Promise<void> {
    const { route, definition } = exchange;
    if (route.AuthorizationType === "NONE") return;
    if (route.AuthorizationType === "AWS_IAM") return this.#signed(exchange);
    const authorizer = definition.authorizers.find(({ AuthorizerId }) => AuthorizerId === route.AuthorizerId);
    if (!authorizer) throw failed();
    if (authorizer.AuthorizerType === "JWT") await this.#token(exchange, authorizer);
    else await this.#asked(exchange, authorizer);
  }

  async #signed({ request, body, context, sourceArn }: HttpExchange): Promise<void> {
    const { cloud, directory } = this.#parts;
    let principal: Principal;
    try {
      const door = { directory, accountId: cloud.accountId, region: cloud.region };
      principal = signerOf(request, body, "execute-api", door);
      await cloud.authorize({ principal, operation: "Invoke" }, [
        { action: "execute-api:Invoke", resource: sourceArn },
      ]);
    } catch {
      throw forbidden();
    }
    const { accessKeyId: accessKey, accountId, userId, arn: userArn } = principal;
    context.authorizer = {
      iam: { accessKey, accountId, callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId },
    };
  }

  async #token(exchange: HttpExchange, { IdentitySource, JwtConfiguration = {} }: Authorizer): Promise<void> {
    const [source = "$request.header.Authorization"] = IdentitySource ?? [];
    const token = selected(source, exchange)?.replace(/^Bearer\s+/i, "");
    if (!token) throw unauthorized();
    const { Issuer = "", Audience = [] } = JwtConfiguration;
    let claims: JWTPayload;
    try {
      const { jwtVerify } = await jose();
      claims = (await jwtVerify(token, await this.#keysOf(Issuer), { issuer: Issuer })).payload;
    } catch {
      throw unauthorized();
    }
    const audiences = [claims.aud ?? (claims.client_id as string | undefined) ?? []].flat();
    if (Audience.length > 0 && !audiences.some((one) => Audience.includes(one))) throw unauthorized();
    const granted = String(claims.scope ?? claims.scp ?? "").split(" ");
    const { AuthorizationScopes = [] } = exchange.route;
    if (AuthorizationScopes.length > 0 && !AuthorizationScopes.some((scope) => granted.includes(scope)))
      throw forbidden();
    const texts = Object.entries(claims).map(([name, value]) => [name, claimText(value)]);
    exchange.context.authorizer = {
      jwt: { claims: Object.fromEntries(texts), scopes: AuthorizationScopes.length > 0 ? AuthorizationScopes : null },
    };
  }

  /** The keys of an issuer: those of this cloud's user pools are its own. */
  async #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const known = this.#keys.get(issuer);
    if (known) return known;
    const pool = /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\/([\w-]+)$/.exec(issuer)?.[1];
    let keys: JWTVerifyGetKey;
    const { createLocalJWKSet, createRemoteJWKSet } = await jose();
    if (pool !== undefined) keys = createLocalJWKSet(await this.#parts.cognito.jwks(pool));
    else {
      const answer = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
      const { jwks_uri: address } = (await answer.json()) as { jwks_uri: string };
      keys = createRemoteJWKSet(new URL(address));
    }
    this.#keys.set(issuer, keys);
    return keys;
  }

  async #asked(exchange: HttpExchange, authorizer: Authorizer): Promise<void> {
    const sources = authorizer.IdentitySource ?? [];
    const identity = sources.map((source) => selected(source, exchange));
    if (identity.some((value) => !value)) throw unauthorized();
    const ttl = (authorizer.AuthorizerResultTtlInSeconds ?? 0) * 1000;
    const key = JSON.stringify([exchange.api.ApiId, exchange.stage.DeploymentId, authorizer.AuthorizerId, identity]);
    const known = ttl > 0 && sources.length > 0 ? this.#cache.get(key) : undefined;
    let result = known && known.until > Date.now() ? known.result : undefined;
    if (!result) {
      result = this.#ask(exchange, authorizer, identity as string[]);
      if (ttl > 0 && sources.length > 0) {
        if (this.#cache.size >= 10_000) this.#cache.clear();
        this.#cache.set(key, { until: Date.now() + ttl, result });
        result.catch(() => this.#cache.delete(key));
      }
    }
    const { allowed, context } = await result;
    if (!allowed) throw forbidden();
    exchange.context.authorizer = { lambda: context };
  }

  async #ask(exchange: HttpExchange, authorizer: Authorizer, identity: string[]): Promise<Result> {
    const { cloud } = this.#parts;
    const { request, path, query, context, pathParameters, stage, sourceArn, api } = exchange;
    const functionArn = lambdaOf(authorizer.AuthorizerUri ?? "");
    if (!functionArn) throw failed();
    const stageVariables = stage.StageVariables;
    const {
      body: _body,
      isBase64Encoded: _encoded,
      ...parts
    } = httpEvent({
      ...{ request, path, query, body: undefined, context, pathParameters, stageVariables },
    }) as Record<string, unknown>;
    const simple = authorizer.AuthorizerPayloadFormatVersion === "2.0";
    const event = simple
      ? { ...parts, type: "REQUEST", routeArn: sourceArn, identitySource: identity }
      : {
          ...parts,
          version: "1.0",
          type: "REQUEST",
          methodArn: sourceArn,
          identitySource: identity.join(","),
          authorizationToken: identity.join(","),
          resource: exchange.route.RouteKey.split(" ")[1] ?? "$default",
          path,
          httpMethod: request.method,
        };
    const { region, accountId } = cloud;
    const own = `arn:aws:execute-api:${region}:${accountId}:${api.ApiId}/authorizers/${authorizer.AuthorizerId}`;
    const as = authorizer.AuthorizerCredentialsArn
      ? (await cloud.assumeRole(authorizer.AuthorizerCredentialsArn, "apigateway.amazonaws.com", "authorizer"))
          .principal
      : servicePrincipal("apigateway.amazonaws.com", own);
    const answer = await invoke(cloud, functionArn, JSON.stringify(event), as).catch(() => {
      throw failed();
    });
    const text = Buffer.from(answer.Payload ?? "").toString();
    if (answer.FunctionError) throw text.includes('"Unauthorized"') ? unauthorized() : failed();
    return readResult(text, authorizer.EnableSimpleResponses === true);
  }
}

function readResult(text: string, simple: boolean): Result {
  const answer = parseJson(text) as Record<string, unknown> | null;
  if (answer === null || typeof answer !== "object") throw failed();
  const context = (answer.context ?? {}) as Record<string, unknown>;
  if (simple) return { allowed: answer.isAuthorized === true, context };
  const { Statement } = (answer.policyDocument ?? {}) as { Statement?: { Effect?: string } | { Effect?: string }[] };
  const effects = [Statement ?? []].flat().map(({ Effect }) => Effect);
  return { allowed: effects.includes("Allow") && !effects.includes("Deny"), context };
}

/** Claims reach a function as texts; lists in brackets. */
const claimText = (value: unknown): string =>
  Array.isArray(value) ? `[${value.join(" ")}]` : typeof value === "object" ? JSON.stringify(value) : String(value);
