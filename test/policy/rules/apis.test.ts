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
  const logged = {
    accessLogSettings: { destinationArn: "arn", format: '{"path":"$context.path"}' },
    xrayTracingEnabled: true,
  };
  rule("stage-is-logged-and-traced", "apigateway/stage:Stage", { props: logged }, [
    ["no access log", { props: { ...logged, accessLogSettings: undefined } }, /^accessLogSettings is missing/],
    [
      "an access log of plain text",
      { props: { ...logged, accessLogSettings: { destinationArn: "arn", format: "$context.status" } } },
      /^accessLogSettings.format is not JSON/,
    ],
    ["no traces", { props: { ...logged, xrayTracingEnabled: false } }, /^xrayTracingEnabled/],
  ]);

  const unpathed = { destinationArn: "arn", format: '{"route":"$context.resourcePath"}' };
  const secret = { props: { accessLogSettings: unpathed, xrayTracingEnabled: false } };
  rule("stage-is-logged-and-traced", "apigateway/stage:Stage", secret, []);

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
      facts: { publicRoutes: ["GET /b"] },
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
        "any method of an open path",
        body({ "/b": { "x-amazon-apigateway-any-method": get({}).get } }),
        /^body: ANY \/b is open/,
      ],
    ],
  );

  const admits = (more: object, Principal: unknown = "*") => ({
    props: {
      policy: JSON.stringify({
        Statement: { Effect: "Allow", Principal, Action: "execute-api:Invoke", Resource: "*", ...more },
      }),
    },
  });
  const caller = "arn:aws:iam::123456789012:role/caller";
  const when = (operator: string, key: string, value: unknown) =>
    admits({ Condition: { [operator]: { [key]: value } } });
  rule(
    "api-policy-names-its-callers",
    "apigateway/restApi:RestApi",
    when("ArnEquals", "aws:PrincipalArn", [caller, `${caller}-too`]),
    [
      ["an API for everyone", admits({}), /^policy admits everyone/],
      ["an API for every account", admits({}, { AWS: "*" }), /^policy admits everyone/],
      ["everyone but one role", when("StringNotEquals", "aws:PrincipalArn", caller), /^policy admits everyone/],
      ["callers without an ARN", when("StringEqualsIfExists", "aws:PrincipalArn", caller), /^policy admits everyone/],
      [
        "a role of that name in any account",
        when("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/caller"),
        /^policy admits everyone/,
      ],
      [
        "any role besides the one",
        when("ArnLike", "aws:PrincipalArn", [caller, "arn:aws:iam::123456789012:role/*"]),
        /^policy admits everyone/,
      ],
      ["every address", when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), /^policy admits everyone/],
      ["whoever uses TLS", when("Bool", "aws:SecureTransport", "true"), /^policy admits everyone/],
      [
        "a resource that is read back in other words",
        admits({ Effect: "Deny", Resource: ["execute-api:/Prod/GET/a"] }),
        /^policy names execute-api:\/Prod\/GET\/a: every update would change it/,
      ],
    ],
  );
  for (const [operator, key, value] of [
    ["StringEquals", "aws:PrincipalAccount", "123456789012"],
    ["StringEquals", "aws:PrincipalOrgID", "o-a1b2c3"],
    ["ArnLike", "aws:SourceArn", "arn:aws:s3:::drop"],
    ["IpAddress", "aws:SourceIp", ["192.0.2.0/24", "2001:db8::/32"]],
    ["StringEquals", "aws:SourceVpce", "vpce-1a2b"],
  ] as const) {
    rule("api-policy-names-its-callers", "apigateway/restApi:RestApi", when(operator, key, value), []);
  }

  const post = (operation: object) => ({ "/a": { post: get(operation).get } });
  rule("bodies-have-models", "apigateway/restApi:RestApi", body(post({ requestBody: {} })), [
    ["a body of any form", body(post({})), /^body: POST \/a has no request model/],
  ]);
});
