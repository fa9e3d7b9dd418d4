import type { ServiceResources } from "../resourceType.ts";
import { restApi } from "./restApi.ts";
import { account, deployment, methodSettings, stage } from "./stages.ts";

/** REST APIs of API Gateway. */
export const apigateway: ServiceResources = (cloud) => ({
  types: [restApi, deployment, stage, methodSettings, account].map((type) => type(cloud)),
});
