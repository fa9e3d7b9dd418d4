import type { Authorizer, Definition, Method } from "../model.ts";
import { badRequest, newId } from "../records.ts";
import { checkExpression } from "./integration.ts";
import type { OpenApi } from "./openApi.ts";

export interface GivenAuthorizer {
  type?: string;
  authorizerUri?: string;
  authorizerCredentials?: string;
  identitySource?: string;
  identityValidationExpression?: string;
  authorizerResultTtlInSeconds?: number;
  providerARNs?: string[];
  authType?: string;
}

type Auth = Pick<Method, "authorizationType" | "apiKeyRequired" | "authorizerId" | "authorizationScopes">;

/** What an operation's `security` means. */
export interface Security {
  of(requirements: Record<string, string[]>[] | undefined, authType: string | undefined, where: string): Partial<Auth>;
}

interface Scheme {
  type?: string;
  name?: string;
  in?: string;
  "x-amazon-apigateway-authtype"?: string;
  "x-amazon-apigateway-authorizer"?: GivenAuthorizer;
}

/** Reads the security schemes: an API key, AWS_IAM (`awsSigv4`), or an authorizer, which becomes the API's. */
export function readSecuritySchemes(document: OpenApi, definition: Definition): Security {
  const auths = new Map<string, Auth>();
  for (const [name, given] of Object.entries(document.components?.securitySchemes ?? {})) {
    auths.set(name, readScheme(name, given as Scheme, definition));
  }
  return {
    of(requirements, authType, where) {
      const auth: Partial<Auth> = {};
      for (const [name, scopes] of (requirements ?? []).flatMap((requirement) => Object.entries(requirement))) {
        const found = auths.get(name);
        if (!found) throw badRequest(`Security scheme '${name}' of ${where} is not among components.securitySchemes`);
        if (found.apiKeyRequired) auth.apiKeyRequired = true;
        else
          Object.assign(auth, found, scopes.length > 0 && { authorizationScopes: scopes }, {
            apiKeyRequired: auth.apiKeyRequired ?? false,
          });
      }
      if (authType !== undefined) {
        const type = authType.toUpperCase();
        if (type !== "AWS_IAM" && type !== "NONE") {
          throw badRequest(`x-amazon-apigateway-auth of ${where} has type '${authType}'; NONE and AWS_IAM are allowed`);
        }
        auth.authorizationType = type;
        delete auth.authorizerId;
      }
      return auth;
    },
  };
}

function readScheme(name: string, scheme: Scheme, definition: Definition): Auth {
  const given = scheme["x-amazon-apigateway-authorizer"];
  if (given) {
    const authType = scheme["x-amazon-apigateway-authtype"];
    const source = scheme.name && given.type !== "request" ? `method.request.header.${scheme.name}` : undefined;
    const authorizer = readAuthorizer(
      { ...(source && { identitySource: source }), ...(authType && { authType }), ...given },
      name,
    );
    const old = Object.values(definition.authorizers).find((candidate) => candidate.name === name);
    if (old) authorizer.id = old.id;
    definition.authorizers[authorizer.id] = authorizer;
    const authorizationType = authorizer.type === "COGNITO_USER_POOLS" ? "COGNITO_USER_POOLS" : "CUSTOM";
    return { authorizationType, authorizerId: authorizer.id, apiKeyRequired: false };
  }
  if (scheme["x-amazon-apigateway-authtype"]?.toLowerCase() === "awssigv4") {
    return { authorizationType: "AWS_IAM", apiKeyRequired: false };
  }
  if (scheme.type === "apiKey" && scheme.in === "header" && scheme.name?.toLowerCase() === "x-api-key") {
    return { authorizationType: "NONE", apiKeyRequired: true };
  }
  throw badRequest(
    `Security scheme '${name}' is not one that API Gateway enforces: an API key in x-api-key, awsSigv4, or one with x-amazon-apigateway-authorizer`,
  );
}

/** Seconds that a result is kept, unless an authorizer says otherwise. */
export const DEFAULT_TTL = 300;

/** Checks an authorizer, and fills in what API Gateway would: a TTL of 300 s, the Authorization header. */
export function readAuthorizer(given: GivenAuthorizer, name: string): Authorizer {
  const type = given.type?.toUpperCase();
  if (type !== "TOKEN" && type !== "REQUEST" && type !== "COGNITO_USER_POOLS") {
    throw badRequest(`Invalid authorizer type '${given.type}' of ${name}: TOKEN, REQUEST or COGNITO_USER_POOLS`);
  }
  const ttl = given.authorizerResultTtlInSeconds ?? DEFAULT_TTL;
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 3600) {
    throw badRequest("Authorizer result TTL must be in the range of 0 to 3600 seconds");
  }
  const authorizer: Authorizer = { id: newId(6), name, type };
  if (given.authorizerResultTtlInSeconds !== undefined) authorizer.authorizerResultTtlInSeconds = ttl;
  authorizer.authType = type === "COGNITO_USER_POOLS" ? "cognito_user_pools" : "custom";
  for (const key of ["identityValidationExpression", "authorizerCredentials", "authType"] as const) {
    if (given[key] !== undefined) authorizer[key] = given[key];
  }
  checkExpression(given.identityValidationExpression, `identity validation expression of ${name}`);
  if (type === "COGNITO_USER_POOLS") {
    if (!given.providerARNs?.length)
      throw badRequest("At least one provider ARN must be specified for a COGNITO_USER_POOLS authorizer");
    authorizer.providerARNs = given.providerARNs;
  } else {
    if (!given.authorizerUri || !/^arn:aws[\w-]*:apigateway:[\w-]+:lambda:path\//.test(given.authorizerUri)) {
      throw badRequest(
        `Invalid Authorizer URI: ${given.authorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
      );
    }
    authorizer.authorizerUri = given.authorizerUri;
  }
  const fallback = type === "REQUEST" ? undefined : "method.request.header.Authorization";
  const source = given.identitySource ?? fallback;
  if (source) authorizer.identitySource = source;
  else if (ttl > 0) throw badRequest("Identity source is required for a REQUEST authorizer whose results are cached");
  for (const part of source?.split(",") ?? []) {
    if (!/^(method\.request\.(header|querystring)\.[^\s,]+|stageVariables\.\w+|context\.[\w.]+)$/.test(part.trim())) {
      throw badRequest(`Invalid identity source '${part.trim()}' of authorizer ${name}`);
    }
  }
  return authorizer;
}
