/** HTTP APIs of API Gateway, and what they are made of. */
import type { Api, Stage } from "@aws-sdk/client-apigatewayv2";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../engine/provider.ts";
import { byArn, capitalized, type DescribedType, described, fromAws, toAws, uncapitalized } from "./described.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";

const docs = (name: string) =>
  `https://www.pulumi.com/registry/packages/aws/api-docs/apigatewayv2/${name.toLowerCase()}/`;
const token = (name: string) => `aws:apigatewayv2/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`;

type Call = <Answer = Properties>(operation: string, input: object) => Promise<Answer>;

export const apigatewayv2Resources: ServiceResources = (cloud) => {
  const call: Call = (operation, input) => cloud.call("apigatewayv2", operation, input);
  const types = [api(cloud, call), stage(cloud, call), ...parts.map((part) => partType(call, part))];
  return { types, invokes: { "aws:apigatewayv2/getApi:getApi": ({ apiId }) => findApi(cloud, call, String(apiId)) } };
};

async function findApi(cloud: Cloud, call: Call, ApiId: string): Promise<Properties> {
  const found = await call<Api>("GetApi", { ApiId });
  const { region, accountId } = cloud;
  const settings = ["apiEndpoint", "apiKeySelectionExpression", "description", "disableExecuteApiEndpoint"];
  return {
    id: ApiId,
    apiId: ApiId,
    arn: `arn:aws:apigateway:${region}::/apis/${ApiId}`,
    executionArn: `arn:aws:execute-api:${region}:${accountId}:${ApiId}`,
    ...uncapitalized(found, [
      ...settings,
      "ipAddressType",
      "name",
      "protocolType",
      "routeSelectionExpression",
      "version",
    ]),
    corsConfiguration: fromAws(found.CorsConfiguration),
    region,
    tags: found.Tags ?? {},
  };
}

function api(cloud: Cloud, call: Call): ResourceType {
  const settings = ["name", "description", "version", "disableExecuteApiEndpoint"];
  const quick = ["target", "routeKey", "credentialsArn"];
  return described({
    type: token("Api"),
    docs: docs("Api"),
    required: ["protocolType"],
    properties: ["protocolType", "corsConfiguration", ...settings, ...quick],
    inert: ["apiKeySelectionExpression", "ipAddressType", "routeSelectionExpression"],
    enums: { protocolType: ["HTTP"] },
    defaults: {
      apiKeySelectionExpression: "$request.header.x-api-key",
      routeSelectionExpression: "$request.method $request.path",
    },
    replaces: ["protocolType", ...quick],
    autoname: { property: "name", max: 128 },
    taggable: true,
    async make(inputs) {
      const request = capitalized(inputs, [...settings, ...quick, "protocolType"]);
      const CorsConfiguration = toAws(inputs.corsConfiguration);
      return (await call<Api>("CreateApi", { ...request, CorsConfiguration, Tags: inputs.tagsAll })).ApiId!;
    },
    async settle(ApiId, before, after) {
      if (before.name === undefined) return;
      const CorsConfiguration = toAws(after.corsConfiguration);
      const request = { Description: "", Version: "", ...capitalized(after, settings), CorsConfiguration };
      await call("UpdateApi", { ApiId, DisableExecuteApiEndpoint: false, ...request });
      if (before.corsConfiguration && !after.corsConfiguration) await call("DeleteCorsConfiguration", { ApiId });
    },
    retag: byArn(call, "ResourceArn", "map"),
    async describe(id) {
      const { id: _, apiId, region, tags, ...found } = await findApi(cloud, call, id);
      return { ...found, tagsAll: tags };
    },
    remove: (ApiId) => call("DeleteApi", { ApiId }),
  });
}

function stage(cloud: Cloud, call: Call): ResourceType {
  const settings = ["description", "deploymentId", "autoDeploy", "stageVariables"];
  type Settings = { routeKey: string }[];
  const request = (inputs: Properties) => ({
    ...capitalized(inputs, settings),
    AccessLogSettings: toAws(inputs.accessLogSettings),
    DefaultRouteSettings: toAws(inputs.defaultRouteSettings),
    ...(inputs.routeSettings !== undefined && {
      RouteSettings: Object.fromEntries(
        (inputs.routeSettings as Settings).map(({ routeKey, ...rest }) => [routeKey, toAws(rest)]),
      ),
    }),
  });
  const named = (id: string, given: Properties) => {
    // `API/STAGE` is how one is imported.
    const [apiId, name] = given.apiId === undefined ? id.split("/") : [String(given.apiId), String(given.name)];
    return { ApiId: apiId, StageName: name };
  };
  return described({
    type: token("Stage"),
    docs: docs("Stage"),
    required: ["apiId"],
    properties: ["apiId", "name", "accessLogSettings", "defaultRouteSettings", "routeSettings", ...settings],
    inert: ["clientCertificateId"],
    defaults: { autoDeploy: false },
    replaces: ["apiId", "name"],
    autoname: { property: "name", max: 128, pattern: /^(\$default|[\w-]+)$/ },
    taggable: true,
    async make(inputs) {
      const { apiId: ApiId, name: StageName, tagsAll: Tags } = inputs;
      await call("CreateStage", { ApiId, StageName, ...request(inputs), Tags });
      return String(StageName);
    },
    async settle(id, before, after) {
      if (before.apiId === undefined) return;
      await call("UpdateStage", { ...named(id, after), Description: "", ...request(after) });
      if (before.accessLogSettings && !after.accessLogSettings) {
        await call("DeleteAccessLogSettings", named(id, after));
      }
    },
    retag: byArn(call, "ResourceArn", "map"),
    async describe(id, given) {
      const { ApiId = "", StageName = "" } = named(id, given);
      const found = await call<Stage>("GetStage", { ApiId, StageName });
      const { ApiEndpoint } = await call<Api>("GetApi", { ApiId });
      const arn = `arn:aws:apigateway:${cloud.region}::/apis/${ApiId}/stages/${StageName}`;
      return {
        apiId: ApiId,
        name: StageName,
        arn,
        executionArn: `arn:aws:execute-api:${cloud.region}:${cloud.accountId}:${ApiId}/${StageName}`,
        invokeUrl: `${ApiEndpoint}/${StageName === "$default" ? "" : StageName}`,
        ...uncapitalized(found, ["description", "autoDeploy", "stageVariables"]),
        deploymentId: found.DeploymentId ?? "",
        accessLogSettings: fromAws(found.AccessLogSettings),
        tagsAll: found.Tags ?? {},
      };
    },
    remove: (id, outputs) => call("DeleteStage", named(id, outputs)),
  });
}

