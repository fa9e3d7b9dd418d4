import { createHash } from "node:crypto";

/** How callers of a route are known, with every ARN known. */
export type Security =
  | { kind: "none" }
  | { kind: "iam" }
  | { kind: "apiKey" }
  | { kind: "cognito"; userPoolArns: string[]; scopes: string[] }
  | { kind: "lambda"; invokeArn: string; identityHeader: string; cacheSeconds: number };

/** The `security` of an operation. `[]` is: anyone. */
export function operationSecurity(auth: Security): Record<string, string[]>[] {
  switch (auth.kind) {
    case "none":
      return [];
    case "iam":
    case "apiKey":
    case "lambda":
      return [{ [schemeName(auth)]: [] }];
    case "cognito":
      return [{ [schemeName(auth)]: auth.scopes }];
    default:
      return auth satisfies never;
  }
}

/** The document's `securitySchemes`: one for each authorizer, however many routes share it. */
export const securitySchemes = (all: Security[]): Record<string, object> =>
  Object.fromEntries(all.flatMap((auth) => (auth.kind === "none" ? [] : [[schemeName(auth), scheme(auth)]])));

/**
 * API Gateway's authorizers as security schemes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
 */
function scheme(auth: Exclude<Security, { kind: "none" }>): object {
  const inHeader = (name: string) => ({ type: "apiKey", name, in: "header" });
  switch (auth.kind) {
    case "iam":
      return { ...inHeader("Authorization"), "x-amazon-apigateway-authtype": "awsSigv4" };
    case "apiKey":
      return inHeader("x-api-key");
    case "cognito":
      return {
        ...inHeader("Authorization"),
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: auth.userPoolArns },
      };
    case "lambda":
      return {
        ...inHeader(auth.identityHeader),
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
          type: "token",
          authorizerUri: auth.invokeArn,
          authorizerResultTtlInSeconds: auth.cacheSeconds,
        },
      };
    default:
      return auth satisfies never;
  }
}

/**
 * Whether the gateway asks for what a scheme says. One that it does not know, such as plain `http` `bearer`, it imports
 * silently, and the route is open to anyone.
 */
export function isEnforced(given: object | undefined): boolean {
  const scheme = (given ?? {}) as Record<string, unknown>;
  return (
    scheme["x-amazon-apigateway-authorizer"] !== undefined ||
    String(scheme["x-amazon-apigateway-authtype"]).toLowerCase() === "awssigv4" ||
    (scheme.type === "apiKey" && scheme.in === "header" && String(scheme.name).toLowerCase() === "x-api-key")
  );
}

/** One name for one authorizer with its settings; scopes are the route's, not the authorizer's. */
function schemeName(auth: Exclude<Security, { kind: "none" }>): string {
  if (auth.kind === "iam" || auth.kind === "apiKey") return auth.kind;
  const { scopes: _, ...settings } = { scopes: [], ...auth };
  return `${auth.kind}-${createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 8)}`;
}
