import type {
  Authorizer as AuthorizerShape,
  CreateAuthorizerCommandInput,
  CreateIntegrationCommandInput,
  CreateRouteCommandInput,
  Route as RouteShape,
} from "@aws-sdk/client-apigatewayv2";
import { newId } from "../records.ts";
import { checkUnique, type Handlers } from "./handlers.ts";
import type { Authorizer, Integration, Route } from "./model.ts";
import { pageOf } from "./page.ts";
import { badRequest, given, type HttpRecords } from "./records.ts";

/** Routes, integrations and authorizers. */
export function partOperations(records: HttpRecords): Handlers {
  return { ...routeOperations(records), ...integrationOperations(records), ...authorizerOperations(records) };
}

const ROUTE_KEY = /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/\S*)$/;

function routeOperations(records: HttpRecords): Handlers {
  const save = (apiId: string, route: Route): RouteShape => {
    const { RouteKey, RouteId, Target, AuthorizationType, AuthorizerId } = route;
    if (!ROUTE_KEY.test(RouteKey)) {
      throw badRequest(
        `The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`,
      );
    }
    const same = records.routes.values(`${apiId}/`).some((one) => one.RouteKey === RouteKey && one.RouteId !== RouteId);
    checkUnique(same, `Route with key ${RouteKey} already exists for this API`);
    if (Target !== undefined)
      records.part(records.integrations, "Integration", apiId, /^integrations\/(\w+)$/.exec(Target)?.[1]);
    if (AuthorizationType === "JWT" || AuthorizationType === "CUSTOM") {
      records.part(records.authorizers, "Authorizer", apiId, AuthorizerId);
    }
    records.routes.put(`${apiId}/${RouteId}`, route);
    records.changed(apiId);
    return route;
  };
  const read = (input: Partial<CreateRouteCommandInput>, before: Route): Route => {
    const { RouteKey, Target, AuthorizationType, AuthorizerId, AuthorizationScopes, OperationName, ApiKeyRequired } =
      input;
    return {
      ...before,
      ...given({
        RouteKey,
        Target,
        AuthorizationType,
        AuthorizerId,
        AuthorizationScopes,
        OperationName,
        ApiKeyRequired,
      }),
    } as Route;
  };
  const find = (input: { ApiId: string; RouteId: string }) =>
    records.part(records.routes, "Route", input.ApiId, input.RouteId);
  return {
    CreateRoute(input) {
      records.api(input.ApiId);
      const fresh: Route = { RouteId: newId(7), RouteKey: "", AuthorizationType: "NONE", ApiKeyRequired: false };
      return save(input.ApiId, read(input, fresh));
    },
    GetRoute: find,
    GetRoutes(input) {
      records.api(input.ApiId);
      const { items, next } = pageOf(records.routes.values(`${input.ApiId}/`), input, ({ RouteId }) => RouteId);
      return { Items: items, ...(next && { NextToken: next }) };
    },
    UpdateRoute: (input) => save(input.ApiId, read(input, find(input))),
    DeleteRoute(input) {
      find(input);
      records.routes.delete(`${input.ApiId}/${input.RouteId}`);
      records.changed(input.ApiId);
      return {};
    },
  };
}

/** @param before what is changed. Default: a new integration. */
export function readIntegration(input: Partial<CreateIntegrationCommandInput>, before?: Integration): Integration {
  if (input.IntegrationSubtype) {
    throw badRequest(`IntegrationSubtype '${input.IntegrationSubtype}' is not modelled by the local API Gateway`);
  }
  const fresh = {
    IntegrationId: newId(7),
    PayloadFormatVersion: "1.0",
    ConnectionType: "INTERNET" as const,
    TimeoutInMillis: 30_000,
    ...(input.IntegrationType === "AWS_PROXY" && { IntegrationMethod: "POST" }),
  };
  const { IntegrationType, IntegrationUri, IntegrationMethod, PayloadFormatVersion, ConnectionType, ConnectionId } =
    input;
  const { CredentialsArn, Description, RequestParameters, TimeoutInMillis } = input;
  const integration = {
    ...(before ?? fresh),
    ...given({
      IntegrationType,
      IntegrationUri,
      IntegrationMethod,
      PayloadFormatVersion,
      ConnectionType,
      ConnectionId,
    }),
    ...given({ CredentialsArn, Description, RequestParameters, TimeoutInMillis }),
  } as Integration;
  check(integration);
  return integration;
}

