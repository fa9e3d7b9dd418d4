import type { Cors } from "./cors.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { type Method, type ParsedRoute, routeName } from "./route.ts";

/** A JSON Schema of draft 4, which is what API Gateway's models are. */
export type JsonSchema = Record<string, unknown>;

/** How callers of a route are known. `security` names schemes of the document. */
export interface DocumentRoute extends ParsedRoute {
  operationId?: string;
  /** ARN with which API Gateway invokes the function (`alias.invokeArn`). */
  invokeArn: string;
  /** Milliseconds that API Gateway waits for the function, 50 to 29,000. */
  timeoutMs: number;
  security: Security;
  /** What a body must look like. */
  requestModel?: JsonSchema;
  /** Query parameters and headers without which the gateway answers 400: `querystring.page`, `header.x-tenant`. */
  requiredParameters: string[];
}

export type Security =
  | { kind: "none" }
  | { kind: "iam" }
  | { kind: "apiKey" }
  | { kind: "cognito"; userPoolArns: string[]; scopes: string[] }
  | { kind: "lambda"; invokeArn: string; identityHeader: string; cacheSeconds: number };

export interface DocumentOptions {
  title: string;
  description?: string;
  routes: DocumentRoute[];
  cors?: Cors;
  binaryMediaTypes: string[];
  /** The API's resource policy. */
  policy?: object;
}

/**
 * The API as one OpenAPI 3.0 document with API Gateway's extensions: a hundred routes are one resource.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function openApiDocument(options: DocumentOptions): object {
  const { routes, cors } = options;
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [operationKey(route.method)]: operation(route) };
  }
  if (cors) {
    for (const [path, item] of Object.entries(paths)) {
      const used = routes.filter((route) => route.path === path).map(({ method }) => method);
      if (!used.includes("OPTIONS") && !used.includes("ANY")) item.options = preflight(cors, used);
    }
  }
  const models = routes.filter((route) => route.requestModel);
  const schemes = securitySchemes(routes);
  return sortKeys({
    openapi: "3.0.1",
    info: { title: options.title, version: "1", ...(options.description && { description: options.description }) },
    paths,
    components: {
      ...(models.length > 0 && {
        schemas: Object.fromEntries(models.map((route) => [modelName(route), route.requestModel])),
      }),
      ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }),
    },
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
    ...(cors && { "x-amazon-apigateway-gateway-responses": corsHeaders(cors) }),
    ...(options.binaryMediaTypes.length > 0 && { "x-amazon-apigateway-binary-media-types": options.binaryMediaTypes }),
    ...(options.policy && { "x-amazon-apigateway-policy": options.policy }),
  });
}

function operation(route: DocumentRoute): object {
  const validated = route.requestModel !== undefined || route.requiredParameters.length > 0;
  return {
    operationId: route.operationId ?? routeName(route),
    parameters: parameters(route),
    ...(route.requestModel && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: `#/components/schemas/${modelName(route)}` } } },
      },
    }),
    responses: { default: { description: "The function's answer" } },
    ...security(route.security),
    ...(validated && { "x-amazon-apigateway-request-validator": "all" }),
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: route.invokeArn,
      passthroughBehavior: "when_no_match",
      timeoutInMillis: route.timeoutMs,
    },
  };
}

function parameters(route: DocumentRoute): object[] {
  const inPath = route.parameters.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const others = route.requiredParameters.map((parameter) => {
    const [place, ...name] = parameter.split(".");
    const where = place === "querystring" ? "query" : "header";
    return { name: name.join("."), in: where, required: true, schema: { type: "string" } };
  });
  return [...inPath, ...others];
}

function security(auth: Security): object {
  switch (auth.kind) {
    case "none":
      return { security: [] };
    case "iam":
      return { security: [{ iam: [] }] };
    case "apiKey":
      return { security: [{ apiKey: [] }] };
    case "cognito":
      return { security: [{ [schemeName(auth)]: auth.scopes }] };
    case "lambda":
      return { security: [{ [schemeName(auth)]: [] }] };
    default:
      return auth satisfies never;
  }
}

/** One scheme for each authorizer, however many routes share it. */
function securitySchemes(routes: DocumentRoute[]): Record<string, object> {
  return Object.fromEntries(
    routes.flatMap(({ security: auth }) => (auth.kind === "none" ? [] : [[schemeName(auth), scheme(auth)]])),
  );
}

function scheme(auth: Exclude<Security, { kind: "none" }>): object {
  switch (auth.kind) {
    case "iam":
      return { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };
    case "apiKey":
      return { type: "apiKey", name: "x-api-key", in: "header" };
    case "cognito":
      return {
        type: "apiKey",
        name: "Authorization",
        in: "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: auth.userPoolArns },
      };
    case "lambda":
      return {
        type: "apiKey",
        name: auth.identityHeader,
        in: "header",
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

function schemeName(auth: Exclude<Security, { kind: "none" }>): string {
  if (auth.kind === "iam" || auth.kind === "apiKey") return auth.kind;
  const of = auth.kind === "cognito" ? auth.userPoolArns.join() : auth.invokeArn;
  return `${auth.kind}${(of.match(/[A-Za-z0-9]+/g) ?? []).join("").slice(-40)}`;
}

const operationKey = (method: Method): string =>
  method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();

/** Model names are letters and digits only. */
const modelName = (route: ParsedRoute): string =>
  routeName(route).replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());

/** Keys in alphabetical order: the same routes in another order are the same document. */
export function sortKeys(value: unknown): object {
  const sorted = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(sorted);
    if (typeof item !== "object" || item === null) return item;
    const entries = Object.entries(item).filter(([, each]) => each !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
  };
  return sorted(value) as object;
}