/** What an API consists of: known by its own id and the API's. */
interface Part extends Pick<DescribedType, "properties" | "required" | "enums" | "defaults" | "inert" | "autoname"> {
  name: string;
  /** Beside the API. */
  replaces: string[];
  request(inputs: Properties): object;
  outputs(found: Properties): Properties;
}

const routeSettings = [
  "routeKey",
  "target",
  "authorizationType",
  "authorizerId",
  "authorizationScopes",
  "operationName",
];
const integrationSettings = [
  ...["integrationType", "integrationUri", "integrationMethod", "integrationSubtype", "payloadFormatVersion"],
  ...["connectionType", "connectionId", "credentialsArn", "description", "requestParameters"],
];
const authorizerSettings = [
  ...["authorizerType", "authorizerUri", "authorizerCredentialsArn", "authorizerPayloadFormatVersion"],
  ...["authorizerResultTtlInSeconds", "enableSimpleResponses", "name"],
];

const parts: Part[] = [
  {
    name: "Route",
    required: ["routeKey"],
    properties: [...routeSettings, "apiKeyRequired"],
    inert: ["modelSelectionExpression", "requestModels", "requestParameters", "routeResponseSelectionExpression"],
    enums: { authorizationType: ["NONE", "AWS_IAM", "CUSTOM", "JWT"] },
    defaults: { apiKeyRequired: false, authorizationType: "NONE" },
    replaces: [],
    request: (inputs) => capitalized(inputs, [...routeSettings, "apiKeyRequired"]),
    outputs: (found) => uncapitalized(found, [...routeSettings, "apiKeyRequired"]),
  },
  {
    name: "Integration",
    required: ["integrationType"],
    properties: [...integrationSettings, "timeoutMilliseconds"],
    inert: [
      ...["contentHandlingStrategy", "passthroughBehavior", "requestTemplates", "responseParameters"],
      ...["templateSelectionExpression", "tlsConfig"],
    ],
    enums: { integrationType: ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"] },
    defaults: { connectionType: "INTERNET", payloadFormatVersion: "1.0" },
    replaces: ["integrationSubtype", "integrationType"],
    request: (inputs) => ({
      ...capitalized(inputs, integrationSettings),
      TimeoutInMillis: inputs.timeoutMilliseconds,
    }),
    outputs: (found) => ({
      ...uncapitalized(found, integrationSettings),
      timeoutMilliseconds: found.TimeoutInMillis,
      integrationResponseSelectionExpression: "",
    }),
  },
  {
    name: "Authorizer",
    required: ["authorizerType"],
    properties: [...authorizerSettings, "identitySources", "jwtConfiguration"],
    enums: { authorizerType: ["JWT", "REQUEST"] },
    replaces: [],
    autoname: { property: "name", max: 128 },
    request: ({ identitySources, jwtConfiguration: jwt, ...inputs }) => ({
      ...capitalized(inputs, authorizerSettings),
      IdentitySource: identitySources,
      JwtConfiguration: toAws(jwt, { audiences: "Audience" }),
    }),
    outputs: (found) => ({
      ...uncapitalized(found, authorizerSettings),
      // Of answers of functions; tokens are checked each time.
      authorizerResultTtlInSeconds:
        found.AuthorizerResultTtlInSeconds ?? (found.AuthorizerType === "REQUEST" ? 300 : 0),
      identitySources: found.IdentitySource,
      jwtConfiguration: fromAws(found.JwtConfiguration, { audiences: "Audience" }),
    }),
  },
  {
    name: "Deployment",
    properties: ["description", "triggers"],
    replaces: ["triggers"],
    request: (inputs) => capitalized(inputs, ["description"]),
    outputs: (found) => uncapitalized(found, ["autoDeployed", "description"]),
  },
];

function partType(call: Call, { name, required = [], properties, replaces, request, outputs, ...facts }: Part) {
  const idMember = `${name}Id`;
  const named = (id: string, { apiId }: Properties) => {
    // `API/ID` is how one is imported.
    const [of, own] = apiId === undefined ? id.split("/") : [apiId, id];
    return { ApiId: of, [idMember]: own };
  };
  return described({
    ...facts,
    type: token(name),
    docs: docs(name),
    required: ["apiId", ...required],
    properties: ["apiId", ...properties],
    replaces: ["apiId", ...replaces],
    make: async (inputs) =>
      String((await call(`Create${name}`, { ApiId: inputs.apiId, ...request(inputs) }))[idMember]),
    async settle(id, before, after) {
      if (before.apiId !== undefined) await call(`Update${name}`, { ...named(id, after), ...request(after) });
    },
    async describe(id, given) {
      return { apiId: named(id, given).ApiId, ...outputs(await call(`Get${name}`, named(id, given))) };
    },
    remove: (id, made) => call(`Delete${name}`, named(id, made)),
  });
}
