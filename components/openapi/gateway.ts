import { type Cors, corsHeaders, preflight } from "./cors.ts";
import { type OpenApiDocument, type Operation, operationKey } from "./document.ts";
import type { Method } from "./route.ts";
import { operationSecurity, type Security, securitySchemes } from "./security.ts";

/** An operation of the document and the function that answers it. */
export interface BoundOperation {
  method: Method;
  path: string;
  /** ARN with which API Gateway invokes the function (`alias.invokeArn`). */
  invokeArn: string;
  /** Milliseconds that API Gateway waits for the function, 50 to 29,000. */
  timeoutMs: number;
  /** Left out, the document's own `security` counts. */
  security?: Security;
}

interface GatewaySettings {
  cors?: Cors;
  binaryMediaTypes: string[];
  /** The API's resource policy. */
  policy?: object;
}

/**
 * The document with all that API Gateway reads of it: a hundred routes are one resource.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function gatewayDocument(
  document: OpenApiDocument,
  bound: BoundOperation[],
  settings: GatewaySettings,
): OpenApiDocument {
  const { cors, binaryMediaTypes, policy } = settings;
  const paths = structuredClone(document.paths);
  for (const operation of bound) {
    const key = operationKey(operation.method);
    paths[operation.path]![key] = bind(paths[operation.path]![key]!, operation);
  }
  if (cors) addPreflights(paths, cors);
  const schemes = {
    ...schemesInUse(document, paths),
    ...securitySchemes(bound.flatMap(({ security }) => security ?? [])),
  };
  return sortKeys({
    ...document,
    paths,
    components: {
      ...document.components,
      securitySchemes: Object.keys(schemes).length > 0 ? schemes : undefined,
    },
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
      none: { validateRequestBody: false, validateRequestParameters: false },
    },
    ...(cors && { "x-amazon-apigateway-gateway-responses": corsHeaders(cors) }),
    ...(binaryMediaTypes.length > 0 && { "x-amazon-apigateway-binary-media-types": binaryMediaTypes }),
    ...(policy && { "x-amazon-apigateway-policy": policy }),
  });
}

/** The document's own schemes that an operation still names: the gateway has no use for others. */
function schemesInUse({ components }: OpenApiDocument, paths: OpenApiDocument["paths"]): Record<string, object> {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const used = new Set(operations.flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one))));
  return Object.fromEntries(Object.entries(components?.securitySchemes ?? {}).filter(([name]) => used.has(name)));
}

function bind(operation: Operation, { invokeArn, timeoutMs, security }: BoundOperation): Operation {
  const parameters = operation.parameters ?? [];
  const checked = operation.requestBody !== undefined || parameters.some((one) => one.required && one.in !== "path");
  return {
    ...(checked && { "x-amazon-apigateway-request-validator": "all" }),
    ...operation,
    ...(security && { security: operationSecurity(security) }),
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: invokeArn,
      passthroughBehavior: "when_no_match",
      timeoutInMillis: timeoutMs,
    },
  };
}

/** Preflights for paths that do not answer OPTIONS themselves. */
function addPreflights(paths: OpenApiDocument["paths"], cors: Cors): void {
  for (const item of Object.values(paths)) {
    const methods = Object.keys(item).filter((key) => methodKeys.has(key));
    if (!methods.includes("options") && !methods.includes(operationKey("ANY"))) {
      item.options = preflight(
        cors,
        methods.map((method) => method.toUpperCase()),
      );
    }
  }
}

const methodKeys = new Set(
  (["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"] as const).map(operationKey),
);

/** Keys in alphabetical order: the same routes in another order are the same document. */
function sortKeys<Value>(value: Value): Value {
  const sorted = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(sorted);
    if (typeof item !== "object" || item === null) return item;
    const entries = Object.entries(item).filter(([, each]) => each !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
  };
  return sorted(value) as Value;
}
