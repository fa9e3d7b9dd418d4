import type { JsonSchema } from "./jsonSchema.ts";
import { type Method, modelName, type ParsedRoute, routeName } from "./route.ts";

/** The parts of an OpenAPI 3.0 document that this program reads; all else is passed on as it is. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, PathItem>;
  components?: { schemas?: Record<string, JsonSchema>; securitySchemes?: Record<string, object> };
  security?: Record<string, string[]>[];
}

type PathItem = Record<string, Operation>;

export interface Operation {
  operationId?: string;
  summary?: string;
  parameters?: { in?: string; required?: boolean }[];
  requestBody?: object;
  responses?: object;
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

/** What the document says of a route: nothing yet of the function behind it. */
interface RouteContract extends ParsedRoute {
  operationId?: string;
  /** `none`: the route takes no body, whatever its method. */
  requestModel?: JsonSchema | "none";
  validated?: boolean;
  requiredParameters?: string[];
  /** What they mean, by name. */
  optionalParameters?: Record<string, string | undefined>;
  summary?: string;
  responses?: Record<number, RouteResponse>;
}

/** An answer of a route. */
export interface RouteResponse {
  description: string;
  /**
   * Its body, under a name that other answers of the same form share: letters and digits.
   * @default no body is described
   */
  model?: { name: string; schema: JsonSchema };
}

/** An API's routes as a plain OpenAPI 3.0 document, of which API Gateway needs the extensions only. */
export function describeRoutes(info: OpenApiDocument["info"], routes: RouteContract[]): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [operationKey(route.method)]: operation(route) };
  }
  const schemas = routes.flatMap((route): [string, JsonSchema][] => [
    ...(hasModel(route) ? [[modelName(route), route.requestModel as JsonSchema] as [string, JsonSchema]] : []),
    ...Object.values(route.responses ?? {}).flatMap(({ model }): [string, JsonSchema][] =>
      model ? [[model.name, model.schema]] : [],
    ),
  ]);
  return {
    openapi: "3.0.1",
    info,
    paths,
    components: schemas.length > 0 ? { schemas: Object.fromEntries(schemas) } : {},
  };
}

const hasModel = ({ requestModel }: RouteContract): boolean => requestModel !== undefined && requestModel !== "none";

function operation(route: RouteContract): Operation {
  return {
    operationId: route.operationId ?? routeName(route),
    ...(route.summary && { summary: route.summary }),
    parameters: parameters(route),
    ...(route.requestModel === "none" && { "x-request-body": "none" }),
    ...(route.validated === false && { "x-amazon-apigateway-request-validator": "none" }),
    ...(hasModel(route) && {
      requestBody: {
        required: true,
        content: content(modelName(route)),
      },
    }),
    // A method of API Gateway has one response at least.
    responses: route.responses ? responses(route.responses) : { "200": { description: "The function's answer" } },
  };
}

const content = (model: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${model}` } } });

const responses = (given: Record<number, RouteResponse>) =>
  Object.fromEntries(
    Object.entries(given).map(([status, { description, model }]) => [
      status,
      { description, ...(model && { content: content(model.name) }) },
    ]),
  );

function parameters({ parameters: inPath, requiredParameters = [], optionalParameters = {} }: RouteContract): object[] {
  const parameter = (name: string, place: string, required: boolean, description?: string) => ({
    ...{ name, in: place, required, ...(description && { description }) },
    schema: { type: "string" },
  });
  const elsewhere = (full: string, required: boolean, description?: string) => {
    const [place, name] = full.split(/\.(.*)/);
    return parameter(name!, place === "querystring" ? "query" : "header", required, description);
  };
  return [
    ...inPath.map((name) => parameter(name, "path", true)),
    ...requiredParameters.map((name) => elsewhere(name, true)),
    ...Object.entries(optionalParameters).map(([name, description]) => elsewhere(name, false, description)),
  ];
}

/** A path item's key of a method. */
export const operationKey = (method: Method): string =>
  method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();
