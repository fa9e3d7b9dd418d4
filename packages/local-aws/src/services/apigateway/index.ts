/**
 * API Gateway, REST APIs (v1): the control plane under AWS's own API, and the data plane, which serves deployed stages
 * on a loopback port of its own.
 */

import type { Authorizer } from "../../authorization/authorizer.ts";
import type { Directory } from "../../authorization/directory.ts";
import type { Cloud, Service } from "../../service.ts";
import { Authorization } from "./execution/authorization/authorization.ts";
import type { CognitoIssuer } from "./execution/authorization/cognito.ts";
import { LogWriter } from "./execution/logWriter.ts";
import { Metrics } from "./execution/metrics.ts";
import { Pipeline } from "./execution/pipeline.ts";
import type { DataPlane } from "./execution/server.ts";
import { Throttle } from "./execution/throttle.ts";
import { Usage } from "./execution/usage.ts";
import { accountOperations } from "./operations/account.ts";
import { deploymentOperations } from "./operations/deployments.ts";
import { documentationOperations } from "./operations/documentation.ts";
import { domainOperations } from "./operations/domains.ts";
import { exportOperations } from "./operations/export.ts";
import { withAccess } from "./operations/handlers.ts";
import { methodOperations } from "./operations/methods.ts";
import { partOperations } from "./operations/parts.ts";
import { resourceOperations } from "./operations/resources.ts";
import { restApiOperations } from "./operations/restApis.ts";
import { stageOperations } from "./operations/stages.ts";
import { tagOperations } from "./operations/tags.ts";
import { testOperations } from "./operations/testInvoke.ts";
import { apiKeyOperations, usagePlanOperations } from "./operations/usagePlans.ts";
import { vpcLinkOperations } from "./operations/vpcLinks.ts";
import { Records } from "./records.ts";

export interface ApiGatewayOptions {
  /** Serves the deployed stages of every region. */
  plane: DataPlane;
  cognito: CognitoIssuer;
  /** Decides who may invoke a route: the account's own IAM. */
  authorizer: Authorizer;
  /** The keys that sign requests. */
  directory: Directory;
}

export function createApiGateway(cloud: Cloud, { plane, cognito, authorizer, directory }: ApiGatewayOptions): Service {
  const records = new Records(cloud);
  const throttle = new Throttle();
  const log = new LogWriter(cloud, records);
  const metrics = new Metrics(cloud);
  const authorization = new Authorization(cloud, authorizer, directory, cognito);
  const pipeline = new Pipeline(cloud, {
    authorization,
    usage: new Usage(records, throttle),
    throttle,
    log,
    metrics,
  });
  plane.add(records, cloud, pipeline);
  return {
    name: "apigateway",
    shapes: () => import("@aws-sdk/client-api-gateway"),
    operations: withAccess({
      ...restApiOperations(records),
      ...deploymentOperations(records),
      ...stageOperations(records, (apiId, stageName) => authorization.flush(apiId, stageName)),
      ...accountOperations(records, cloud),
      ...resourceOperations(records),
      ...methodOperations(records),
      ...partOperations(records),
      ...documentationOperations(records),
      ...vpcLinkOperations(records),
      ...apiKeyOperations(records),
      ...usagePlanOperations(records),
      ...domainOperations(records, cloud.region),
      ...exportOperations(records, cloud.region, (apiId) => `${plane.origin}/_aws/execute-api/${apiId}`),
      ...tagOperations(records),
      ...testOperations(records, cloud, pipeline),
    }),
    async stop() {
      await Promise.all([log.flush(), metrics.flush()]);
    },
  };
}
