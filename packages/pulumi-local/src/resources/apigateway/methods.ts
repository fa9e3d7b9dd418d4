/** An API piece by piece: resources, methods, integrations, and the responses of both. */
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { caller, listPatches, mapPatches, patches } from "./patches.ts";

const place = ({ restApi, resourceId, httpMethod }: Properties) => ({ restApiId: restApi, resourceId, httpMethod });
const idOf = (prefix: string, { restApi, resourceId, httpMethod, statusCode }: Properties) =>
  [prefix, restApi, resourceId, httpMethod, ...(statusCode === undefined ? [] : [statusCode])].join("-");

export function resource(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  return {
    type: "aws:apigateway/resource:Resource",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html",
    required: ["restApi", "parentId", "pathPart"],
    properties: ["restApi", "parentId", "pathPart"],
    replaces: ["restApi"],
    async create(inputs) {
      const { restApi: restApiId, parentId, pathPart } = inputs;
      const { id, path } = await call<{ id: string; path: string }>("CreateResource", {
        restApiId,
        parentId,
        pathPart,
      });
      return { id, outputs: { ...inputs, path } };
    },
    async update(id, before, after) {
      const patchOperations = patches(before, after, { parentId: "/parentId", pathPart: "/pathPart" });
      const { path } = await call("UpdateResource", { restApiId: after.restApi, resourceId: id, patchOperations });
      return { id, outputs: { ...after, path } };
    },
    delete: (id, { restApi }) => call("DeleteResource", { restApiId: restApi, resourceId: id }),
  };
}

export function method(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  return {
    type: "aws:apigateway/method:Method",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html",
    required: ["restApi", "resourceId", "httpMethod", "authorization"],
    properties: [
      ...["restApi", "resourceId", "httpMethod", "authorization", "authorizerId", "authorizationScopes"],
      ...["apiKeyRequired", "operationName", "requestModels", "requestParameters", "requestValidatorId"],
    ],
    enums: { authorization: ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"] },
    replaces: ["restApi", "resourceId", "httpMethod"],
    deleteBeforeReplace: true,
    async create(inputs) {
      const { authorization: authorizationType, restApi: _, ...rest } = inputs;
      await call("PutMethod", { ...rest, ...place(inputs), authorizationType });
      return { id: idOf("agm", inputs), outputs: inputs };
    },
    async update(id, before, after) {
      const patchOperations = [
        ...patches(before, after, {
          authorization: "/authorizationType",
          authorizerId: "/authorizerId",
          apiKeyRequired: "/apiKeyRequired",
          operationName: "/operationName",
          requestValidatorId: "/requestValidatorId",
        }),
        ...listPatches(before.authorizationScopes, after.authorizationScopes, "/authorizationScopes"),
        ...mapPatches(before.requestModels, after.requestModels, "/requestModels"),
        ...mapPatches(before.requestParameters, after.requestParameters, "/requestParameters"),
      ];
      await call("UpdateMethod", { ...place(after), patchOperations });
      return { id, outputs: after };
    },
    delete: (_id, outputs) => call("DeleteMethod", place(outputs)),
  };
}

export function integration(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const put = async (inputs: Properties) => {
    const { restApi: _, timeoutMilliseconds: timeoutInMillis, ...rest } = inputs;
    await call("PutIntegration", { ...rest, ...place(inputs), timeoutInMillis });
    return { id: idOf("agi", inputs), outputs: inputs };
  };
  return {
    type: "aws:apigateway/integration:Integration",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html",
    required: ["restApi", "resourceId", "httpMethod", "type"],
    properties: [
      ...["restApi", "resourceId", "httpMethod", "type", "uri", "integrationHttpMethod", "credentials"],
      ...["requestTemplates", "requestParameters", "passthroughBehavior", "timeoutMilliseconds", "contentHandling"],
      ...["connectionType", "connectionId", "tlsConfig"],
    ],
    inert: ["cacheKeyParameters", "cacheNamespace"],
    enums: {
      type: ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"],
      passthroughBehavior: ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"],
    },
    replaces: ["restApi", "resourceId", "httpMethod"],
    deleteBeforeReplace: true,
    create: put,
    // Putting an integration again keeps its responses.
    update: (_id, _before, after) => put(after),
    delete: (_id, outputs) => call("DeleteIntegration", place(outputs)),
  };
}

export function methodResponse(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const at = (inputs: Properties) => ({ ...place(inputs), statusCode: inputs.statusCode });
  return {
    type: "aws:apigateway/methodResponse:MethodResponse",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html",
    required: ["restApi", "resourceId", "httpMethod", "statusCode"],
    properties: ["restApi", "resourceId", "httpMethod", "statusCode", "responseModels", "responseParameters"],
    replaces: ["restApi", "resourceId", "httpMethod", "statusCode"],
    deleteBeforeReplace: true,
    async create(inputs) {
      const { responseModels, responseParameters } = inputs;
      await call("PutMethodResponse", { ...at(inputs), responseModels, responseParameters });
      return { id: idOf("agmr", inputs), outputs: inputs };
    },
    async update(id, before, after) {
      const patchOperations = [
        ...mapPatches(before.responseModels, after.responseModels, "/responseModels"),
        ...mapPatches(before.responseParameters, after.responseParameters, "/responseParameters"),
      ];
      await call("UpdateMethodResponse", { ...at(after), patchOperations });
      return { id, outputs: after };
    },
    delete: (_id, outputs) => call("DeleteMethodResponse", at(outputs)),
  };
}

export function integrationResponse(cloud: Cloud): ResourceType {
  const call = caller(cloud);
  const put = async (inputs: Properties) => {
    const { restApi: _, ...rest } = inputs;
    await call("PutIntegrationResponse", { ...rest, ...place(inputs) });
    return { id: idOf("agir", inputs), outputs: inputs };
  };
  return {
    type: "aws:apigateway/integrationResponse:IntegrationResponse",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html",
    required: ["restApi", "resourceId", "httpMethod", "statusCode"],
    properties: [
      ...["restApi", "resourceId", "httpMethod", "statusCode", "selectionPattern"],
      ...["responseParameters", "responseTemplates", "contentHandling"],
    ],
    replaces: ["restApi", "resourceId", "httpMethod", "statusCode"],
    deleteBeforeReplace: true,
    create: put,
    update: (_id, _before, after) => put(after),
    delete: (_id, outputs) => call("DeleteIntegrationResponse", { ...place(outputs), statusCode: outputs.statusCode }),
  };
}
