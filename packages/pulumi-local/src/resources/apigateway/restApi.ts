import type { RestApi } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "local-aws/service";
import type { Made, Properties, ResourceContext } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { timeOf } from "../time.ts";
import { dropInterrupted, listPatches, type PatchOperation, patches, retag } from "./patches.ts";

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
      createdDate: timeOf(api.createdDate),
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

  const remove = (id: string) => call("DeleteRestApi", { restApiId: id });

  return {
    type: "aws:apigateway/restApi:RestApi",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html",
    properties: [...SETTINGS, ...DOCUMENT, "failOnWarnings"],
    inert: ["securityPolicy", "endpointAccessMode"],
    enums: { apiKeySource: ["HEADER", "AUTHORIZER"], putRestApiMode: ["overwrite", "merge"] },
    autoname: { property: "name", max: 1024 },
    taggable: true,

    async create(inputs, context) {
      await dropInterrupted(cloud, "GetRestApis", inputs, context, ({ id }) => remove(id));
      const { binaryMediaTypes, description, disableExecuteApiEndpoint, apiKeySource, policy } = inputs;
      const { id } = await call("CreateRestApi", {
        name: inputs.name,
        description,
        binaryMediaTypes,
        disableExecuteApiEndpoint,
        apiKeySource,
        policy: typeof policy === "object" && policy !== null ? JSON.stringify(policy) : policy,
        endpointConfiguration: endpoint(inputs.endpointConfiguration),
        ...(Number(inputs.minimumCompressionSize ?? -1) >= 0 && {
          minimumCompressionSize: Number(inputs.minimumCompressionSize),
        }),
        tags: inputs.tagsAll,
      });
      try {
        await putDocument(id!, inputs, context);
      } catch (error) {
        // An API without its document is of no use: a failed create leaves nothing behind.
        await remove(id!);
        throw error;
      }
      return made(id!, await call("GetRestApi", { restApiId: id }), inputs);
    },

    async update(id, before, after, context) {
      const document = DOCUMENT.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
      const known = readBack(made(id, await call("GetRestApi", { restApiId: id }), {}).outputs);
      if (known.policy && before.policy && !after.policy) context.log("warning", policyStays(id));
      const wanted = { ...known, ...after };
      const patchOperations = settingPatches({ ...known, ...before }, wanted);
      if (patchOperations.length > 0) await call("UpdateRestApi", { restApiId: id, patchOperations });
      if (document) await putDocument(id, wanted, context);
      await retag(cloud, arn(id), before.tagsAll, after.tagsAll);
      return made(id, await call("GetRestApi", { restApiId: id }), after);
    },

    delete: remove,

    async read(id) {
      const api = await call("GetRestApi", { restApiId: id });
      return made(id, api, { name: api.name, tags: api.tags, tagsAll: api.tags });
    },
  };
}

/**
 * Settings that the provider reads back and then knows better than a program that no longer mentions them: they stay, and
 * come back over a document that is put without them. An empty list of binary types is a mention.
 */
function readBack(outputs: Properties): Properties {
  const known = Object.entries(outputs).filter(
    ([name, value]) => (name in PATHS || name === "binaryMediaTypes") && value !== "" && value !== undefined,
  );
  return Object.fromEntries(known);
}

const policyStays = (id: string) =>
  `its resource policy is no longer said, and stays in force, as on AWS. To be rid of it: aws apigateway update-rest-api --rest-api-id ${id} --patch-operations op=replace,path=/policy,value=`;

/** The provider's way to say that answers are not compressed. */
const isUncompressed = ({ path, value }: PatchOperation) => path === PATHS.minimumCompressionSize && value === "-1";

function settingPatches(before: Properties, after: Properties): PatchOperation[] {
  const types = (properties: Properties) => endpoint(properties.endpointConfiguration)?.types?.[0];
  const type = types(after);
  return [
    ...patches(before, after, PATHS).map((patch) => (isUncompressed(patch) ? { ...patch, value: "" } : patch)),
    ...listPatches(before.binaryMediaTypes, after.binaryMediaTypes, "/binaryMediaTypes"),
    ...(type && type !== types(before)
      ? [{ op: "replace" as const, path: `/endpointConfiguration/types/${types(before) ?? "EDGE"}`, value: type }]
      : []),
  ];
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
