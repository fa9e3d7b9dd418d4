import type { Resource as ResourceShape } from "@aws-sdk/client-api-gateway";
import { addResource, resourceOf } from "../definition/definition.ts";
import type { Api, Resource } from "../model.ts";
import { applyPatch } from "../patch.ts";
import { badRequest, pageOf, type Records } from "../records.ts";
import { describeMethod } from "./describe.ts";
import type { Handlers } from "./handlers.ts";

/** Resources: the tree of an API's paths. */
export function resourceOperations(records: Records): Handlers {
  return {
    CreateResource(input) {
      const api = records.api(input.restApiId);
      const resource = addResource(api.definition, input.parentId, input.pathPart);
      records.apis.put(api.id, api);
      return describe(resource, []);
    },

    GetResource(input) {
      const api = records.api(input.restApiId);
      return describe(resourceOf(api.definition, input.resourceId), input.embed);
    },

    GetResources(input) {
      const api = records.api(input.restApiId);
      const found = pageOf(Object.values(api.definition.resources), input, ({ path }) => path);
      return { ...found, items: found.items.map((resource) => describe(resource, input.embed)) };
    },

    UpdateResource(input) {
      const api = records.api(input.restApiId);
      const { definition } = api;
      const resource = resourceOf(api.definition, input.resourceId);
      if (resource.id === definition.rootResourceId) {
        const name = input.patchOperations?.[0]?.path?.slice(1) ?? "pathPart";
        throw badRequest(`Root resource cannot update its ${name}.`);
      }
      applyPatch(resource, input.patchOperations, {
        "/pathPart": (target, { value }) => {
          target.pathPart = value!;
        },
        "/parentId": (target, { value }) => {
          resourceOf(definition, value!);
          target.parentId = value!;
        },
      });
      move(api, resource);
      records.apis.put(api.id, api);
      return describe(resource, []);
    },

    DeleteResource(input) {
      const api = records.api(input.restApiId);
      const { id } = resourceOf(api.definition, input.resourceId);
      if (id === api.definition.rootResourceId) throw badRequest("Root resource cannot be deleted");
      for (const child of [id, ...descendants(api, id)]) delete api.definition.resources[child];
      records.apis.put(api.id, api);
      return {};
    },
  };
}

function descendants({ definition }: Api, id: string): string[] {
  const children = Object.values(definition.resources).filter(({ parentId }) => parentId === id);
  return children.flatMap((child) => [child.id, ...descendants({ definition } as Api, child.id)]);
}

/** Gives a resource, and all below it, the path that follows from its parent and part; the part's rules are checked again. */
function move(api: Api, resource: Resource): void {
  const { definition } = api;
  for (let at = resource.parentId; at !== undefined; at = definition.resources[at]?.parentId) {
    if (at === resource.id) throw badRequest("Resources cannot be cyclic.");
  }
  const below = descendants(api, resource.id).map((id) => definition.resources[id]!);
  delete definition.resources[resource.id];
  const { id, path } = addResource(definition, resource.parentId!, resource.pathPart!);
  delete definition.resources[id];
  resource.path = path;
  definition.resources[resource.id] = resource;
  for (const child of below) {
    const parent = definition.resources[child.parentId!]!;
    child.path = `${parent.path}/${child.pathPart}`;
  }
}

/** Methods are complete with `embed=methods`, otherwise empty objects under their names. */
function describe({ resourceMethods, ...resource }: Resource, embed: string[] | undefined): ResourceShape {
  const names = Object.keys(resourceMethods);
  if (names.length === 0) return resource;
  const methods = embed?.includes("methods")
    ? Object.fromEntries(Object.values(resourceMethods).map((method) => [method.httpMethod, describeMethod(method)]))
    : Object.fromEntries(names.map((name) => [name, {}] as const));
  return { ...resource, resourceMethods: methods as NonNullable<ResourceShape["resourceMethods"]> };
}
