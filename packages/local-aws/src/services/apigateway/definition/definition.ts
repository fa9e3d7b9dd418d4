import type { Definition, Method, Resource } from "../model.ts";
import { badRequest, conflict, limitExceeded, newId, notFound } from "../records.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_RESOURCES = 300;

/** Every API starts with this model, and as on AWS with a second one named `Error`. */
const EMPTY_SCHEMA = JSON.stringify({
  $schema: "http://json-schema.org/draft-04/schema#",
  title: "Empty Schema",
  type: "object",
});
const ERROR_SCHEMA = JSON.stringify({
  $schema: "http://json-schema.org/draft-04/schema#",
  title: "Error Schema",
  type: "object",
  properties: { message: { type: "string" } },
});

/** A new API's definition: the root resource and nothing in it. @param models default: the two that every new API has. */
export function emptyDefinition(rootResourceId = newId(), models = initialModels()): Definition {
  return {
    rootResourceId,
    resources: { [rootResourceId]: { id: rootResourceId, path: "/", resourceMethods: {} } },
    models,
    requestValidators: {},
    authorizers: {},
    gatewayResponses: {},
    binaryMediaTypes: [],
    apiKeySource: "HEADER",
    disableExecuteApiEndpoint: false,
  };
}

function initialModels(): Definition["models"] {
  const model = (name: string, schema: string, description: string) => ({
    id: newId(6),
    name,
    description,
    schema,
    contentType: "application/json",
  });
  return {
    Empty: model("Empty", EMPTY_SCHEMA, "This is a default empty schema model"),
    Error: model("Error", ERROR_SCHEMA, "This is a default error schema model"),
  };
}

/** Adds a resource below `parentId`, under API Gateway's rules for path parts. */
export function addResource(definition: Definition, parentId: string, pathPart: string): Resource {
  const parent = resourceOf(definition, parentId);
  if (!/^(\{[a-zA-Z0-9._:-]+\+?\}|[a-zA-Z0-9._:~!$&'()*+,;=@-]+)$/.test(pathPart)) {
    throw badRequest(
      `Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end: ${pathPart}`,
    );
  }
  if (parent.path.endsWith("+}")) {
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${parent.path}`);
  }
  const siblings = Object.values(definition.resources).filter((resource) => resource.parentId === parentId);
  const path = `${parent.path === "/" ? "" : parent.path}/${pathPart}`;
  for (const sibling of siblings) {
    if (sibling.pathPart === pathPart) {
      throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
    }
    if (pathPart.startsWith("{") && sibling.pathPart?.startsWith("{")) {
      throw badRequest(
        `A sibling (${sibling.pathPart}) of this resource already has a variable path part -- only one is allowed`,
      );
    }
  }
  if (Object.keys(definition.resources).length >= MAX_RESOURCES) {
    throw limitExceeded(
      "Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.",
    );
  }
  const resource: Resource = { id: newId(6), parentId, pathPart, path, resourceMethods: {} };
  definition.resources[resource.id] = resource;
  return resource;
}

/** The resource at a path, created with all its parents if missing. */
export function resourceAt(definition: Definition, path: string): Resource {
  let resource = definition.resources[definition.rootResourceId]!;
  for (const part of path.split("/").filter(Boolean)) {
    const parentId = resource.id;
    const found = Object.values(definition.resources).find(
      (candidate) => candidate.parentId === parentId && candidate.pathPart === part,
    );
    resource = found ?? addResource(definition, parentId, part);
  }
  return resource;
}

export function resourceOf(definition: Definition, id: string): Resource {
  const found = Object.hasOwn(definition.resources, id) ? definition.resources[id] : undefined;
  if (!found) throw notFound("Invalid Resource identifier specified");
  return found;
}

export function methodOf(definition: Definition, resourceId: string, httpMethod: string): Method {
  const method = resourceOf(definition, resourceId).resourceMethods[httpMethod];
  if (!method) throw notFound("Invalid Method identifier specified");
  return method;
}