function check({
  IntegrationType,
  IntegrationUri = "",
  PayloadFormatVersion,
  TimeoutInMillis,
  IntegrationMethod,
}: Integration): void {
  if (IntegrationType !== "AWS_PROXY" && IntegrationType !== "HTTP_PROXY") {
    throw badRequest(`IntegrationType '${IntegrationType}' is not valid for protocol type HTTP`);
  }
  if (PayloadFormatVersion !== "1.0" && PayloadFormatVersion !== "2.0") {
    throw badRequest(`PayloadFormatVersion is '${PayloadFormatVersion}'; allowed are 1.0 and 2.0`);
  }
  if (TimeoutInMillis < 50 || TimeoutInMillis > 30_000)
    throw badRequest("Timeout should be between 50 ms and 30000 ms");
  if (IntegrationType === "HTTP_PROXY") {
    if (!/^https?:\/\//.test(IntegrationUri)) throw badRequest("Invalid HTTP endpoint specified for URI");
    if (!IntegrationMethod) throw badRequest("IntegrationMethod must be specified for an HTTP_PROXY integration");
    if (PayloadFormatVersion !== "1.0")
      throw badRequest("PayloadFormatVersion of an HTTP_PROXY integration must be 1.0");
  } else if (!/^arn:aws[\w-]*:(lambda|apigateway):/.test(IntegrationUri)) {
    throw badRequest(`Invalid integration URI specified: ${IntegrationUri}`);
  }
}

function integrationOperations(records: HttpRecords): Handlers {
  const find = (input: { ApiId: string; IntegrationId: string }) =>
    records.part(records.integrations, "Integration", input.ApiId, input.IntegrationId);
  const save = (apiId: string, integration: Integration): Integration => {
    records.integrations.put(`${apiId}/${integration.IntegrationId}`, integration);
    records.changed(apiId);
    return integration;
  };
  return {
    CreateIntegration(input) {
      records.api(input.ApiId);
      return save(input.ApiId, readIntegration(input));
    },
    GetIntegration: find,
    GetIntegrations(input) {
      records.api(input.ApiId);
      const all = records.integrations.values(`${input.ApiId}/`);
      const { items, next } = pageOf(all, input, ({ IntegrationId }) => IntegrationId);
      return { Items: items, ...(next && { NextToken: next }) };
    },
    UpdateIntegration: (input) => save(input.ApiId, readIntegration(input, find(input))),
    DeleteIntegration(input) {
      find(input);
      const target = `integrations/${input.IntegrationId}`;
      const user = records.routes.values(`${input.ApiId}/`).find(({ Target }) => Target === target);
      if (user)
        throw badRequest(
          `Cannot delete Integration '${input.IntegrationId}' as it is referenced by route: ${user.RouteKey}`,
        );
      records.integrations.delete(`${input.ApiId}/${input.IntegrationId}`);
      records.changed(input.ApiId);
      return {};
    },
  };
}

function authorizerOperations(records: HttpRecords): Handlers {
  const find = (input: { ApiId: string; AuthorizerId: string }) =>
    records.part(records.authorizers, "Authorizer", input.ApiId, input.AuthorizerId);
  const read = (input: Partial<CreateAuthorizerCommandInput>, before: object): Authorizer => {
    const { Name, AuthorizerType, IdentitySource, JwtConfiguration, AuthorizerUri, AuthorizerCredentialsArn } = input;
    const { AuthorizerPayloadFormatVersion, EnableSimpleResponses, AuthorizerResultTtlInSeconds } = input;
    return {
      ...before,
      ...given({ Name, AuthorizerType, IdentitySource, JwtConfiguration, AuthorizerUri, AuthorizerCredentialsArn }),
      ...given({ AuthorizerPayloadFormatVersion, EnableSimpleResponses, AuthorizerResultTtlInSeconds }),
    } as Authorizer;
  };
  const save = (apiId: string, authorizer: Authorizer): AuthorizerShape & { Name: string } => {
    checkAuthorizer(authorizer);
    const { AuthorizerId, Name } = authorizer;
    const same = records.authorizers
      .values(`${apiId}/`)
      .some((one) => one.Name === Name && one.AuthorizerId !== AuthorizerId);
    checkUnique(same, `Authorizer name must be unique. Authorizer ${Name} already exists in this API.`);
    records.authorizers.put(`${apiId}/${AuthorizerId}`, authorizer);
    records.changed(apiId);
    return authorizer;
  };
  return {
    CreateAuthorizer(input) {
      records.api(input.ApiId);
      return save(input.ApiId, read(input, { AuthorizerId: newId(6) }));
    },
    GetAuthorizer: find,
    GetAuthorizers(input) {
      records.api(input.ApiId);
      const all = records.authorizers.values(`${input.ApiId}/`);
      const { items, next } = pageOf(all, input, ({ AuthorizerId }) => AuthorizerId);
      return { Items: items, ...(next && { NextToken: next }) };
    },
    UpdateAuthorizer: (input) => save(input.ApiId, read(input, find(input))),
    DeleteAuthorizer(input) {
      find(input);
      const user = records.routes
        .values(`${input.ApiId}/`)
        .find(({ AuthorizerId }) => AuthorizerId === input.AuthorizerId);
      if (user)
        throw badRequest(`Cannot delete authorizer '${input.AuthorizerId}', is referenced by route: ${user.RouteKey}`);
      records.authorizers.delete(`${input.ApiId}/${input.AuthorizerId}`);
      records.changed(input.ApiId);
      return {};
    },
  };
}

function checkAuthorizer({ AuthorizerType, JwtConfiguration, AuthorizerUri = "", ...authorizer }: Authorizer): void {
  if (AuthorizerType === "JWT") {
    if (!JwtConfiguration?.Issuer || !URL.canParse(JwtConfiguration.Issuer)) {
      throw badRequest(`Issuer is '${JwtConfiguration?.Issuer}'; it must be the URL of an issuer of tokens`);
    }
    return;
  }
  if (AuthorizerType !== "REQUEST")
    throw badRequest(`AuthorizerType is '${AuthorizerType}'; allowed are JWT and REQUEST`);
  if (!/^arn:aws[\w-]*:apigateway:[\w-]+:lambda:path\//.test(AuthorizerUri)) {
    throw badRequest(
      `Invalid Authorizer URI: ${AuthorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
    );
  }
  const version = authorizer.AuthorizerPayloadFormatVersion;
  if (version !== "1.0" && version !== "2.0") {
    throw badRequest("AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer: 1.0 or 2.0");
  }
  if (authorizer.EnableSimpleResponses && version !== "2.0") {
    throw badRequest("EnableSimpleResponses is only supported with AuthorizerPayloadFormatVersion 2.0");
  }
  const ttl = authorizer.AuthorizerResultTtlInSeconds ?? 0;
  if (ttl < 0 || ttl > 3600) throw badRequest("Authorizer result TTL must be in the range of 0 to 3600 seconds");
}
