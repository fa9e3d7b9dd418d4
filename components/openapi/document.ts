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
}

/** An API's routes as a plain OpenAPI 3.0 document, of which API Gateway needs the extensions only. */
export function describeRoutes(info: OpenApiDocument["info"], routes: RouteContract[]): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [operationKey(route.method)]: operation(route) };
  }
  const schemas = routes.flatMap((route) => (hasModel(route) ? [[modelName(route), route.requestModel]] : []));
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
    parameters: parameters(route),
    ...(route.requestModel === "none" && { "x-request-body": "none" }),
    ...(route.validated === false && { "x-amazon-apigateway-request-validator": "none" }),
    ...(hasModel(route) && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: `#/components/schemas/${modelName(route)}` } } },
      },
    }),
    // What the answer is, the function says; a method of API Gateway has one response at least.
    responses: { "200": { description: "The function's answer" } },
  };
}

function parameters({ parameters: inPath, requiredParameters = [] }: RouteContract): object[] {
  const required = (name: string, place: string) => ({ name, in: place, required: true, schema: { type: "string" } });
  return [
    ...inPath.map((name) => required(name, "path")),
    ...requiredParameters.map((parameter) => {
      const [place, name] = parameter.split(/\.(.*)/);
      return required(name!, place === "querystring" ? "query" : "header");
    }),
  ];
}

/** A path item's key of a method. */
export const operationKey = (method: Method): string =>
  method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();
