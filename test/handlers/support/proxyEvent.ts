import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";

// Powertools logs to standard output; in a test nobody reads it. Import this file before a handler.
process.env.POWERTOOLS_LOG_LEVEL ??= "SILENT";
process.env.POWERTOOLS_METRICS_DISABLED ??= "true";

/**
 * The event that API Gateway sends to a Lambda function by proxy integration, for `GET /whodis?…`.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-example-event
 */
export function proxyEvent(
  method: string,
  path: string,
  { resource = path, ...given }: Partial<APIGatewayProxyEvent> = {},
): APIGatewayProxyEvent {
  return {
    resource,
    path,
    httpMethod: method,
    headers: { Accept: "*/*", Host: "abcdefghij.execute-api.eu-west-1.amazonaws.com", "User-Agent": "curl/8.5.0" },
    multiValueHeaders: { Accept: ["*/*"] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      accountId: "123456789012",
      apiId: "abcdefghij",
      authorizer: null,
      extendedRequestId: "JKJaXmPLvHcESHA=",
      httpMethod: method,
      identity: identity("203.0.113.7"),
      path: `/Prod${path}`,
      protocol: "HTTP/1.1",
      requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
      requestTimeEpoch: 1_583_798_639_428,
      resourceId: "1234abcd",
      resourcePath: resource,
      stage: "Prod",
    },
    ...given,
  };
}

const identity = (sourceIp: string): APIGatewayProxyEvent["requestContext"]["identity"] => ({
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp,
  user: null,
  userAgent: "curl/8.5.0",
  userArn: null,
});

export const context = {
  functionName: "hello",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:hello:live",
  memoryLimitInMB: "256",
  awsRequestId: "8f507cfc-xmpl-4697-b07a-ac58fc914c95",
  logGroupName: "/aws/lambda/hello",
  logStreamName: "2026/01/01/[1]f1a2",
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 10_000,
} as Context;

/** What a caller gets, its body read: of an error that the handler throws, what API Gateway makes of it. */
export async function answer(
  // biome-ignore lint/suspicious/noExplicitAny: a handler's own event type.
  handler: (event: any, context: Context, callback: any) => unknown,
  event: APIGatewayProxyEvent,
): Promise<{ statusCode: number; headers: Record<string, unknown>; body: unknown }> {
  let result: APIGatewayProxyResult;
  try {
    result = (await handler(event, context, undefined)) as APIGatewayProxyResult;
  } catch {
    return { statusCode: 502, headers: {}, body: { message: "Internal server error" } };
  }
  // An answer without content has no JSON.
  const body = result.statusCode === 204 ? {} : JSON.parse(result.body);
  return { statusCode: result.statusCode, headers: result.headers ?? {}, body };
}
