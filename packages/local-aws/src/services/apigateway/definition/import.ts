/**
 * Reads an OpenAPI 3.0 or Swagger 2.0 document with API Gateway's extensions into an API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */

import { createRequire } from "node:module";
import { parseJson } from "../../../jsonText.ts";
import type { Call } from "../../../service.ts";
import type { Api, Definition, DocumentationPart, GatewayResponse } from "../model.ts";
import { badRequest, newId } from "../records.ts";
import { requireItems } from "./arrays.ts";
import { readSecuritySchemes } from "./authorizer.ts";
import { emptyDefinition, resourceAt } from "./definition.ts";
import { readGatewayResponse } from "./gatewayResponse.ts";
import { readModels } from "./models.ts";
import type { OpenApi } from "./openApi.ts";
import { readOperation, refuseExtensions } from "./operation.ts";
import { expandPolicy } from "./policy.ts";
import { checkSchemas } from "./schemas.ts";
import { fromSwagger } from "./swagger.ts";

export interface ImportOptions {
  /** `overwrite`: the document is the whole API; `merge`: what it does not name is kept. */
  mode: "merge" | "overwrite";
  endpointTypes?: string[];
  /** How the base path of `servers` is treated. Default `ignore`. */
  basepath?: string;
  call: Pick<Call, "region" | "accountId">;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"] as const;
const ANY_METHOD = "x-amazon-apigateway-any-method";

/** Extensions at the document's root: those applied, and those with no effect on a running API. */
const ROOT_EXTENSIONS = new Set([
  ...["policy", "binary-media-types", "minimum-compression-size", "api-key-source", "gateway-responses"],
  ...["request-validators", "request-validator", "endpoint-configuration"],
  ...["documentation", "importexport-version"],
]);

/**
 * Changes `api` to what `body` (JSON or YAML) says.
 * Operations without security of their own get the document's.
 */
export function importDocument(api: Api, body: Uint8Array, options: ImportOptions): void {
  const document = parseDocument(body);
  const before = api.definition;
  const definition =
    options.mode === "overwrite" ? emptyDefinition(before.rootResourceId, {}) : structuredClone(before);

  api.name = document.info?.title ?? api.name;
  for (const name of ["description", "version"] as const) {
    const value = document.info?.[name];
    if (value !== undefined) api[name] = String(value);
    else if (options.mode === "overwrite") delete api[name];
  }
  if (options.endpointTypes) api.endpointConfiguration.types = options.endpointTypes;
  readSettings(document, definition, api, options);
  readModels(document, definition, api.id);
  readValidators(document, definition);
  const security = readSecuritySchemes(document, definition);
  const prefix = basePath(document, options.basepath);
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const resource = resourceAt(definition, prefix + path);
    refuseExtensions(item, path, new Set(["any-method"]));
    for (const name of [...METHODS, ANY_METHOD] as const) {
      const operation = item[name];
      if (!operation) continue;
      const httpMethod = name === ANY_METHOD ? "ANY" : name.toUpperCase();
      const method = readOperation({
        document,
        definition,
        security,
        item,
        operation,
        httpMethod,
        path,
        resourceId: resource.id,
        api,
      });
      resource.resourceMethods[httpMethod] = method;
    }
  }
  const fresh = Object.keys(definition.models).filter((name) => name !== "Empty" && name !== "Error");
  checkSchemas(definition, fresh);
  if (options.mode === "overwrite") keepResourceIds(before, definition);
  api.definition = definition;
}

/** Loaded for the first YAML document: most are JSON. */
const yaml = () => createRequire(import.meta.url)("yaml") as typeof import("yaml");

