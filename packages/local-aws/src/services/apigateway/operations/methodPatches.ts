/** PATCH on methods, integrations and their responses. */
import type { PatchOperation } from "@aws-sdk/client-api-gateway";
import { readIntegration } from "../definition/integration.ts";
import type { Integration, IntegrationResponse, Method, MethodResponse } from "../model.ts";
import { applyPatch, entry, member, type PatchRule, type PatchRules, property } from "../patch.ts";
import { notFound } from "../records.ts";
import { describeIntegration, describeMethod, describeResponse } from "./describe.ts";
import type { Handlers } from "./handlers.ts";
import { checkMethod, type Found } from "./method.ts";

/** A map of booleans, like request and response parameters. */
const booleanEntry =
  <T extends object>(name: keyof T & string): PatchRule<T> =>
  (target, { op, value, segments }) => {
    if (op !== "add" && !Object.hasOwn(target[name] ?? {}, segments[0] as string))
      throw notFound("Invalid parameter name specified");
    const map = { ...(target[name] as Record<string, boolean> | undefined) };
    if (op === "remove") delete map[segments[0] as string];
    else map[segments[0] as string] = value === "true";
    (target as Record<string, unknown>)[name] = map;
  };

const CONTENT_TYPE = "Content-Type specified was not found";

const methodRules: PatchRules<Method> = {
  "/authorizationType": property("authorizationType"),
  "/authorizerId": property("authorizerId"),
  "/authorizationScopes": member("authorizationScopes"),
  "/authorizationScopes/*": member("authorizationScopes"),
  "/apiKeyRequired": property("apiKeyRequired", "boolean"),
  "/requestValidatorId": (method, { op, value }) => {
    if (op === "remove" || value === "") delete method.requestValidatorId;
    else method.requestValidatorId = value!;
  },
  "/operationName": property("operationName"),
  "/requestParameters/*": booleanEntry("requestParameters"),
  "/requestModels/*": (method, patch) => {
    entry<Method>("requestModels")(method, patch);
    if (Object.keys(method.requestModels!).length === 0) delete method.requestModels;
  },
};

const integrationRules: PatchRules<Integration> = {
  "/httpMethod": property("httpMethod"),
  "/uri": property("uri"),
  "/credentials": property("credentials"),
  "/timeoutInMillis": property("timeoutInMillis", "number"),
  "/passthroughBehavior": property("passthroughBehavior"),
  "/contentHandling": property("contentHandling"),
  "/cacheNamespace": property("cacheNamespace"),
  "/cacheKeyParameters": member("cacheKeyParameters"),
  "/cacheKeyParameters/*": member("cacheKeyParameters"),
  "/connectionType": property("connectionType"),
  "/connectionId": property("connectionId"),
  "/tlsConfig/insecureSkipVerification": (integration, { value }) => {
    integration.tlsConfig = { insecureSkipVerification: value === "true" };
  },
  "/requestParameters/*": entry("requestParameters", "Invalid parameter name specified"),
  "/requestTemplates/*": entry("requestTemplates", CONTENT_TYPE),
};

const methodResponseRules: PatchRules<MethodResponse> = {
  "/responseModels/*": entry("responseModels", CONTENT_TYPE),
  "/responseParameters/*": booleanEntry("responseParameters"),
};

const integrationResponseRules: PatchRules<IntegrationResponse> = {
  "/selectionPattern": property("selectionPattern"),
  "/contentHandling": property("contentHandling"),
  "/responseParameters/*": entry("responseParameters", "Invalid parameter name specified"),
  "/responseTemplates/*": entry("responseTemplates", CONTENT_TYPE),
};

interface Input {
  restApiId: string;
  resourceId: string;
  httpMethod: string;
  statusCode?: string;
  patchOperations?: PatchOperation[];
}

export function updateOperations(find: (input: Input) => Found, save: <T>(found: Found, result: T) => T): Handlers {
  return {
    UpdateMethod(input: Input) {
      const found = find(input);
      applyPatch(found.method, input.patchOperations, methodRules);
      checkMethod(found.api.definition, found.method);
      return save(found, describeMethod(found.method));
    },

    UpdateIntegration(input: Input) {
      const found = find(input);
      const integration = applyPatch(found.integration(), input.patchOperations, integrationRules);
      // The result is validated as if it were put: the same rules apply.
      const { integrationResponses, ...given } = integration;
      const checked = readIntegration(given, `${input.httpMethod} of ${input.resourceId}`, integration.cacheNamespace);
      found.method.methodIntegration = { ...checked, integrationResponses };
      return save(found, describeIntegration(found.method.methodIntegration));
    },

    UpdateMethodResponse(input: Input) {
      const found = find(input);
      const response = found.method.methodResponses[input.statusCode!];
      if (!response) throw notFound("Invalid Response status code specified");
      return save(found, applyPatch(response, input.patchOperations, methodResponseRules));
    },

    UpdateIntegrationResponse(input: Input) {
      const found = find(input);
      const response = found.integration().integrationResponses[input.statusCode!];
      if (!response) throw notFound("Invalid Response status code specified");
      return save(found, describeResponse(applyPatch(response, input.patchOperations, integrationResponseRules)));
    },
  };
}
