import type { CreateRestApiRequest, PutRestApiRequest, RestApi } from "@aws-sdk/client-api-gateway";
import { emptyDefinition } from "../definition/definition.ts";
import { documentationOf, importDocument, parseDocument } from "../definition/import.ts";
import { expandPolicy } from "../definition/policy.ts";
import type { Api } from "../model.ts";
import { applyPatch, member, type PatchRules, property } from "../patch.ts";
import { badRequest, newId, pageOf, type Records } from "../records.ts";
import { withoutEmpty } from "./describe.ts";
import { putDocumentation } from "./documentation.ts";
import type { Handlers } from "./handlers.ts";

const MAX_COMPRESSION_SIZE = 10_485_760;

/** REST APIs themselves: created, imported from OpenAPI, changed, deleted. */
export function restApiOperations(records: Records): Handlers {
  const save = (api: Api): Api => {
    check(api);
    records.apis.put(api.id, api);
    return api;
  };

  return {
    CreateRestApi(input, call) {
      if (!input.name) throw badRequest("API name must be specified");
      if (input.description === "") throw badRequest("Description cannot be an empty string");
      const api = newApi(input.name);
      if (input.cloneFrom) api.definition = structuredClone(records.api(input.cloneFrom).definition);
      const { definition } = api;
      if (input.description !== undefined) api.description = input.description;
      if (input.version !== undefined) api.version = input.version;
      if (input.binaryMediaTypes) definition.binaryMediaTypes = input.binaryMediaTypes;
      if (input.minimumCompressionSize !== undefined) definition.minimumCompressionSize = input.minimumCompressionSize;
      if (input.apiKeySource) definition.apiKeySource = input.apiKeySource;
      if (input.endpointConfiguration) api.endpointConfiguration = endpoint(input.endpointConfiguration);
      if (input.policy) definition.policy = expandPolicy(input.policy, api.id, call);
      if (input.disableExecuteApiEndpoint !== undefined) {
        definition.disableExecuteApiEndpoint = input.disableExecuteApiEndpoint;
      }
      api.tags = input.tags ?? {};
      return listed(save(api));
    },

    ImportRestApi(input, call) {
      const api = newApi("");
      importDocument(api, input.body, { mode: "overwrite", ...settings(input), call });
      putDocumentation(records, api.id, documentationOf(parseDocument(input.body)), "overwrite");
      return listed(save(api));
    },

    PutRestApi(input, call) {
      const api = records.api(input.restApiId);
      const mode = input.mode ?? "merge";
      if (mode !== "merge" && mode !== "overwrite") throw badRequest(`Invalid mode '${mode}': merge or overwrite`);
      importDocument(api, input.body, { mode, ...settings(input), call });
      putDocumentation(records, api.id, documentationOf(parseDocument(input.body)), mode);
      return describe(save(api));
    },

    GetRestApi: (input) => describe(records.api(input.restApiId)),

    GetRestApis: (input) => {
      const found = pageOf(records.apis.values(), input, ({ id }) => id);
      return { ...found, items: found.items.map(listed) };
    },

    UpdateRestApi(input, call) {
      const api = records.api(input.restApiId);
      applyPatch(api, input.patchOperations, rules(api.id, call));
      return describe(save(api));
    },

    DeleteRestApi(input) {
      const { id } = records.api(input.restApiId);
      const planned = records.usagePlans.values().find((plan) => plan.apiStages.some(({ apiId }) => apiId === id));
      if (planned) {
        throw badRequest(`Cannot delete API ${id}: its stages are in usage plan ${planned.id}. Remove them first.`);
      }
      const mapped = records.basePathMappings.values().find(({ restApiId }) => restApiId === id);
      if (mapped) throw badRequest(`Please remove all base path mappings related to the API before deleting it`);
      for (const [key] of records.deployments.entries(`${id}/`)) records.deployments.delete(key);
      for (const [key] of records.stages.entries(`${id}/`)) records.stages.delete(key);
      for (const [key] of records.documentationParts.entries(`${id}/`)) records.documentationParts.delete(key);
      for (const [key] of records.documentationVersions.entries(`${id}/`)) records.documentationVersions.delete(key);
      records.apis.delete(id);
      records.servedChanged();
      return {};
    },
  };
}