export function parseDocument(body: Uint8Array): OpenApi {
  let document: OpenApi;
  try {
    const text = Buffer.from(body).toString();
    document = text.trimStart().startsWith("{") ? parseJson(text) : yaml().parse(text, { logLevel: "error" });
  } catch (error) {
    throw badRequest(`Unable to parse API definition because of a malformed document: ${(error as Error).message}`);
  }
  if (document === null || typeof document !== "object") throw badRequest("Invalid OpenAPI input.");
  if (document.openapi !== undefined) requireItems(document);
  if (String(document.swagger) === "2.0") document = fromSwagger(document as object);
  const version = String(document.openapi ?? document.swagger ?? "none");
  if (!/^3\.0\.\d+$/.test(version)) {
    const name = document.swagger ? "swagger" : "openapi";
    throw badRequest(
      `${name} ${version.replace(/^(\d+\.\d+).*/, "$1")} is not supported; use openapi 3.0 (3.0.0 to 3.0.3) or swagger 2.0`,
    );
  }
  if (!document.info?.title) throw badRequest("Invalid OpenAPI input: info.title is required");
  refuseExtensions(document, "the document", ROOT_EXTENSIONS);
  return document;
}

function readSettings(document: OpenApi, definition: Definition, api: Api, { call }: ImportOptions): void {
  const policy = document["x-amazon-apigateway-policy"];
  if (policy) definition.policy = expandPolicy(policy, api.id, call);
  const binary = document["x-amazon-apigateway-binary-media-types"];
  if (binary) definition.binaryMediaTypes = [...new Set([...definition.binaryMediaTypes, ...binary])];
  const size = document["x-amazon-apigateway-minimum-compression-size"];
  if (size !== undefined) definition.minimumCompressionSize = size;
  const source = document["x-amazon-apigateway-api-key-source"];
  if (source) definition.apiKeySource = source as Definition["apiKeySource"];
  const endpoint = document["x-amazon-apigateway-endpoint-configuration"];
  if (endpoint?.disableExecuteApiEndpoint !== undefined) {
    definition.disableExecuteApiEndpoint = endpoint.disableExecuteApiEndpoint;
  }
  if (endpoint?.types) api.endpointConfiguration.types = endpoint.types;
  for (const [type, given] of Object.entries(document["x-amazon-apigateway-gateway-responses"] ?? {})) {
    const response: GatewayResponse = readGatewayResponse(type, given);
    definition.gatewayResponses[type] = response;
  }
}

function readValidators(document: OpenApi, definition: Definition): void {
  for (const [name, given] of Object.entries(document["x-amazon-apigateway-request-validators"] ?? {})) {
    const old = Object.values(definition.requestValidators).find((validator) => validator.name === name);
    const id = old?.id ?? newId(6);
    definition.requestValidators[id] = {
      id,
      name,
      validateRequestBody: given.validateRequestBody ?? false,
      validateRequestParameters: given.validateRequestParameters ?? false,
    };
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html */
function basePath(document: OpenApi, mode = "ignore"): string {
  if (mode === "ignore") return "";
  if (mode !== "prepend") {
    throw badRequest(`basepath=${mode} is not modelled by the local API Gateway; ignore and prepend are`);
  }
  const url = document.servers?.[0]?.url ?? "/";
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return path.replace(/\/+$/, "");
}

interface Documentation {
  documentationParts?: { location: DocumentationPart["location"]; properties: object }[];
}

/** What a document says about the API's parts. */
export function documentationOf(document: OpenApi): Pick<DocumentationPart, "location" | "properties">[] {
  const { documentationParts = [] } = (document["x-amazon-apigateway-documentation"] ?? {}) as Documentation;
  return documentationParts.map(({ location, properties }) => ({ location, properties: JSON.stringify(properties) }));
}

/** An existing path keeps its resource's id, so that ids held elsewhere stay valid. */
function keepResourceIds(before: Definition, after: Definition): void {
  const known = new Map(Object.values(before.resources).map((resource) => [resource.path, resource.id]));
  const renamed = new Map(Object.values(after.resources).map(({ id, path }) => [id, known.get(path) ?? id]));
  after.resources = Object.fromEntries(
    Object.values(after.resources).map((resource) => {
      const id = renamed.get(resource.id)!;
      const parentId = resource.parentId && renamed.get(resource.parentId);
      return [id, { ...resource, id, ...(parentId && { parentId }) }];
    }),
  );
}
