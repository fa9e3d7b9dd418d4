/** Parts of an API that methods refer to: authorizers, request validators, models, gateway responses, its policy. */
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { caller, listPatches, patches } from "./patches.ts";

export function authorizer(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const arn = (restApi: unknown, id: string) =>
    `arn:aws:apigateway:${cloud.region}::/restapis/${restApi}/authorizers/${id}`;
  return {
    type: "aws:apigateway/authorizer:Authorizer",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html",
    required: ["restApi"],
    properties: [
      ...[
        "restApi",
        "type",
        "authorizerUri",
        "authorizerCredentials",
        "identitySource",
        "identityValidationExpression",
      ],
      ...["authorizerResultTtlInSeconds", "providerArns"],
    ],
    enums: { type: ["TOKEN", "REQUEST", "COGNITO_USER_POOLS"] },
    defaults: {
      type: "TOKEN",
      identitySource: "method.request.header.Authorization",
      authorizerResultTtlInSeconds: 300,
    },
    autoname: { property: "name", max: 128 },
    replaces: ["restApi"],
    async create(inputs) {
      const { restApi: restApiId, providerArns, ...rest } = inputs;
      const { id } = await call<{ id: string }>("CreateAuthorizer", { restApiId, providerARNs: providerArns, ...rest });
      return { id, outputs: { ...inputs, arn: arn(restApiId, id) } };
    },
    async update(id, before, after) {
      const patchOperations = [
        ...patches(before, after, {
          name: "/name",
          type: "/type",
          authorizerUri: "/authorizerUri",
          authorizerCredentials: "/authorizerCredentials",
          identitySource: "/identitySource",
          identityValidationExpression: "/identityValidationExpression",
          authorizerResultTtlInSeconds: "/authorizerResultTtlInSeconds",
        }),
        ...listPatches(before.providerArns, after.providerArns, "/providerARNs"),
      ];
      await call("UpdateAuthorizer", { restApiId: after.restApi, authorizerId: id, patchOperations });
      return { id, outputs: { ...after, arn: arn(after.restApi, id) } };
    },
    delete: (id, { restApi }) => call("DeleteAuthorizer", { restApiId: restApi, authorizerId: id }),
  };
}

export function requestValidator(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  return {
    type: "aws:apigateway/requestValidator:RequestValidator",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_RequestValidator.html",
    required: ["restApi"],
    properties: ["restApi", "validateRequestBody", "validateRequestParameters"],
    autoname: { property: "name", max: 128 },
    replaces: ["restApi"],
    async create(inputs) {
      const { restApi: restApiId, ...rest } = inputs;
      const { id } = await call<{ id: string }>("CreateRequestValidator", { restApiId, ...rest });
      return { id, outputs: inputs };
    },
    async update(id, before, after) {
      const patchOperations = patches(before, after, {
        name: "/name",
        validateRequestBody: "/validateRequestBody",
        validateRequestParameters: "/validateRequestParameters",
      }).map((patch) => (patch.op === "remove" ? { ...patch, op: "replace", value: "false" } : patch));
      await call("UpdateRequestValidator", { restApiId: after.restApi, requestValidatorId: id, patchOperations });
      return { id, outputs: after };
    },
    delete: (id, { restApi }) => call("DeleteRequestValidator", { restApiId: restApi, requestValidatorId: id }),
  };
}

export function model(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  return {
    type: "aws:apigateway/model:Model",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Model.html",
    required: ["restApi", "contentType"],
    properties: ["restApi", "contentType", "description", "schema"],
    autoname: { property: "name", max: 255, pattern: /^[a-zA-Z0-9]+$/ },
    replaces: ["restApi", "name", "contentType"],
    deleteBeforeReplace: true,
    async create(inputs) {
      const { restApi: restApiId, ...rest } = inputs;
      const { id } = await call<{ id: string }>("CreateModel", { restApiId, ...rest });
      return { id, outputs: inputs };
    },
    async update(id, before, after) {
      const patchOperations = patches(before, after, { schema: "/schema", description: "/description" });
      await call("UpdateModel", { restApiId: after.restApi, modelName: after.name, patchOperations });
      return { id, outputs: after };
    },
    delete: (_id, { restApi, name }) => call("DeleteModel", { restApiId: restApi, modelName: name }),
  };
}

