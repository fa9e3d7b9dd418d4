import type { ApiWithLambdasArgs } from "../apiWithLambdas.ts";
import { countResources, parseRoute, routeResource } from "../openapi/route.ts";
import { integerBetween, type Rule, validate } from "../validation.ts";
import type { Routes } from "./routes.ts";

/** Resources of one API; AWS raises it on request. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const resourcesPerApi = 300;
/** Bytes of a function's resource policy, which AWS does not raise. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const policyBytes = 20_480;
/** What one permission takes of it, without the route: statement id, principal, ARNs, condition. */
const permissionBytes = 420;

/**
 * Checks everything that AWS would refuse only during the deployment.
 * @returns the arguments of `super`.
 */
export function validateApi(name: string, args: ApiWithLambdasArgs): object {
  const routes = Object.keys(args.routes ?? {});
  const parsed = routes.map(parseRoute);
  const resources = countResources(parsed.map(({ path }) => path));
  const shared = largestShared(args.routes as Routes);
  const { definition = {} } = args;
  validate(`ApiWithLambdas "${name}"`, [
    { ok: routes.length > 0, field: "routes", value: routes, allowed: "at least one route" },
    {
      ok: resources <= resourcesPerApi,
      field: "routes",
      value: `${resources} resources`,
      allowed: `at most ${resourcesPerApi} (API Gateway's quota "Resources per API")`,
    },
    {
      ok: shared.bytes <= policyBytes,
      field: `routes["${shared.key}"].function`,
      value: `shared by ${shared.count} routes`,
      allowed: `as many as fit Lambda's quota of ${policyBytes} bytes for a function's policy (about ${Math.floor(policyBytes / permissionBytes)})`,
    },
    {
      ok: typeof definition.stageName !== "string" || /^\w{1,128}$/.test(definition.stageName),
      field: "definition.stageName",
      value: definition.stageName,
      allowed: "1 to 128 letters, digits and _",
    },
    integerBetween("definition.throttling.burst", definition.throttling?.burst, 0, 5_000),
    {
      ok: args.cors?.origin !== "*" || !args.cors.credentials,
      field: "cors.credentials",
      value: args.cors?.credentials,
      allowed: 'false with origin "*"',
    },
    ...routes.flatMap((key) => routeRules(key, (args.routes as Routes)[key as keyof Routes]!)),
  ]);
  return {};
}

function routeRules(key: string, route: Routes[keyof Routes]): Rule[] {
  const given = route as { function?: unknown; entry?: string; requestModel?: { $schema?: string } };
  const schema = given.requestModel?.$schema;
  return [
    {
      ok: (given.function === undefined) !== (given.entry === undefined),
      field: `routes["${key}"]`,
      value: given.function && given.entry ? "both function and entry" : "neither function nor entry",
      allowed: "one of them",
    },
    {
      ok: schema === undefined || schema.includes("draft-04"),
      field: `routes["${key}"].requestModel.$schema`,
      value: schema,
      allowed: "draft-04, API Gateway's only one",
    },
    ...(route.requiredParameters ?? []).map((parameter, index) => ({
      ok: /^(querystring|header)\.[^.\s]+$/.test(parameter),
      field: `routes["${key}"].requiredParameters[${index}]`,
      value: parameter,
      allowed: "querystring.NAME or header.NAME",
    })),
  ];
}

/** The shared function with the largest policy. */
function largestShared(routes: Routes): { key: string; count: number; bytes: number } {
  const byFunction = new Map<unknown, string[]>();
  for (const [key, route] of Object.entries(routes ?? {})) {
    const { function: shared } = route as { function?: unknown };
    if (shared) byFunction.set(shared, [...(byFunction.get(shared) ?? []), key]);
  }
  const sized = [...byFunction.values()].map((keys) => ({
    key: keys[0]!,
    count: keys.length,
    bytes: keys.reduce((sum, key) => sum + permissionBytes + routeResource(parseRoute(key)).length, 0),
  }));
  return sized.sort((a, b) => b.bytes - a.bytes)[0] ?? { key: "", count: 0, bytes: 0 };
}
