import type { ServiceResources } from "../resourceType.ts";
import { invokes } from "./invokes.ts";
import { integration, integrationResponse, method, methodResponse, resource } from "./methods.ts";
import { authorizer, basePathMapping, domainName, model, requestValidator, response, restApiPolicy } from "./parts.ts";
import { restApi } from "./restApi.ts";
import { account, deployment, methodSettings, stage } from "./stages.ts";
import { apiKey, usagePlan, usagePlanKey } from "./usagePlans.ts";

/** REST APIs of API Gateway. */
export const apigateway: ServiceResources = (cloud) => ({
  types: [
    ...[restApi, deployment, stage, methodSettings, account],
    ...[authorizer, requestValidator, model, response, restApiPolicy, domainName, basePathMapping],
    ...[resource, method, integration, methodResponse, integrationResponse],
    ...[apiKey, usagePlan, usagePlanKey],
  ].map((type) => type(cloud)),
  invokes: invokes(cloud),
});