/** A gateway response (`aws.apigateway.Response`). */
export function response(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const put = async (inputs: Properties) => {
    await call("PutGatewayResponse", inputs);
    return { id: `aggr-${inputs.restApiId}-${inputs.responseType}`, outputs: inputs };
  };
  return {
    type: "aws:apigateway/response:Response",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html",
    required: ["restApiId", "responseType"],
    properties: ["restApiId", "responseType", "statusCode", "responseParameters", "responseTemplates"],
    replaces: ["restApiId", "responseType"],
    create: put,
    update: (_id, _before, after) => put(after),
    delete: (_id, { restApiId, responseType }) => call("DeleteGatewayResponse", { restApiId, responseType }),
  };
}

export function restApiPolicy(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const set = async ({ restApiId, policy }: Properties) => {
    const patchOperations = [{ op: "replace", path: "/policy", value: policy }];
    await call("UpdateRestApi", { restApiId, patchOperations });
    return { id: String(restApiId), outputs: { restApiId, policy } };
  };
  return {
    type: "aws:apigateway/restApiPolicy:RestApiPolicy",
    docs: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html",
    required: ["restApiId", "policy"],
    properties: ["restApiId", "policy"],
    replaces: ["restApiId"],
    create: set,
    update: (_id, _before, after) => set(after),
    delete: (_id, { restApiId }) =>
      call("UpdateRestApi", { restApiId, patchOperations: [{ op: "replace", path: "/policy", value: "" }] }),
  };
}

export function domainName(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const certificates = { certificateArn: "/certificateArn", regionalCertificateArn: "/regionalCertificateArn" };
  const made = (inputs: Properties, described: Properties) => ({
    id: String(inputs.domainName),
    outputs: {
      ...inputs,
      arn: `arn:aws:apigateway:${cloud.region}::/domainnames/${inputs.domainName}`,
      regionalDomainName: described.regionalDomainName,
      regionalZoneId: described.regionalHostedZoneId,
      domainNameId: "",
      cloudfrontDomainName: "",
      cloudfrontZoneId: "",
    },
  });
  return {
    type: "aws:apigateway/domainName:DomainName",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html",
    required: ["domainName"],
    properties: ["domainName", "certificateArn", "regionalCertificateArn", "endpointConfiguration", "securityPolicy"],
    inert: ["ownershipVerificationCertificateArn", "routingMode", "endpointAccessMode"],
    replaces: ["domainName"],
    taggable: true,
    async create(inputs) {
      const { types } = (inputs.endpointConfiguration ?? {}) as { types?: string };
      const described = await call("CreateDomainName", {
        ...inputs,
        endpointConfiguration: types && { types: [types] },
        tags: inputs.tagsAll,
      });
      return made(inputs, described);
    },
    async update(_id, before, after) {
      const patchOperations = patches(before, after, { ...certificates, securityPolicy: "/securityPolicy" });
      return made(after, await call("UpdateDomainName", { domainName: after.domainName, patchOperations }));
    },
    delete: (id) => call("DeleteDomainName", { domainName: id }),
  };
}

export function basePathMapping(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const made = (inputs: Properties) => ({ id: `${inputs.domainName}/${inputs.basePath ?? ""}`, outputs: inputs });
  return {
    type: "aws:apigateway/basePathMapping:BasePathMapping",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_BasePathMapping.html",
    required: ["domainName", "restApi"],
    properties: ["domainName", "restApi", "stageName", "basePath"],
    inert: ["domainNameId"],
    replaces: ["domainName", "basePath"],
    deleteBeforeReplace: true,
    async create(inputs) {
      const { domainName: name, restApi, stageName, basePath } = inputs;
      await call("CreateBasePathMapping", { domainName: name, restApiId: restApi, stage: stageName, basePath });
      return made(inputs);
    },
    async update(_id, before, after) {
      const patchOperations = patches(before, after, { restApi: "/restapiId", stageName: "/stage" });
      const { domainName: name, basePath = "(none)" } = after;
      await call("UpdateBasePathMapping", { domainName: name, basePath, patchOperations });
      return made(after);
    },
    delete: (_id, { domainName: name, basePath = "(none)" }) =>
      call("DeleteBasePathMapping", { domainName: name, basePath }),
  };
}
