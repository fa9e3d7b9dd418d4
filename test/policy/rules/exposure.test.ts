import type { Resource } from "../../../policy/rule.ts";
import { rule } from "../support/rule.ts";

const integration = { "x-amazon-apigateway-integration": { type: "aws_proxy" } };
const iam = { "x-amazon-apigateway-auth": { type: "AWS_IAM" } };

/** A stage of an API with one route. */
const stage = (route: string, props: object, operation: object = {}) => {
  const [method, path] = route.split(" ") as [string, string];
  const body = JSON.stringify({ paths: { [path]: { [method.toLowerCase()]: { ...integration, ...operation } } } });
  return { props, sources: { restApi: [{ type: "aws:apigateway/restApi:RestApi", name: "api", props: { body } }] } };
};

describe("rules of what an API shows and takes:", () => {
  const traced = { xrayTracingEnabled: true };
  rule("stage-is-traced", "apigateway/stage:Stage", stage("GET /pets/{id}", traced), [
    ["no traces", stage("GET /pets/{id}", { xrayTracingEnabled: false }), /^xrayTracingEnabled is not true/],
    ["no traces of what nobody knows", { props: {} }, /^xrayTracingEnabled is not true/],
    [
      "traces of a link that decides",
      stage("POST /approvals/{id}", traced),
      /keep the path of POST \/approvals\/\{id\}/,
    ],
  ]);
  rule("stage-is-traced", "apigateway/stage:Stage", stage("POST /approvals/{id}", {}), []);
  rule("stage-is-traced", "apigateway/stage:Stage", stage("POST /pets/{id}", traced, iam), []);

  const logs = (path: string) => ({ accessLogSettings: { format: JSON.stringify({ path }) } });
  rule(
    "access-log-keeps-no-paths",
    "apigateway/stage:Stage",
    stage("GET /approvals/{id}", logs("$context.resourcePath")),
    [
      [
        "links in the log",
        stage("GET /approvals/{id}", logs("$context.path")),
        /^accessLogSettings.format has \$context.path, with what GET \/approvals\/\{id\} is asked for/,
      ],
    ],
  );
  rule("access-log-keeps-no-paths", "apigateway/stage:Stage", stage("GET /pets/{id}", logs("$context.path"), iam), []);
  rule("access-log-keeps-no-paths", "apigateway/stage:Stage", stage("GET /pets", logs("$context.path")), []);

  const settings = (methodPath: string, rate?: number, burst?: number): Resource => ({
    type: "aws:apigateway/methodSettings:MethodSettings",
    name: methodPath,
    props: { methodPath, settings: { throttlingRateLimit: rate, throttlingBurstLimit: burst } },
    sources: { stageName: [{ type: "aws:apigateway/stage:Stage", name: "it", props: {} }] },
  });
  const limited = (resources: Resource[], operation: object = {}) => ({
    ...stage("GET /pets/{id}", {}, operation),
    facts: { resources },
  });
  rule("throttle-is-its-own", "apigateway/stage:Stage", limited([settings("*/*", 200, 100)]), [
    [
      "the account's quota",
      limited([settings("*/*", 10_000, 5_000)], iam),
      /^settings of \*\/\*: throttlingRateLimit is 10000; at most 1000/,
    ],
    ["no limit of bursts", limited([settings("*/*", 100)], iam), /throttlingBurstLimit is not set; at most 500/],
    ["no limit, said so", limited([settings("*/*", 100, -1)], iam), /throttlingBurstLimit is -1; at most 500/],
    [
      "a public route with what an API may take",
      limited([settings("*/*", 1000, 100)]),
      /^settings of GET \/pets\/\{id\}: throttlingRateLimit is 1000; at most 200/,
    ],
    [
      "a public route with more than the others",
      limited([settings("*/*", 100, 100), settings("~1pets~1{id}/GET", 900, 100)]),
      /^settings of GET \/pets\/\{id\}: throttlingRateLimit is 900/,
    ],
    ["a public route without settings", limited([]), /^settings of GET \/pets\/\{id\}: throttlingRateLimit is not set/],
  ]);
  const own = [settings("*/*", 1000, 500), settings("pets/{id}/GET", 50, 100)];
  rule("throttle-is-its-own", "apigateway/stage:Stage", limited(own), []);
});