const rules = (id: string, call: Parameters<typeof expandPolicy>[2]): PatchRules<Api> => {
  const inDefinition =
    (rule: ReturnType<typeof property<Api["definition"]>>): PatchRules<Api>[string] =>
    (api, patch) =>
      rule(api.definition, patch);
  return {
    "/name": property("name"),
    "/description": property("description"),
    "/version": property("version"),
    "/apiKeySource": inDefinition(property("apiKeySource")),
    "/minimumCompressionSize": inDefinition((definition, patch) =>
      patch.value === ""
        ? delete definition.minimumCompressionSize
        : property<typeof definition>("minimumCompressionSize", "number")(definition, patch),
    ),
    "/disableExecuteApiEndpoint": inDefinition(property("disableExecuteApiEndpoint", "boolean")),
    "/binaryMediaTypes/*": inDefinition(member("binaryMediaTypes")),
    "/policy": (api, { op, value }) => {
      if (op === "remove" || value === "") delete api.definition.policy;
      else api.definition.policy = expandPolicy(value!, id, call);
    },
    "/endpointConfiguration/types/*": (api, { value = "" }) => {
      if (!["EDGE", "REGIONAL", "PRIVATE"].includes(value)) {
        throw badRequest("Invalid EndpointTypes specified. Valid options are EDGE,PRIVATE,REGIONAL");
      }
      api.endpointConfiguration.types = [value];
      if (value === "PRIVATE") api.endpointConfiguration.ipAddressType = "dualstack";
    },
    "/endpointConfiguration/ipAddressType": (api, { value = "" }) => {
      if (value !== "ipv4" && value !== "dualstack")
        throw badRequest("ipAddressType must be either ipv4 or dualstack.");
      if (value === "ipv4" && api.endpointConfiguration.types.includes("PRIVATE"))
        throw badRequest("Only dualstack ipAddressType is supported for Private APIs.");
      api.endpointConfiguration.ipAddressType = value;
    },
    "/endpointConfiguration/vpcEndpointIds": (api, { op, value }) => {
      const known = (api.endpointConfiguration.vpcEndpointIds ?? []).filter((id) => id !== value);
      api.endpointConfiguration.vpcEndpointIds = op === "remove" ? known : [...known, value!];
    },
  };
};

function newApi(name: string): Api {
  return {
    id: newId(),
    name,
    createdDate: Date.now(),
    endpointConfiguration: { types: ["EDGE"], ipAddressType: "ipv4" },
    tags: {},
    definition: emptyDefinition(),
  };
}

function endpoint(given: NonNullable<CreateRestApiRequest["endpointConfiguration"]>): Api["endpointConfiguration"] {
  const types = given.types ?? ["EDGE"];
  if (types.length === 0) throw badRequest("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
  if (types.length > 1) throw badRequest("Cannot create an api with multiple Endpoint Types.");
  return {
    types,
    ipAddressType: given.ipAddressType ?? (types.includes("PRIVATE") ? "dualstack" : "ipv4"),
    ...(given.vpcEndpointIds && { vpcEndpointIds: given.vpcEndpointIds }),
  };
}

function settings({ parameters = {} }: Pick<PutRestApiRequest, "parameters">) {
  const { endpointConfigurationTypes, basepath, ignore } = parameters;
  if (ignore && ignore !== "documentation") throw badRequest(`Invalid parameter ignore=${ignore}: documentation`);
  return {
    ...(endpointConfigurationTypes && { endpointTypes: endpointConfigurationTypes.split(",") }),
    ...(basepath && { basepath }),
  };
}

function check({ name, definition, endpointConfiguration }: Api): void {
  if (!name) throw badRequest("API name must be specified");
  const size = definition.minimumCompressionSize;
  if (size !== undefined && !(Number.isInteger(size) && size >= 0 && size <= MAX_COMPRESSION_SIZE)) {
    throw badRequest("Invalid minimum compression size, must be between 0 - 10485760 (inclusive)");
  }
  if (definition.apiKeySource !== "HEADER" && definition.apiKeySource !== "AUTHORIZER") {
    throw badRequest(`Invalid API key source '${definition.apiKeySource}': HEADER or AUTHORIZER`);
  }
  for (const type of endpointConfiguration.types) {
    if (!["EDGE", "REGIONAL", "PRIVATE"].includes(type)) {
      throw badRequest(`Invalid endpoint type '${type}': EDGE, REGIONAL or PRIVATE`);
    }
  }
}

/** An API that was just made, or is one of a list: without tags when it has none. */
const listed = (api: Api): RestApi => withoutEmpty(describe(api), "tags");

function describe({ definition, createdDate, ...api }: Api): RestApi {
  const { binaryMediaTypes, minimumCompressionSize, policy } = definition;
  return {
    ...api,
    endpointConfiguration: api.endpointConfiguration as RestApi["endpointConfiguration"],
    createdDate: new Date(createdDate),
    apiKeySource: definition.apiKeySource,
    disableExecuteApiEndpoint: definition.disableExecuteApiEndpoint,
    rootResourceId: definition.rootResourceId,
    ...(binaryMediaTypes.length > 0 && { binaryMediaTypes }),
    ...(minimumCompressionSize !== undefined && { minimumCompressionSize }),
    // The policy is JSON escaped as if within a JSON string: as the service has always returned it.
    ...(policy && { policy: JSON.stringify(JSON.stringify(policy)).slice(1, -1) }),
  };
}
