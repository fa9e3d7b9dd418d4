import type { Api, Definition, Method, MethodResponse } from "../model.ts";
import { badRequest } from "../records.ts";
import type { Security } from "./authorizer.ts";
import { readIntegration } from "./integration.ts";
import { modelOf } from "./models.ts";
import type { OpenApi, OpenApiOperation, PathItem, Reference } from "./openApi.ts";

const OPERATION_EXTENSIONS = new Set(["integration", "request-validator", "auth", "documentation"]);
const LOCATIONS: Record<string, string | undefined> = { query: "querystring", header: "header", path: "path" };

interface Reading {
  document: OpenApi;
  definition: Definition;
  security: Security;
  item: PathItem;
  operation: OpenApiOperation;
  httpMethod: string;
  path: string;
  /** Of the resource that gets the method. */
  resourceId: string;
  api: Api;
}

/** One operation of the document as a method. */
export function readOperation(reading: Reading): Method {
  const { document, definition, security, item, operation, httpMethod, path, resourceId, api } = reading;
  const where = `${httpMethod} ${path}`;
  refuseExtensions(operation, where, OPERATION_EXTENSIONS);
  const method: Method = {
    httpMethod,
    authorizationType: "NONE",
    apiKeyRequired: false,
    ...security.of(operation.security ?? document.security, operation["x-amazon-apigateway-auth"]?.type, where),
    methodResponses: {},
  };
  if (operation.operationId) method.operationName = operation.operationId;

  // What the path has is a parameter, whether the document says so or not.
  const variables = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name]) => [`method.request.path.${name}`, true]);
  const requestParameters: Record<string, boolean> = Object.fromEntries(variables);
  for (const given of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = resolve(document, given, where);
    const location = LOCATIONS[parameter.in];
    if (!location) continue; // A cookie has no place in a method request; AWS ignores it.
    requestParameters[`method.request.${location}.${parameter.name}`] =
      parameter.in === "path" || (parameter.required ?? false);
  }
  if (Object.keys(requestParameters).length > 0) method.requestParameters = requestParameters;

  const body = operation.requestBody && resolve(document, operation.requestBody, where);
  const requestModels: Record<string, string> = {};
  for (const [contentType, { schema }] of Object.entries(body?.content ?? {})) {
    if (schema) requestModels[contentType] = modelOf(definition, schema, contentType, api.id);
  }
  if (Object.keys(requestModels).length > 0) method.requestModels = requestModels;

  const validator =
    operation["x-amazon-apigateway-request-validator"] ?? document["x-amazon-apigateway-request-validator"];
  if (validator) {
    const found = Object.values(definition.requestValidators).find(({ name }) => name === validator);
    if (!found) {
      throw badRequest(
        `Unable to put method '${httpMethod}' on resource at path '${path}': Invalid Request Validator identifier specified: ${validator}`,
      );
    }
    method.requestValidatorId = found.id;
  }
  for (const [statusCode, given] of Object.entries(operation.responses ?? {})) {
    if (/^[1-5]\d\d$/.test(statusCode)) {
      method.methodResponses[statusCode] = readResponse(reading, statusCode, resolve(document, given, where));
    }
  }
  const integration = operation["x-amazon-apigateway-integration"];
  if (integration) {
    method.methodIntegration = readIntegration(resolve(document, integration, where), where, resourceId);
  }
  return method;
}

type Response = NonNullable<OpenApiOperation["responses"]>[string];

function readResponse({ definition, api }: Reading, statusCode: string, given: Response): MethodResponse {
  const headers = Object.keys(given.headers ?? {}).map((name) => [`method.response.header.${name}`, false] as const);
  const models = Object.entries(given.content ?? {})
    .filter(([, { schema }]) => schema)
    .map(([contentType, { schema }]) => [contentType, modelOf(definition, schema!, contentType, api.id)] as const);
  return {
    statusCode,
    ...(headers.length > 0 && { responseParameters: Object.fromEntries(headers) }),
    ...(models.length > 0 && { responseModels: Object.fromEntries(models) }),
  };
}

/** Follows `#/components/KIND/NAME`. */
function resolve<T extends object>(document: OpenApi, given: T & Reference, where: string): T {
  if (typeof given.$ref !== "string") return given;
  const [root, kind, name] = given.$ref.replace(/^#\//, "").split("/");
  const found = root === "components" && kind && name ? document.components?.[kind]?.[name] : undefined;
  if (!found) throw badRequest(`Unable to resolve reference ${given.$ref} of ${where}`);
  return found as T;
}

/** An unsupported extension is an error naming it; none is ignored silently. */
export function refuseExtensions(object: object, where: string, allowed: ReadonlySet<string>): void {
  const prefix = "x-amazon-apigateway-";
  for (const name of Object.keys(object)) {
    if (!name.startsWith(prefix) || allowed.has(name.slice(prefix.length))) continue;
    throw badRequest(`OpenAPI extension '${name}' of ${where} is not modelled by the local API Gateway`);
  }
}
