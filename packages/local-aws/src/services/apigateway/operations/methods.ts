import type { PutMethodRequest } from "@aws-sdk/client-api-gateway";
import { methodOf, resourceOf } from "../definition/definition.ts";
import { readIntegration, readIntegrationResponse } from "../definition/integration.ts";
import type { AuthorizationType, Method } from "../model.ts";
import { badRequest, conflict, notFound, type Records } from "../records.ts";
import { describeIntegration, describeMethod, describeResponse } from "./describe.ts";
import type { Handlers } from "./handlers.ts";
import { checkMethod, type Found } from "./method.ts";
import { updateOperations } from "./methodPatches.ts";

const METHODS = new Set(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "ANY"]);

interface Named {
  restApiId: string | undefined;
  resourceId: string | undefined;
  httpMethod: string | undefined;
}

/** Methods of resources, their integrations, and the responses of both. */
export function methodOperations(records: Records): Handlers {
  const apiOf = (restApiId: string | undefined) => records.apiOf(restApiId!, "Invalid Resource identifier specified");
  const find = ({ restApiId, resourceId, httpMethod }: Named): Found => {
    const api = apiOf(restApiId);
    const method = methodOf(api.definition, resourceId!, httpMethod!);
    return {
      api,
      method,
      integration() {
        if (!method.methodIntegration) throw notFound("Invalid Integration identifier specified");
        return method.methodIntegration;
      },
    };
  };
  const save = <T>({ api }: Found, result: T): T => {
    records.apis.put(api.id, api);
    return result;
  };

  return {
    PutMethod(input) {
      const api = apiOf(input.restApiId);
      const resource = resourceOf(api.definition, input.resourceId);
      const httpMethod = input.httpMethod.toUpperCase();
      if (!METHODS.has(httpMethod))
        throw badRequest("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY");
      if (resource.resourceMethods[httpMethod]) throw conflict("Method already exists for this resource");
      const method = readMethod(input, httpMethod);
      checkMethod(api.definition, method);
      resource.resourceMethods[httpMethod] = method;
      records.apis.put(api.id, api);
      return describeMethod(method);
    },

    GetMethod: (input) => describeMethod(find(input).method),

    DeleteMethod(input) {
      const found = find(input);
      delete found.api.definition.resources[input.resourceId]!.resourceMethods[input.httpMethod];
      return save(found, {});
    },

    PutMethodResponse(input) {
      const found = find(input);
      const { statusCode, responseModels, responseParameters } = input;
      if (found.method.methodResponses[statusCode!]) throw conflict("Response already exists for this resource");
      const response = {
        statusCode: statusCode!,
        ...(responseModels && { responseModels }),
        ...(responseParameters && { responseParameters }),
      };
      found.method.methodResponses[statusCode!] = response;
      return save(found, response);
    },

    GetMethodResponse(input) {
      const response = find(input).method.methodResponses[input.statusCode];
      if (!response) throw notFound("Invalid Response status code specified");
      return response;
    },

    DeleteMethodResponse(input) {
      const found = find(input);
      if (!found.method.methodResponses[input.statusCode]) throw notFound("Invalid Response status code specified");
      delete found.method.methodResponses[input.statusCode];
      return save(found, {});
    },

    PutIntegration(input) {
      const found = find(input);
      const { restApiId: _, resourceId, httpMethod, integrationHttpMethod, ...given } = input;
      const old = found.method.methodIntegration?.integrationResponses;
      const integration = readIntegration(
        { ...(given as object), ...(integrationHttpMethod && { httpMethod: integrationHttpMethod }) },
        `${httpMethod} ${found.api.definition.resources[resourceId!]!.path}`,
        resourceId!,
      );
      found.method.methodIntegration = { ...integration, ...(old && { integrationResponses: old }) };
      return save(found, describeIntegration(found.method.methodIntegration));
    },

    GetIntegration: (input) => describeIntegration(find(input).integration()),

    DeleteIntegration(input) {
      const found = find(input);
      found.integration();
      delete found.method.methodIntegration;
      return save(found, {});
    },

    PutIntegrationResponse(input) {
      const found = find(input);
      const response = readIntegrationResponse(input as object, input.selectionPattern);
      found.integration().integrationResponses[response.statusCode] = response;
      return save(found, describeResponse(response));
    },

    GetIntegrationResponse(input) {
      const response = find(input).integration().integrationResponses[input.statusCode];
      if (!response) throw notFound("Invalid Response status code specified");
      return describeResponse(response);
    },

    DeleteIntegrationResponse(input) {
      const found = find(input);
      if (!found.integration().integrationResponses[input.statusCode])
        throw notFound("Invalid Response status code specified");
      delete found.integration().integrationResponses[input.statusCode];
      return save(found, {});
    },

    ...updateOperations(find, save),
  };
}

function readMethod(input: PutMethodRequest, httpMethod: string): Method {
  const method: Method = {
    httpMethod,
    authorizationType: (input.authorizationType ?? "").toUpperCase() as AuthorizationType,
    apiKeyRequired: input.apiKeyRequired ?? false,
    methodResponses: {},
  };
  const optional = [
    "authorizerId",
    "authorizationScopes",
    "operationName",
    "requestParameters",
    "requestModels",
    "requestValidatorId",
  ] as const;
  for (const name of optional) if (input[name] !== undefined) Object.assign(method, { [name]: input[name] });
  return method;
}
