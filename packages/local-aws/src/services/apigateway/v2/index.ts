/**
 * API Gateway, HTTP APIs (v2). They share their name, and so their signatures and permissions, with REST APIs; their paths begin with
 * `/v2/`. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
 */

import type { HttpSites } from "../../../http/site.ts";
import type { Cloud, Service } from "../../../service.ts";
import { apiOperations } from "./apis.ts";
import { HttpAuthorization, type HttpAuthorizationParts } from "./authorize.ts";
import { withAccess } from "./handlers.ts";
import { partOperations } from "./parts.ts";
import { HttpRecords } from "./records.ts";
import { API_PATH, HttpApiSite } from "./site.ts";
import { stageOperations } from "./stages.ts";

export function createHttpApis(cloud: Cloud, sites: HttpSites, parts: Omit<HttpAuthorizationParts, "cloud">): Service {
  const records = new HttpRecords(cloud);
  sites.addSite(new HttpApiSite(records, cloud, new HttpAuthorization({ cloud, ...parts })));
  return {
    name: "apigatewayv2",
    shapes: () => import("@aws-sdk/client-apigatewayv2"),
    operations: withAccess({
      ...apiOperations(records, (id) => `${sites.origin}${API_PATH}${id}`),
      ...partOperations(records),
      ...stageOperations(records),
    }),
  };
}
