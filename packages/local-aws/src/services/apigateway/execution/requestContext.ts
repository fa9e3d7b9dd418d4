import { clfTime } from "../../../http/time.ts";
import type { Exchange } from "./exchange.ts";

/**
 * `requestContext` of a Lambda proxy event, from which access logs and gateway responses take their variables too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function requestContext(exchange: Exchange): Record<string, unknown> {
  const { stage, method, request, principal } = exchange;
  const { stageName } = stage.stage;
  const domainName = exchange.domain?.name ?? stage.domainName;
  const dot = domainName.indexOf(".");
  const context: Record<string, unknown> = {
    resourceId: method.resource.id,
    resourcePath: method.resource.path,
    httpMethod: exchange.httpMethod,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: clfTime(exchange.startedAt),
    path: exchange.domain ? exchange.eventPath : `/${stageName}${exchange.path}`,
    accountId: stage.where.accountId,
    protocol: `HTTP/${request.httpVersion}`,
    stage: stageName,
    domainPrefix: domainName.slice(0, dot),
    requestTimeEpoch: exchange.startedAt,
    requestId: exchange.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: principal?.accountId ?? null,
      cognitoIdentityId: null,
      caller: principal?.userId ?? null,
      sourceIp: exchange.sourceIp,
      principalOrgId: null,
      accessKey: principal?.accessKeyId ?? null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: principal?.arn ?? null,
      userAgent: request.headers["user-agent"] ?? null,
      user: principal?.userId ?? null,
      // Only for a method that requires a key.
      ...(exchange.apiKey && { apiKey: exchange.apiKey.value, apiKeyId: exchange.apiKey.id }),
    },
    domainName,
    deploymentId: stage.deployment.id,
    apiId: stage.apiId,
  };
  if (method.method.operationName !== undefined) context.operationName = method.method.operationName;
  if (exchange.authorizer) context.authorizer = exchange.authorizer;
  return context;
}
