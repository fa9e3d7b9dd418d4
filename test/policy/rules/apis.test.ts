import type { Resource } from "../../../policy/rule.ts";
import { rule } from "../support/rule.ts";

const stage: Resource = { type: "aws:apigateway/stage:Stage", name: "it", props: {} };
const executionLogs: Resource = { type: "aws:cloudwatch/logGroup:LogGroup", name: "it-execution-logs", props: {} };
const methodSettings: Resource = {
  type: "aws:apigateway/methodSettings:MethodSettings",
  name: "settings",
  props: {},
  sources: { stageName: [stage] },
};
const integration = { type: "aws_proxy" };
const securitySchemes = {
  iam: { type: "apiKey", in: "header", name: "Authorization", "x-amazon-apigateway-authtype": "awsSigv4" },
  key: { type: "apiKey", in: "header", name: "x-api-key" },
  guard: { type: "apiKey", in: "header", name: "x-token", "x-amazon-apigateway-authorizer": { type: "token" } },
  bearer: { type: "http", scheme: "bearer" },
};
const body = (paths: object, rest: object = {}) => ({
  props: { body: JSON.stringify({ paths, components: { securitySchemes }, ...rest }) },
});

describe("rules of APIs:", () => {
  const logged = { accessLogSettings: { destinationArn: "arn", format: "{}" } };
  rule("stage-is-logged", "apigateway/stage:Stage", { props: logged }, [
    ["no access log", { props: { ...logged, accessLogSettings: undefined } }, /^accessLogSettings is missing/],
    [
      "an access log of plain text",
      { props: { ...logged, accessLogSettings: { destinationArn: "arn", format: "$context.status" } } },
      /^accessLogSettings.format is not JSON/,
    ],
  ]);

  const whole = { props: {}, dependencies: [executionLogs], facts: { resources: [methodSettings] } };
  rule("stage-has-settings-and-execution-log", "apigateway/stage:Stage", whole, [
    ["a stage without settings", { ...whole, facts: { resources: [] } }, /^stageName: no MethodSettings/],
    ["an execution log that the gateway makes", { ...whole, dependencies: [] }, /^dependsOn: no log group/],
  ]);

  const settings = { loggingLevel: "ERROR", dataTraceEnabled: false, throttlingRateLimit: 1, throttlingBurstLimit: 1 };
  const said = (changed: object) => ({ props: { settings: { ...settings, ...changed } } });
  rule("methods-are-throttled-and-logged", "apigateway/methodSettings:MethodSettings", said({}), [
    ["no execution log", said({ loggingLevel: "OFF" }), /^settings.loggingLevel is off/],
    ["logged data", said({ dataTraceEnabled: true }), /^settings.dataTraceEnabled/],
    ["any rate", said({ throttlingRateLimit: undefined }), /^settings.throttlingRateLimit is missing/],
    ["any burst", said({ throttlingBurstLimit: -1 }), /^settings.throttlingBurstLimit is missing/],
  ]);

  const get = (operation: object) => ({ get: { "x-amazon-apigateway-integration": integration, ...operation } });
  rule(
    "routes-are-authorised",
    "apigateway/restApi:RestApi",
    {
      ...body({
        "/a": get({ security: [{ iam: [] }] }),
        "/b": get({ security: [] }),
        "/key": get({ security: [{ key: [] }] }),
        "/guard": get({ security: [{ guard: [] }] }),
        "/auth": get({ "x-amazon-apigateway-auth": { type: "AWS_IAM" } }),
        "/c": { options: { "x-amazon-apigateway-integration": { type: "mock" } } },
      }),
      facts: { publicRoutes: ["it GET /b"] },
    },
    [
      ["an open route that is not listed", body({ "/b": get({ security: [] }) }), /^body: GET \/b is open to anyone/],
      ["a route that says nothing", body({ "/b": get({}) }), /^body: GET \/b is open to anyone/],
      [
        "security at the root, which the gateway ignores",
        body({ "/b": get({}) }, { security: [{ iam: [] }] }),
        /^body: GET \/b is open to anyone/,
      ],
      [
        "a scheme that the gateway does not enforce",
        body({ "/b": get({ security: [{ bearer: [] }] }) }),
        /^body: GET \/b is open to anyone/,
      ],
      ["security that may be left out", body({ "/b": get({ security: [{}] }) }), /^body: GET \/b is open to anyone/],
      [
        "security of which one alternative asks for nothing",
        body({ "/b": get({ security: [{ iam: [] }, {}] }) }),
        /^body: GET \/b is open to anyone/,
      ],
      [
        "authorisation that is said to be none",
        body({ "/b": get({ security: [{ iam: [] }], "x-amazon-apigateway-auth": { type: "NONE" } }) }),
        /^body: GET \/b is open to anyone/,
      ],
      [
        "a route that is listed for another API",
        { ...body({ "/b": get({}) }), facts: { publicRoutes: ["other GET /b", "GET /b"] } },
        /config publicRoutes does not list "it GET \/b"$/,
      ],
      ["a document that nobody can read", { props: { body: "paths: {}" } }, /^body is not JSON/],
      [
        "any method of an open path",
        body({ "/b": { "x-amazon-apigateway-any-method": get({}).get } }),
        /^body: ANY \/b is open/,
      ],
    ],
  );

  const reads = (Resource: string | string[]) => ({
    props: { policy: JSON.stringify({ Statement: { Effect: "Deny", Action: "execute-api:Invoke", Resource } }) },
  });
  rule("api-policy-is-read-back", "apigateway/restApi:RestApi", reads("*"), [
    [
      "a resource that is read back in other words",
      reads(["execute-api:/Prod/GET/a"]),
      /^policy names execute-api:\/Prod\/GET\/a: every update would change it/,
    ],
  ]);
  rule("method-is-authorised", "apigateway/method:Method", { props: { authorization: "AWS_IAM" } }, [
    ["a method for everyone", { props: { authorization: "NONE" } }, /^authorization is NONE/],
  ]);
  rule(
    "method-is-authorised",
    "apigateway/method:Method",
    { props: { authorization: "NONE", apiKeyRequired: true } },
    [],
  );

  const post = (operation: object) => ({ "/a": { post: get(operation).get } });
  rule("bodies-have-models", "apigateway/restApi:RestApi", body(post({ requestBody: {} })), [
    ["a body of any form", body(post({})), /^body: POST \/a has no request model/],
  ]);
});
