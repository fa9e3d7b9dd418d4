/**
 * An API as an OpenAPI 3.0 document, as `GetExport` gives it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
 */
import type { Definition, Method, Resource } from "../model.ts";
import { referredModel } from "./models.ts";

export interface ExportOptions {
  title: string;
  version: string;
  description?: string;
  /** URL of the stage. */
  server: { origin: string; basePath: string };
  /** Extensions to include (integrations, authorizers). Default: none. */
  extensions: ReadonlySet<"integrations" | "authorizers" | "apigateway">;
}

const PLACES: Record<string, string> = { path: "path", querystring: "query", header: "header" };

export function exportDocument(definition: Definition, options: ExportOptions): object {
  const { extensions } = options;
  const all = extensions.has("apigateway");
  const withIntegrations = all || extensions.has("integrations");
  const withAuthorizers = all || extensions.has("authorizers");
  const resources = Object.values(definition.resources)
    .filter(({ resourceMethods }) => Object.keys(resourceMethods).length > 0)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const schemes = securitySchemes(definition, resources, withAuthorizers);
  return {
    openapi: "3.0.1",
    info: {
      title: options.title,
      version: options.version,
      ...(options.description !== undefined && { description: options.description }),
    },
    servers: [
      {
        url: `${options.server.origin}/{basePath}`,
        variables: { basePath: { default: options.server.basePath } },
      },
    ],
    paths: Object.fromEntries(
      resources.map((resource) => [resource.path, pathItem(definition, resource, withIntegrations)]),
    ),
    components: {
      schemas: Object.fromEntries(
        Object.values(definition.models).map(({ name, schema }) => [name, componentRefs(JSON.parse(schema))]),
      ),
      ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }),
    },
    ...(all && settings(definition)),
  };
}

function pathItem(definition: Definition, resource: Resource, withIntegrations: boolean): object {
  return Object.fromEntries(
    Object.values(resource.resourceMethods).map((method) => [
      method.httpMethod === "ANY" ? "x-amazon-apigateway-any-method" : method.httpMethod.toLowerCase(),
      operation(definition, method, withIntegrations),
    ]),
  );
}

function operation(definition: Definition, method: Method, withIntegrations: boolean): object {
  const { methodIntegration: integration, requestModels = {}, requestParameters = {} } = method;
  const parameters = Object.entries(requestParameters).map(([parameter, required]) => {
    const [, , place = "", ...name] = parameter.split(".");
    return { name: name.join("."), in: PLACES[place], required, schema: { type: "string" } };
  });
  const validator = definition.requestValidators[method.requestValidatorId ?? ""];
  const security = securityOf(definition, method);
  return {
    ...(method.operationName !== undefined && { operationId: method.operationName }),
    ...(parameters.length > 0 && { parameters }),
    ...(Object.keys(requestModels).length > 0 && { requestBody: { content: content(requestModels), required: true } }),
    responses: Object.fromEntries(
      Object.values(method.methodResponses).map(({ statusCode, responseModels = {}, responseParameters = {} }) => [
        statusCode,
        {
          description: `${statusCode} response`,
          ...(Object.keys(responseParameters).length > 0 && {
            headers: Object.fromEntries(
              Object.keys(responseParameters).map((name) => [
                name.split(".").slice(3).join("."),
                { schema: { type: "string" } },
              ]),
            ),
          }),
          content: content(responseModels),
        },
      ]),
    ),
    ...(security.length > 0 && { security }),
    ...(validator && { "x-amazon-apigateway-request-validator": validator.name }),
    ...(withIntegrations && integration && { "x-amazon-apigateway-integration": integrationExtension(integration) }),
  };
}

const content = (models: Record<string, string>): object =>
  Object.fromEntries(
    Object.entries(models).map(([type, model]) => [type, { schema: { $ref: `#/components/schemas/${model}` } }]),
  );

function integrationExtension({
  integrationResponses,
  cacheNamespace: _namespace,
  cacheKeyParameters: _parameters,
  passthroughBehavior,
  timeoutInMillis,
  connectionType,
  ...integration
}: NonNullable<Method["methodIntegration"]>): object {
  const responses = Object.values(integrationResponses).map(({ selectionPattern, ...response }) => [
    selectionPattern || "default",
    response,
  ]);
  return {
    ...integration,
    type: integration.type.toLowerCase(),
    passthroughBehavior: passthroughBehavior.toLowerCase(),
    ...(timeoutInMillis !== 29_000 && { timeoutInMillis }),
    ...(connectionType === "VPC_LINK" && { connectionType }),
    ...(responses.length > 0 && { responses: Object.fromEntries(responses) }),
  };
}

function securityOf(definition: Definition, method: Method): object[] {
  const scheme =
    method.authorizationType === "AWS_IAM" ? "sigv4" : definition.authorizers[method.authorizerId ?? ""]?.name;
  return [
    ...(scheme ? [{ [scheme]: method.authorizationScopes ?? [] }] : []),
    ...(method.apiKeyRequired ? [{ api_key: [] }] : []),
  ];
}

function securitySchemes(
  definition: Definition,
  resources: Resource[],
  withAuthorizers: boolean,
): Record<string, object> {
  const methods = resources.flatMap(({ resourceMethods }) => Object.values(resourceMethods));
  const header = { type: "apiKey", in: "header" };
  const schemes: Record<string, object> = {};
  if (methods.some(({ apiKeyRequired }) => apiKeyRequired)) schemes.api_key = { ...header, name: "x-api-key" };
  if (methods.some(({ authorizationType }) => authorizationType === "AWS_IAM")) {
    schemes.sigv4 = { ...header, name: "Authorization", "x-amazon-apigateway-authtype": "awsSigv4" };
  }
  for (const { id: _, name, type, identitySource, ...authorizer } of Object.values(definition.authorizers)) {
    const source = identitySource?.replace("method.request.header.", "") ?? "Authorization";
    schemes[name] = {
      ...header,
      name: type === "REQUEST" ? "Unused" : source,
      "x-amazon-apigateway-authtype": type === "COGNITO_USER_POOLS" ? "cognito_user_pools" : "custom",
      ...(withAuthorizers && {
        "x-amazon-apigateway-authorizer": {
          ...authorizer,
          type: type.toLowerCase(),
          ...(type === "REQUEST" && { identitySource }),
        },
      }),
    };
  }
  return schemes;
}

function settings(definition: Definition): object {
  const { binaryMediaTypes, minimumCompressionSize, policy, gatewayResponses, requestValidators } = definition;
  const validators = Object.values(requestValidators).map(({ id: _, name, ...validator }) => [name, validator]);
  const responses = Object.values(gatewayResponses).map(({ responseType, ...response }) => [responseType, response]);
  return {
    ...(binaryMediaTypes.length > 0 && { "x-amazon-apigateway-binary-media-types": binaryMediaTypes }),
    ...(minimumCompressionSize !== undefined && {
      "x-amazon-apigateway-minimum-compression-size": minimumCompressionSize,
    }),
    ...(policy && { "x-amazon-apigateway-policy": policy }),
    ...(responses.length > 0 && { "x-amazon-apigateway-gateway-responses": Object.fromEntries(responses) }),
    ...(validators.length > 0 && { "x-amazon-apigateway-request-validators": Object.fromEntries(validators) }),
  };
}

/** Models refer to each other by URL; a document refers to its own components. */
function componentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(componentRefs);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "$schema")
      .map(([key, item]) => {
        const model = key === "$ref" && typeof item === "string" ? referredModel(item) : undefined;
        return [key, model ? `#/components/schemas/${model}` : componentRefs(item)];
      }),
  );
}
