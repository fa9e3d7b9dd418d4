import type { RestApi } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "../../cloud/service.ts";
import type { Made, Properties, ResourceContext } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { ignoringMissing, listPatches, type PatchOperation, patches, retag } from "./patches.ts";

/** Inputs whose place in a patch is a single value. */
const PATHS = {
  name: "/name",
  description: "/description",
  apiKeySource: "/apiKeySource",
  disableExecuteApiEndpoint: "/disableExecuteApiEndpoint",
  minimumCompressionSize: "/minimumCompressionSize",
  policy: "/policy",
};
const SETTINGS = [...Object.keys(PATHS), "binaryMediaTypes", "endpointConfiguration"];
const DOCUMENT = ["body", "parameters", "putRestApiMode"];

export function restApi(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) => cloud.call<RestApi>("apigateway", operation, input);
  const { region, accountId } = cloud;
  const arn = (id: string) => `arn:aws:apigateway:${region}::/restapis/${id}`;

  const made = (id: string, api: RestApi, inputs: Properties): Made => ({
    id,
    outputs: {
      ...inputs,
      arn: arn(id),
      executionArn: `arn:aws:execute-api:${region}:${accountId}:${id}`,
      rootResourceId: api.rootResourceId,
      createdDate: api.createdDate?.toISOString(),
      description: api.description ?? "",
      apiKeySource: api.apiKeySource,
      binaryMediaTypes: api.binaryMediaTypes ?? [],
      disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
      // AWS has a list, of which the provider knows one.
      endpointConfiguration: { ...api.endpointConfiguration, types: api.endpointConfiguration?.types?.[0] },
      policy: api.policy === undefined ? "" : JSON.parse(`"${api.policy}"`),
      minimumCompressionSize: String(api.minimumCompressionSize ?? ""),
    },
  });

  /** Puts the document, then what it may have overwritten of the resource's own settings. */
  const putDocument = async (restApiId: string, inputs: Properties, context: ResourceContext) => {
    if (inputs.body === undefined) return;
    const { warnings = [] } = await call("PutRestApi", {
      restApiId,
      mode: inputs.putRestApiMode ?? "overwrite",
      body: Buffer.from(inputs.body as string),
      parameters: inputs.parameters,
      failOnWarnings: inputs.failOnWarnings ?? false,
    });
    for (const warning of warnings) context.log("warning", warning);
    const own = settingPatches({}, inputs);
    if (own.length > 0) await call("UpdateRestApi", { restApiId, patchOperations: own });
  };

  return {
    type: "aws:apigateway/restApi:RestApi",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html",
    properties: [...SETTINGS, ...DOCUMENT, "failOnWarnings"],
    inert: ["region", "securityPolicy", "endpointAccessMode"],
    enums: { apiKeySource: ["HEADER", "AUTHORIZER"], putRestApiMode: ["overwrite", "merge"] },
    autoname: { property: "name", max: 1024 },
    taggable: true,

    async create(inputs, context) {
      const { binaryMediaTypes, description, disableExecuteApiEndpoint, apiKeySource, policy } = inputs;
      const { id } = await call("CreateRestApi", {
        name: inputs.name,
        description,
        binaryMediaTypes,
        disableExecuteApiEndpoint,
        apiKeySource,
        policy: typeof policy === "object" && policy !== null ? JSON.stringify(policy) : policy,
        endpointConfiguration: endpoint(inputs.endpointConfiguration),
        ...(inputs.minimumCompressionSize !== undefined && {
          minimumCompressionSize: Number(inputs.minimumCompressionSize),
        }),
        tags: inputs.tagsAll,
      });
      try {
        await putDocument(id!, inputs, context);
      } catch (error) {
        // An API without its document is nobody's: a create that failed leaves nothing behind.
        await call("DeleteRestApi", { restApiId: id });
        throw error;
      }
      return made(id!, await call("GetRestApi", { restApiId: id }), inputs);
    },

    async update(id, before, after, context) {
      const document = DOCUMENT.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
      const patchOperations = settingPatches(before, after);
      if (patchOperations.length > 0) await call("UpdateRestApi", { restApiId: id, patchOperations });
      if (document) await putDocument(id, after, context);
      await retag(cloud, arn(id), before.tagsAll, after.tagsAll);
      return made(id, await call("GetRestApi", { restApiId: id }), after);
    },

    delete: (id) => ignoringMissing(call("DeleteRestApi", { restApiId: id })),

    async read(id) {
      try {
        const api = await call("GetRestApi", { restApiId: id });
        return made(id, api, { name: api.name, tags: api.tags, tagsAll: api.tags });
      } catch (error) {
        if ((error as Error).name === "NotFoundException") return undefined;
        throw error;
      }
    },
  };
}

function settingPatches(before: Properties, after: Properties): PatchOperation[] {
  const types = (properties: Properties) => endpoint(properties.endpointConfiguration)?.types?.[0];
  const type = types(after);
  return [
    ...patches(before, after, PATHS).map(
      (patch): PatchOperation =>
        // AWS clears these two by an empty value.
        patch.op === "remove" && patch.path !== "/description"
          ? { ...patch, op: "replace", value: cleared(patch.path) }
          : patch,
    ),
    ...listPatches(before.binaryMediaTypes, after.binaryMediaTypes, "/binaryMediaTypes"),
    ...(type && type !== types(before)
      ? [{ op: "replace" as const, path: `/endpointConfiguration/types/${types(before) ?? "EDGE"}`, value: type }]
      : []),
  ];
}

function cleared(path: string): string {
  if (path === "/disableExecuteApiEndpoint") return "false";
  return path === "/apiKeySource" ? "HEADER" : "";
}

function endpoint(given: unknown): { types?: string[]; vpcEndpointIds?: string[]; ipAddressType?: string } | undefined {
  if (given === undefined || given === null) return undefined;
  const { types, vpcEndpointIds, ipAddressType } = given as Properties;
  return {
    ...(types !== undefined && { types: [types].flat() as string[] }),
    ...(vpcEndpointIds !== undefined && { vpcEndpointIds: vpcEndpointIds as string[] }),
    ...(ipAddressType !== undefined && { ipAddressType: ipAddressType as string }),
  };
}
