/** The routes of all REST and HTTP APIs. */
import { all, call } from "../../lib/api.ts";

export interface ApiRoute {
  /** `API METHOD PATH` */
  id: string;
  api: { id: string; name: string };
  /** `ANY` takes each. */
  method: string;
  /** `/v0/iris/{id}` */
  path: string;
  /** `anyone`, `AWS_IAM` … */
  authorization: string;
  apiKey: boolean;
  /** The function, or what else is behind it. */
  target: string;
  /** Before its path, where routes answer: `/_aws/execute-api/ID/STAGE`; none: it is not deployed. */
  base?: string;
  /** Example of a body, by its model. */
  example?: string;
}

const functionOf = (uri = ""): string | undefined => /:function:([\w-]+)/.exec(uri)?.[1];
const whoMay = (type = "NONE"): string => (type === "NONE" ? "anyone" : type);

export async function readRoutes(signal: AbortSignal): Promise<ApiRoute[]> {
  const [rest, http] = await Promise.all([restRoutes(signal), httpRoutes(signal)]);
  return [...rest, ...http].sort(
    (one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method),
  );
}

async function restRoutes(signal: AbortSignal): Promise<ApiRoute[]> {
  const apis = await all(
    (position) => call("apigateway", "GetRestApis", { limit: 500, ...(position && { position }) }, signal),
    ({ items }) => items,
    ({ position }) => position,
  );
  const lists = await Promise.all(
    apis.map(async ({ id = "", name = "" }) => {
      const [resources, stages, models] = await Promise.all([
        all(
          (position) =>
            call(
              "apigateway",
              "GetResources",
              { restApiId: id, embed: ["methods"], limit: 500, ...(position && { position }) },
              signal,
            ),
          ({ items }) => items,
          ({ position }) => position,
        ),
        call("apigateway", "GetStages", { restApiId: id }, signal),
        call("apigateway", "GetModels", { restApiId: id, limit: 500 }, signal),
      ]);
      const stage = stages.item?.[0]?.stageName;
      return resources.flatMap(({ path = "/", resourceMethods = {} }) =>
        Object.entries(resourceMethods)
          // A browser's own question before it asks.
          .filter(([method]) => method !== "OPTIONS")
          .map(
            ([
              method,
              { authorizationType, apiKeyRequired = false, methodIntegration, requestModels = {} },
            ]): ApiRoute => {
              const model = models.items?.find((one) => one.name === Object.values(requestModels)[0]);
              const example = model?.schema && exampleOf(JSON.parse(model.schema));
              return {
                id: `${id} ${method} ${path}`,
                api: { id, name },
                method,
                path,
                authorization: whoMay(authorizationType),
                apiKey: apiKeyRequired,
                target: functionOf(methodIntegration?.uri) ?? methodIntegration?.type ?? "",
                ...(stage !== undefined && { base: `/_aws/execute-api/${id}/${stage}` }),
                ...(example !== undefined && { example: JSON.stringify(example, null, 2) }),
              };
            },
          ),
      );
    }),
  );
  return lists.flat();
}

async function httpRoutes(signal: AbortSignal): Promise<ApiRoute[]> {
  const { Items: apis = [] } = await call("apigatewayv2", "GetApis", {}, signal);
  const lists = await Promise.all(
    apis.map(async ({ ApiId = "", Name = "" }) => {
      const [routes, integrations, stages] = await Promise.all([
        call("apigatewayv2", "GetRoutes", { ApiId }, signal),
        call("apigatewayv2", "GetIntegrations", { ApiId }, signal),
        call("apigatewayv2", "GetStages", { ApiId }, signal),
      ]);
      const stage = stages.Items?.[0]?.StageName;
      return (routes.Items ?? []).map(
        ({ RouteKey = "", AuthorizationType, Target = "", ApiKeyRequired = false }): ApiRoute => {
          const [method = "ANY", path = "/{proxy+}"] = RouteKey === "$default" ? [] : RouteKey.split(" ");
          const integration = integrations.Items?.find(({ IntegrationId }) => Target.endsWith(`/${IntegrationId}`));
          return {
            id: `${ApiId} ${RouteKey}`,
            api: { id: ApiId, name: Name },
            method,
            path,
            authorization: whoMay(AuthorizationType),
            apiKey: ApiKeyRequired,
            target: functionOf(integration?.IntegrationUri) ?? integration?.IntegrationUri ?? "",
            ...(stage !== undefined && {
              base: `/_aws/execute-api/${ApiId}${stage === "$default" ? "" : `/${stage}`}`,
            }),
          };
        },
      );
    }),
  );
  return lists.flat();
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

/** A value that a schema may allow: something to begin with. */
export function exampleOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const type = [schema.type].flat()[0] ?? (schema.properties ? "object" : undefined);
  switch (type) {
    case "object":
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, exampleOf(one)]));
    case "array":
      return schema.items ? [exampleOf(schema.items)] : [];
    case "number":
    case "integer":
      return Math.max(1, schema.minimum ?? 1);
    case "boolean":
      return true;
    default:
      return "";
  }
}
