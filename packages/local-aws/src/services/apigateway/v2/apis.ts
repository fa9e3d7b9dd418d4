import type { Api } from "@aws-sdk/client-apigatewayv2";
import { withoutTags } from "../../../kit/tags.ts";
import { newId } from "../records.ts";
import { type Handlers, tagged } from "./handlers.ts";
import type { HttpApi } from "./model.ts";
import { pageOf } from "./page.ts";
import { readIntegration } from "./parts.ts";
import { badRequest, given, type HttpRecords } from "./records.ts";

/** HTTP APIs themselves. @param origin where their stages answer, by id. */
export function apiOperations(records: HttpRecords, origin: (apiId: string) => string): Handlers {
  const shown = ({ CreatedDate, ...api }: HttpApi): Api => ({
    ...api,
    ApiEndpoint: origin(api.ApiId),
    ApiKeySelectionExpression: "$request.header.x-api-key",
    CreatedDate: new Date(CreatedDate),
    IpAddressType: "ipv4",
    ProtocolType: "HTTP",
    RouteSelectionExpression: "$request.method $request.path",
  });

  return {
    CreateApi(input) {
      const { Name, ProtocolType, Description, Version, CorsConfiguration, Target } = input;
      if (ProtocolType !== "HTTP") {
        throw badRequest(`ProtocolType '${ProtocolType}' is not modelled by the local API Gateway; HTTP is`);
      }
      const api: HttpApi = given({
        ApiId: newId(),
        Name: Name as string,
        Description,
        Version,
        CorsConfiguration,
        DisableExecuteApiEndpoint: input.DisableExecuteApiEndpoint ?? false,
        CreatedDate: Date.now(),
        Tags: input.Tags ?? {},
      }) as HttpApi;
      records.apis.put(api.ApiId, api);
      if (Target) quickly(records, api.ApiId, Target, input);
      return shown(api);
    },
    GetApi: ({ ApiId }) => shown(records.api(ApiId)),
    GetApis(input) {
      const { items, next } = pageOf(records.apis.values(), input, ({ ApiId }) => ApiId);
      return { Items: items.map(shown) as (Api & { Name: string })[], ...(next && { NextToken: next }) } as never;
    },
    UpdateApi(input) {
      const { Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint } = input;
      const changes = given({ Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint });
      const api = { ...records.api(input.ApiId), ...changes } as HttpApi;
      records.apis.put(api.ApiId, api);
      return shown(api);
    },
    DeleteApi({ ApiId }) {
      records.delete(ApiId);
      return {};
    },
    DeleteCorsConfiguration({ ApiId }) {
      const { CorsConfiguration: _, ...api } = records.api(ApiId);
      records.apis.put(ApiId, api);
      return {};
    },

    GetTags: ({ ResourceArn }) => ({ Tags: tagged(records, ResourceArn).Tags }),
    TagResource({ ResourceArn, Tags: added = {} }) {
      const { Tags, save } = tagged(records, ResourceArn);
      const merged = { ...Tags, ...added };
      if (Object.keys(merged).length > 50) throw badRequest("A resource has at most 50 tags");
      save(merged);
      return {};
    },
    UntagResource({ ResourceArn, TagKeys }) {
      const { Tags, save } = tagged(records, ResourceArn);
      save(withoutTags(Tags, TagKeys));
      return {};
    },
  };
}

/** An API of one route, deployed at once. */
function quickly(
  records: HttpRecords,
  apiId: string,
  target: string,
  input: { RouteKey?: string; CredentialsArn?: string },
) {
  const isFunction = /^arn:aws[\w-]*:lambda:/.test(target);
  const integration = readIntegration({
    IntegrationType: isFunction ? "AWS_PROXY" : "HTTP_PROXY",
    IntegrationUri: target,
    IntegrationMethod: isFunction ? "POST" : "ANY",
    PayloadFormatVersion: isFunction ? "2.0" : "1.0",
    ...(input.CredentialsArn && { CredentialsArn: input.CredentialsArn }),
  });
  records.integrations.put(`${apiId}/${integration.IntegrationId}`, integration);
  const RouteId = newId(7);
  records.routes.put(`${apiId}/${RouteId}`, {
    RouteId,
    RouteKey: input.RouteKey ?? "$default",
    Target: `integrations/${integration.IntegrationId}`,
    AuthorizationType: "NONE",
    ApiKeyRequired: false,
  });
  const now = Date.now();
  const stage = { StageName: "$default", AutoDeploy: true, StageVariables: {}, RouteSettings: {}, Tags: {} };
  records.autoDeploy(apiId, `${apiId}/$default`, { ...stage, CreatedDate: now, LastUpdatedDate: now });
}
