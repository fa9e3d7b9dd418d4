import { parsed } from "../json.ts";
import { documentOf, isAuthorised, operationsOf, publicRoute } from "../openapi.ts";
import { companionsOf, type Resource, type Rule, unless } from "../rule.ts";
import { listOf, statementsOf } from "../statements.ts";

const restApis = ["aws:apigateway/restApi:RestApi", "aws:apigateway/restApiPut:RestApiPut"];

/**
 * Routes of an API's document that anyone may call, and that the configuration does not list.
 * @param http whether it is an HTTP API, which enforces less.
 */
export function openRoutes(api: Resource, publicRoutes: readonly string[], http = false): string[] {
  const { body } = api.props;
  if (body !== undefined && parsed(body) === undefined) return ["body is not JSON, which alone can be looked into"];
  const document = documentOf(body);
  return operationsOf(document)
    .filter(([, operation]) => !isAuthorised(document, operation, { http }))
    .map(([route]) => [route, publicRoute(api, route)] as const)
    .filter(([, listed]) => !publicRoutes.includes(listed))
    .map(([route, listed]) => `body: ${route} is open to anyone, and config publicRoutes does not list "${listed}"`);
}

export const apiGatewayRules: Rule[] = [
  {
    name: "stage-is-logged",
    description: "A stage has an access log in JSON",
    ids: ["AwsSolutions-APIG1", "Serverless-APIGWStructuredLogging", "CKV_AWS_76"],
    types: ["aws:apigateway/stage:Stage"],
    check: ({ props }) => [
      ...unless(Boolean(props.accessLogSettings?.destinationArn), "accessLogSettings is missing"),
      ...unless(isObject(props.accessLogSettings?.format), "accessLogSettings.format is not JSON"),
    ],
  },
  {
    name: "stage-has-settings-and-execution-log",
    description:
      "A stage's throttling and logging are set, and its execution log is the stack's: there before the stage",
    ids: ["APIGateway.1", "AwsSolutions-APIG6"],
    types: ["aws:apigateway/stage:Stage"],
    scope: "stack",
    check: (stage, facts) => [
      ...unless(
        companionsOf(stage, facts, "aws:apigateway/methodSettings:MethodSettings", "stageName").length > 0,
        "stageName: no MethodSettings throttle the stage",
      ),
      ...unless(
        (stage.dependencies ?? []).some(
          ({ type, name }) => type === "aws:cloudwatch/logGroup:LogGroup" && /execution/.test(name),
        ),
        "dependsOn: no log group API-Gateway-Execution-Logs_<id>/<stage> comes before the stage",
      ),
    ],
  },
  {
    name: "methods-are-throttled-and-logged",
    description: "A stage throttles and writes an execution log, without the data",
    ids: ["APIGateway.1", "AwsSolutions-APIG6", "Serverless-APIGWDefaultThrottling", "CKV_AWS_276"],
    types: ["aws:apigateway/methodSettings:MethodSettings"],
    check: ({ props: { settings = {} } }) => [
      ...unless(["ERROR", "INFO"].includes(settings.loggingLevel), "settings.loggingLevel is off"),
      ...unless(settings.dataTraceEnabled === false, "settings.dataTraceEnabled is not false"),
      ...unless(settings.throttlingRateLimit > 0, "settings.throttlingRateLimit is missing"),
      ...unless(settings.throttlingBurstLimit > 0, "settings.throttlingBurstLimit is missing"),
    ],
  },
  {
    name: "routes-are-authorised",
    description: "A route knows its callers, or the stack's configuration lists it as public",
    ids: ["AwsSolutions-APIG4", "CKV_AWS_59"],
    types: restApis,
    check: (api, { publicRoutes }) => openRoutes(api, publicRoutes),
  },
  {
    name: "method-is-authorised",
    description:
      "A method outside an API's body knows its callers: open routes belong into the body, where they are listed",
    ids: ["AwsSolutions-APIG4", "CKV_AWS_59"],
    types: ["aws:apigateway/method:Method"],
    check: ({ props }) =>
      unless(
        (props.authorization ?? "NONE") !== "NONE" || props.apiKeyRequired === true,
        "authorization is NONE: anyone may call it",
      ),
  },
  {
    name: "api-policy-is-read-back",
    description: "A resource policy of an API is read back as it is written",
    ids: ["own"],
    types: ["aws:apigateway/restApi:RestApi"],
    // API Gateway writes the whole ARN in its place.
    check: ({ props }) =>
      statementsOf(props.policy)
        .flatMap(({ Resource, NotResource }) => [...listOf(Resource), ...listOf(NotResource)])
        .filter((resource) => resource.startsWith("execute-api:"))
        .map((resource) => `policy names ${resource}: every update would change it; * is this API`),
  },
  {
    name: "bodies-have-models",
    description: "A route that takes a body publishes what it must look like",
    ids: ["AwsSolutions-APIG2", "CKV2_AWS_53"],
    types: restApis,
    check: ({ props }) =>
      operationsOf(documentOf(props.body))
        .filter(([route]) => /^(POST|PUT|PATCH) /.test(route))
        .filter(([, operation]) => !operation.requestBody && operation["x-request-body"] !== "none")
        .map(([route]) => `body: ${route} has no request model`),
  },
];

const isObject = (text: unknown): boolean => typeof text === "string" && typeof parsed(text) === "object";
