import * as aws from "@pulumi/aws";
import { Declared } from "./declared.ts";

const integration = { type: "aws_proxy", httpMethod: "POST", uri: "arn:aws:apigateway:eu-west-1:lambda:path/a" };
const post = { responses: {}, "x-amazon-apigateway-integration": integration };
const bodyOf = (path: string, operation: object) =>
  JSON.stringify({ openapi: "3.0.1", info: { title: "broken", version: "1" }, paths: { [path]: { post: operation } } });
const iam = { "x-amazon-apigateway-auth": { type: "AWS_IAM" } };
const model = { requestBody: { content: { "application/json": {} } } };

new aws.apigateway.RestApi("routes-are-authorised", { body: bodyOf("/a", { ...post, ...model, security: [{}] }) });
new aws.apigateway.RestApi("bodies-have-models", { body: bodyOf("/a", { ...post, ...iam }) });
new aws.apigateway.RestApi("api-policy-is-read-back", {
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/Prod/GET/a" }],
  }),
});
new aws.apigateway.Method("method-is-authorised", {
  restApi: "a1b2c3",
  resourceId: "r",
  httpMethod: "GET",
  authorization: "NONE",
});

const secret = new aws.apigateway.RestApi("links", { body: bodyOf("/links/{id}", { ...post, ...model }) });
const stage = (name: string, args: Partial<aws.apigateway.StageArgs>) =>
  new aws.apigateway.Stage(name, { restApi: secret.id, deployment: "d", stageName: name, ...args });
const log = (format: object) => ({
  accessLogSettings: {
    destinationArn: "arn:aws:logs:eu-west-1:123456789012:log-group:a",
    format: JSON.stringify(format),
  },
});
stage("stage-is-logged", {});
stage("stage-has-settings-and-execution-log", log({}));
stage("stage-is-traced", { ...log({}), xrayTracingEnabled: true });
stage("access-log-keeps-no-paths", log({ path: "$context.path" }));
const flooded = stage("throttle-is-its-own", log({}));
new aws.apigateway.MethodSettings("methods-are-throttled-and-logged", {
  restApi: secret.id,
  stageName: flooded.stageName,
  methodPath: "*/*",
  settings: { loggingLevel: "OFF", throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 },
});

const http = new Declared("apigatewayv2/api:Api", "http-api-is-authorised", {
  protocolType: "HTTP",
  target: "arn:aws:lambda:eu-west-1:123456789012:function:a",
});
new Declared("apigatewayv2/route:Route", "http-routes-are-authorised", { apiId: http.urn, routeKey: "GET /a" });
new Declared("apigatewayv2/stage:Stage", "http-stage-is-logged", { apiId: http.urn });
new Declared("apigatewayv2/stage:Stage", "http-throttle-is-its-own", {
  apiId: http.urn,
  defaultRouteSettings: { throttlingRateLimit: 10_000, throttlingBurstLimit: 5_000 },
});
