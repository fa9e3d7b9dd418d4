/**
 * Swagger 2.0, the older document format, converted to OpenAPI 3.0, which everything else here reads.
 * https://swagger.io/specification/v2/
 */
import { badRequest } from "../records.ts";
import type { OpenApi, OpenApiOperation, Parameter, PathItem, Schema } from "./openApi.ts";

type Json = Record<string, unknown>;

interface SwaggerParameter {
  $ref?: string;
  name?: string;
  in?: string;
  required?: boolean;
  schema?: Schema;
}

interface SwaggerResponse extends Json {
  schema?: Schema;
}

interface Scope {
  consumes?: string[];
  produces?: string[];
}

interface SwaggerOperation extends Scope {
  parameters?: SwaggerParameter[];
  responses?: Record<string, SwaggerResponse>;
}

export interface Swagger extends Scope {
  host?: string;
  basePath?: string;
  schemes?: string[];
  paths?: Record<string, Json & { parameters?: SwaggerParameter[] }>;
  definitions?: Record<string, Schema>;
  parameters?: Record<string, SwaggerParameter>;
  responses?: Record<string, SwaggerResponse>;
  securityDefinitions?: Record<string, Json>;
}

const verbs = /^(get|put|post|delete|options|head|patch|x-amazon-apigateway-any-method)$/;

/** Members with another place in OpenAPI 3.0; all others, including extensions, have the same place in both. */
const moved = ["swagger", "host", "basePath", "schemes", "consumes", "produces", "paths", "securityDefinitions"];
const movedComponents = ["definitions", "parameters", "responses"];

export function fromSwagger(document: Swagger): OpenApi {
  const { host, basePath = "", schemes = ["https"], definitions = {}, securityDefinitions = {} } = document;
  const bodies = Object.entries(document.parameters ?? {}).filter(([, one]) => one.in === "body");
  const reading = { ...document, bodies: Object.fromEntries(bodies) };
  return {
    ...without(document, [...moved, ...movedComponents]),
    openapi: "3.0.1",
    ...((host || basePath) && { servers: [{ url: host ? `${schemes[0]}://${host}${basePath}` : basePath }] }),
    paths: each(document.paths, (item) => pathItem(item, reading)),
    components: {
      schemas: definitions,
      securitySchemes: securityDefinitions,
      parameters: each(document.parameters, (one) => one as Json),
      responses: each(document.responses, (one) => response(one, document.produces)),
    },
  } as OpenApi;
}

/** The document, and its shared body parameters. */
type Reading = Scope & { bodies: Record<string, SwaggerParameter> };

function pathItem(
  { parameters = [], ...item }: Json & { parameters?: SwaggerParameter[] },
  reading: Reading,
): PathItem {
  return {
    ...each(item, (value, name) =>
      verbs.test(name) ? operation(value as SwaggerOperation, parameters, reading) : value,
    ),
    parameters: parameters.filter((one) => !bodyOf(one, reading)).map(parameter),
  } as PathItem;
}

function operation(given: SwaggerOperation, shared: SwaggerParameter[], reading: Reading): OpenApiOperation {
  const { parameters = [], consumes = reading.consumes, produces = reading.produces, responses } = given;
  const own = parameters.filter((one) => !bodyOf(one, reading));
  const body = [...parameters, ...shared].map((one) => bodyOf(one, reading)).find((one) => one !== undefined);
  return {
    ...without(given, ["consumes", "produces", "parameters", "responses"]),
    parameters: own.map(parameter),
    ...(body?.schema && { requestBody: { content: content(body.schema, consumes) } }),
    responses: each(responses, (one) => response(one, produces)),
  } as OpenApiOperation;
}

function bodyOf(given: SwaggerParameter, { bodies }: Reading): SwaggerParameter | undefined {
  const shared = given.$ref && bodies[given.$ref.replace("#/parameters/", "")];
  return shared || (given.in === "body" ? given : undefined);
}

function parameter(given: SwaggerParameter): Parameter {
  if (given.$ref) return { $ref: given.$ref.replace(/^#\/parameters\//, "#/components/parameters/") } as Parameter;
  if (given.in === "formData") throw badRequest(`API Gateway does not model parameters in formData: ${given.name}`);
  return given as Parameter;
}

function response({ schema, ...given }: SwaggerResponse, produces: string[] | undefined): Json {
  if (typeof given.$ref === "string") return { $ref: given.$ref.replace(/^#\/responses\//, "#/components/responses/") };
  return { ...given, ...(schema && { content: content(schema, produces) }) };
}

const content = (schema: Schema, types: string[] = []) =>
  Object.fromEntries((types.length > 0 ? types : ["application/json"]).map((type) => [type, { schema }]));

const each = <In, Out>(map: Record<string, In> | undefined, change: (value: In, name: string) => Out) =>
  Object.fromEntries(Object.entries(map ?? {}).map(([name, value]) => [name, change(value, name)]));

const without = (object: object, names: string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
