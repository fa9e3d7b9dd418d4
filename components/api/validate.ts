import { codeFunctionRules, permissionBytes } from "../codeFunction.ts";
import { schemaError } from "../openapi/jsonSchema.ts";
import { clashingParameters, countResources } from "../openapi/route.ts";
import { integerBetween, matches, type Rule } from "../validation.ts";
import type { ApiAuth, ApiSettings, RouteArgs } from "./args.ts";
import type { ContractRoute } from "./contract.ts";
import { customDomainRules } from "./customDomain.ts";
import { largestPolicy, policyBytes } from "./permissions.ts";
import { codeAndSettings, functionName, isShared } from "./routes.ts";
import { stageRules } from "./stage.ts";
import { throttlingRules } from "./throttling.ts";
import { usagePlanRules } from "./usagePlan.ts";

/** Resources of one API; AWS raises it on request. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const resourcesPerApi = 300;

/** Those of {@link ApiAuth} that are a word. */
const auths: readonly string[] = ["none", "iam", "apiKey"] satisfies ApiAuth[];

/** What can be wrong with an API's arguments and the routes that they describe: all that AWS would refuse too late. */
export function apiRules(name: string, args: ApiSettings, routes: ContractRoute[]): Rule[] {
  return [
    ...pathRules(routes),
    ...quotaRules(routes),
    ...routes.flatMap((route) => routeRules(name, route)),
    ...stageRules(args.definition ?? {}),
    ...customDomainRules(args.domain),
    ...usagePlanRules(args.usagePlan),
    {
      ok: !args.usagePlan || routes.some(({ args: { auth } }) => auth === "apiKey"),
      field: "usagePlan",
      value: args.usagePlan,
      allowed: 'nothing, without a route whose auth is "apiKey"',
    },
    matches(
      "cors.origin",
      args.cors?.origin,
      /^(\*|https?:\/\/[^/\s']+)$/,
      "* or an origin such as https://example.org",
    ),
    {
      ok: args.cors?.origin !== "*" || !args.cors.credentials,
      field: "cors.credentials",
      value: args.cors?.credentials,
      allowed: 'false with origin "*"',
    },
  ];
}

function pathRules(routes: ContractRoute[]): Rule[] {
  const clash = clashingParameters(routes.map(({ path }) => path));
  const labels = Map.groupBy(routes, ({ label }) => label);
  const [one, other] = [...labels.values()].find((same) => same.length > 1) ?? [];
  return [
    { ok: routes.length > 0, field: "routes", value: routes, allowed: "at least one route" },
    {
      ok: !clash,
      field: "routes",
      value: clash,
      allowed: "one parameter at one place: API Gateway takes no sibling of another name",
    },
    {
      ok: !one,
      field: `routes["${one?.key}"]`,
      value: other?.key,
      allowed: "a route whose letters and digits differ from the other's: resources are named by them",
    },
  ];
}

function quotaRules(routes: ContractRoute[]): Rule[] {
  const resources = countResources(routes.map(({ path }) => path));
  const policy = largestPolicy(routes);
  return [
    {
      ok: resources <= resourcesPerApi,
      field: "routes",
      value: `${resources} resources`,
      allowed: `at most ${resourcesPerApi} (API Gateway's quota "Resources per API")`,
    },
    {
      ok: policy.bytes <= policyBytes,
      field: `routes["${policy.key}"].function`,
      value: `shared by ${policy.count} routes`,
      allowed: `as many as fit Lambda's quota of ${policyBytes} bytes for a function's policy (about ${Math.floor(policyBytes / permissionBytes)})`,
    },
  ];
}

function routeRules(name: string, { key, label, args }: ContractRoute): Rule[] {
  const at = `routes["${key}"]`;
  const { requestModel, requiredParameters = [], optionalParameters = {}, responses = {} } = args as RouteArgs;
  const models = Object.entries(responses).flatMap(([status, { model }]) => (model ? [{ status, ...model }] : []));
  const { auth } = args;
  const invalid = typeof requestModel === "object" ? schemaError(requestModel) : undefined;
  return [
    ...(isShared(args)
      ? [
          {
            ok: args.entry === undefined && args.callback === undefined,
            field: at,
            value: "both a function and code",
            allowed: "one of function, entry and callback",
          },
        ]
      : codeFunctionRules(functionName(name, label), codeAndSettings(args), `${at}.`)),
    {
      ok: !invalid,
      field: `${at}.requestModel`,
      value: invalid,
      allowed: "a JSON Schema of draft-04, API Gateway's only one",
    },
    {
      // A program runs before anything has checked its types.
      ok: typeof auth !== "string" || auths.includes(auth),
      field: `${at}.auth`,
      value: auth,
      allowed: `one of ${auths.join(", ")}, { cognito }, { lambda }`,
    },
    ...throttlingRules(`${at}.throttling`, args.throttling),
    ...requiredParameters.map((parameter, index) => parameterRule(`${at}.requiredParameters[${index}]`, parameter)),
    ...Object.keys(optionalParameters).map((parameter) => parameterRule(`${at}.optionalParameters`, parameter)),
    ...models.flatMap(({ status, name: model, schema }) => [
      matches(`${at}.responses[${status}].model.name`, model, /^[A-Za-z0-9]+$/, "letters and digits"),
      {
        ok: !schemaError(schema),
        field: `${at}.responses[${status}].model.schema`,
        value: schemaError(schema),
        allowed: "a JSON Schema of draft-04, API Gateway's only one",
      },
    ]),
    ...(typeof auth === "object" && "lambda" in auth
      ? [integerBetween(`${at}.auth.lambda.cacheSeconds`, auth.lambda.cacheSeconds, 0, 3_600)]
      : []),
    ...(typeof auth === "object" && "cognito" in auth
      ? [
          {
            ok: auth.cognito.userPoolArns.length > 0,
            field: `${at}.auth.cognito.userPoolArns`,
            value: auth.cognito.userPoolArns,
            allowed: "at least one user pool",
          },
        ]
      : []),
  ];
}

const parameterRule = (field: string, value: string): Rule =>
  matches(field, value, /^(querystring|header)\.[^.\s]+$/, "querystring.NAME or header.NAME");
