/** An exported OpenAPI 3.0 document as Swagger 2.0, which clients of older tools ask for. https://swagger.io/specification/v2/ */

type Json = Record<string, unknown>;

interface Content {
  [type: string]: { schema?: Json };
}
interface Operation extends Json {
  parameters?: (Json & { schema?: Json })[];
  requestBody?: { content?: Content; required?: boolean };
  responses?: Record<string, { description: string; headers?: Record<string, { schema?: Json }>; content?: Content }>;
}
interface Document extends Json {
  info: Json;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Json; securitySchemes?: Json };
}

/** @param place the stage's host and base path. */
export function toSwagger(document: object, place: { host: string; basePath: string }): object {
  const { openapi: _, info, servers: _servers, paths, components, ...extensions } = document as Document;
  const { schemas = {}, securitySchemes = {} } = components;
  const swagger = {
    swagger: "2.0",
    info,
    host: place.host,
    basePath: place.basePath,
    schemes: ["https"],
    paths: mapped(paths, (item) => mapped(item, operation)),
    ...(Object.keys(securitySchemes).length > 0 && { securityDefinitions: securitySchemes }),
    ...(Object.keys(schemas).length > 0 && { definitions: schemas }),
    ...extensions,
  };
  return withReferences(swagger) as object;
}

function operation({ operationId, parameters = [], requestBody, responses = {}, ...rest }: Operation): Json {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const name = String(body?.$ref ?? "body")
    .split("/")
    .at(-1);
  const all = [
    ...parameters.map(({ schema, ...parameter }) => ({ ...parameter, ...schema })),
    ...(body ? [{ in: "body", name, required: requestBody?.required ?? true, schema: body }] : []),
  ];
  const consumes = Object.keys(requestBody?.content ?? {});
  const produces = [...new Set(Object.values(responses).flatMap(({ content = {} }) => Object.keys(content)))];
  return {
    ...(operationId !== undefined && { operationId }),
    ...(consumes.length > 0 && { consumes }),
    ...(produces.length > 0 && { produces }),
    ...(all.length > 0 && { parameters: all }),
    responses: mapped(responses, ({ content = {}, headers, ...response }) => {
      const schema = Object.values(content)[0]?.schema;
      return {
        ...response,
        ...(schema && { schema }),
        ...(headers && { headers: mapped(headers, (header) => header.schema ?? {}) }),
      };
    }),
    ...rest,
  };
}

const mapped = <In, Out>(map: Record<string, In>, change: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));

/** Models are among the definitions. */
function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === "$ref" && typeof one === "string"
        ? one.replace("#/components/schemas/", "#/definitions/")
        : withReferences(one),
    ]),
  );
}
