import type { ApiKey, Resource, RestApi } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "local-aws/service";
import type { Invoke } from "../../engine/provider.ts";
import { timeOf } from "../time.ts";

/** Functions that look an API, a resource, a key or an exported document up. */
export function invokes(cloud: Cloud): Record<string, Invoke> {
  const call = <T>(operation: string, input: object) => cloud.call<T>("apigateway", operation, input);
  const { region, accountId } = cloud;

  /** Every page of a list. */
  async function all<T>(operation: string, input: object): Promise<T[]> {
    const items: T[] = [];
    let position: string | undefined;
    do {
      const page = await call<{ items?: T[]; position?: string }>(operation, { ...input, limit: 500, position });
      items.push(...(page.items ?? []));
      position = page.position;
    } while (position !== undefined);
    return items;
  }

  return {
    async "aws:apigateway/getRestApi:getRestApi"({ name }) {
      const found = (await all<RestApi>("GetRestApis", {})).filter((api) => api.name === name);
      const [api] = found;
      if (!api || found.length > 1) {
        throw new Error(`aws.apigateway.getRestApi: ${found.length} APIs are named "${name}"; there must be one`);
      }
      return {
        id: api.id,
        name,
        description: api.description ?? "",
        rootResourceId: api.rootResourceId,
        apiKeySource: api.apiKeySource,
        binaryMediaTypes: api.binaryMediaTypes ?? [],
        arn: `arn:aws:apigateway:${region}::/restapis/${api.id}`,
        executionArn: `arn:aws:execute-api:${region}:${accountId}:${api.id}`,
        tags: api.tags ?? {},
      };
    },

    async "aws:apigateway/getResource:getResource"({ restApiId, path }) {
      const resources = await all<Resource>("GetResources", { restApiId });
      const found = resources.find((resource) => resource.path === path);
      if (!found) throw new Error(`aws.apigateway.getResource: API ${restApiId} has no resource at path "${path}"`);
      return { id: found.id, restApiId, path, parentId: found.parentId ?? "", pathPart: found.pathPart ?? "" };
    },

    async "aws:apigateway/getKey:getKey"({ id }) {
      const key = await call<ApiKey>("GetApiKey", { apiKey: id, includeValue: true });
      return {
        ...key,
        createdDate: timeOf(key.createdDate),
        lastUpdatedDate: timeOf(key.lastUpdatedDate),
      };
    },

    async "aws:apigateway/getExport:getExport"({ restApiId, stageName, exportType, accepts, parameters }) {
      const exported = await call<{ body: Uint8Array; contentType: string; contentDisposition: string }>("GetExport", {
        restApiId,
        stageName,
        exportType,
        accepts,
        parameters,
      });
      const { body, contentType, contentDisposition } = exported;
      return {
        id: `${restApiId}:${stageName}`,
        restApiId,
        stageName,
        exportType,
        body: Buffer.from(body).toString(),
        contentType,
        contentDisposition,
      };
    },
  };
}
