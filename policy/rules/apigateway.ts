import { companionsOf, type Rule, unless } from "../rule.ts";
import { admitsAnyone, listOf, statementsOf } from "../statements.ts";

interface Operation {
  security?: Record<string, string[]>[];
  requestBody?: unknown;
  "x-request-body"?: "none";
  "x-amazon-apigateway-auth"?: { type?: string };
  "x-amazon-apigateway-integration"?: { type?: string };
}

interface Document {
  paths?: Record<string, Record<string, Operation>>;
  components?: { securitySchemes?: Record<string, Record<string, unknown>> };
}

const documentOf = (body: unknown): Document => (typeof body === "string" ? JSON.parse(body) : {});

/** Operations of an API's document as `GET /path`. A mock integration reveals nothing and changes nothing. */
function operationsOf({ paths = {} }: Document): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { "x-amazon-apigateway-integration": integration }]) => integration && integration.type !== "mock")
      .map(([method, operation]): [string, Operation] => [
        `${method === "x-amazon-apigateway-any-method" ? "ANY" : method.toUpperCase()} ${path}`,
        operation,
      ]),
  );
}

/**
 * Whether the gateway asks who calls. It ignores security at the document's root, and schemes that it does not know.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
 */
function isAuthorised({ components }: Document, operation: Operation): boolean {
  if (operation["x-amazon-apigateway-auth"]?.type?.toUpperCase() === "AWS_IAM") return true;
  const names = (operation.security ?? []).flatMap((requirement) => Object.keys(requirement));
  return names.some((name) => {
    const scheme = components?.securitySchemes?.[name] ?? {};
    return (
      scheme["x-amazon-apigateway-authorizer"] !== undefined ||
      String(scheme["x-amazon-apigateway-authtype"]).toLowerCase() === "awssigv4" ||
      (scheme.type === "apiKey" && scheme.in === "header" && String(scheme.name).toLowerCase() === "x-api-key")
    );
  });
}

export const apiGatewayRules: Rule[] = [
  {
    name: "stage-is-logged-and-traced",
    description: "A stage has an access log in JSON, and X-Ray unless paths are secret, which no log has then",
    ids: ["FSBP APIGateway.1", "N APIG1", "C73", "C76"],
    types: ["aws:apigateway/stage:Stage"],
    check: ({ props }) => [
      ...unless(Boolean(props.accessLogSettings?.destinationArn), "accessLogSettings is missing"),
      ...unless(isJson(props.accessLogSettings?.format), "accessLogSettings.format is not JSON"),
      ...unless(
        props.xrayTracingEnabled === true || !/\$context\.path\b/.test(props.accessLogSettings?.format),
        "xrayTracingEnabled is not true, although paths are logged",
      ),
    ],
  },
  {
    name: "stage-has-settings-and-execution-log",
    description:
      "A stage's throttling and logging are said, and its execution log is the stack's: there before the stage",
    ids: ["FSBP APIGateway.1", "C66"],
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
    ids: ["FSBP APIGateway.1", "N APIG6", "C276"],
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
    ids: ["FSBP APIGateway.8", "N APIG4", "C59"],
    types: ["aws:apigateway/restApi:RestApi"],
    check: ({ props }, { publicRoutes }) => {
      const document = documentOf(props.body);
      return operationsOf(document)
        .filter(([route, operation]) => !isAuthorised(document, operation) && !publicRoutes.includes(route))
        .map(([route]) => `body: ${route} is open to anyone and not in config publicRoutes`);
    },
  },
  {
    name: "api-policy-names-its-callers",
    description: "A resource policy admits nobody without a condition on who calls, and is read back as it is written",
    ids: ["own"],
    types: ["aws:apigateway/restApi:RestApi"],
    check: ({ props }) => [
      ...unless(!admitsAnyone(props.policy), "policy admits everyone"),
      // API Gateway writes the whole ARN in its place.
      ...statementsOf(props.policy)
        .flatMap(({ Resource, NotResource }) => [...listOf(Resource), ...listOf(NotResource)])
        .filter((resource) => resource.startsWith("execute-api:"))
        .map((resource) => `policy names ${resource}: every update would change it; * is this API`),
    ],
  },
  {
    name: "bodies-have-models",
    description: "A route that takes a body publishes what it must look like",
    ids: ["N APIG2", "CKV2_53"],
    types: ["aws:apigateway/restApi:RestApi"],
    check: ({ props }) =>
      operationsOf(documentOf(props.body))
        .filter(([route]) => /^(POST|PUT|PATCH) /.test(route))
        .filter(([, operation]) => !operation.requestBody && operation["x-request-body"] !== "none")
        .map(([route]) => `body: ${route} has no request model`),
  },
];

function isJson(text: unknown): boolean {
  try {
    return typeof JSON.parse(String(text)) === "object";
  } catch {
    return false;
  }
}
