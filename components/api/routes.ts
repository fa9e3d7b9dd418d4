import type { Output, Resource } from "@pulumi/pulumi";
import { CodeFunction, type CodeFunctionArgs } from "../codeFunction.ts";
import { longestFunctionName, shorten } from "../naming.ts";

import { type Cors, corsEnvironment } from "../openapi/cors.ts";
import { setShortName } from "../stackCode.ts";
import type { OperationArgs, RouteArgs, RouteTarget, SharedFunction } from "./args.ts";
import type { ContractRoute } from "./contract.ts";

/** A route with its function: what the rest of the component works on. */
export interface BoundRoute extends ContractRoute {
  handler: CodeFunction;
}

interface RouteFunctions {
  routes: ContractRoute[];
  cors: Cors | undefined;
  /** The API's, known only when the functions are there: for what comes after them. */
  url: Output<string>;
}

/** Makes the functions of routes that bring their own; a shared one is used as it is. */
export function createFunctions(name: string, { routes, cors, url }: RouteFunctions, parent: Resource): BoundRoute[] {
  const [only, ...others] = routes.map(({ label }) => functionName(name, label));
  if (only && others.length === 0) setShortName(only, name);
  const handlerOf = ({ label, path, args }: ContractRoute): CodeFunction => {
    if (isShared(args)) return args.function;
    const { deployment, ...settings } = codeAndSettings(args);
    const shifted = deployment && { deployment: { ...deployment, routeUrl: routeUrl(url, path) } };
    const environment = { ...corsEnvironment(cors), ...settings.environment };
    return new CodeFunction(functionName(name, label), { ...settings, environment, ...shifted }, { parent });
  };
  return routes.map((route) => ({ ...route, handler: handlerOf(route) }));
}

export const routeUrl = (url: Output<string>, path: string): Output<string> =>
  url.apply((text) => (path === "/" ? text : text + path));

/** Without what is the route's and not the function's. */
export function codeAndSettings(args: OperationArgs): CodeFunctionArgs {
  const { auth, throttling, operationId, requestModel, validated, ...rest } = args as RouteArgs;
  const { requiredParameters, optionalParameters, summary, responses, ...own } = rest;
  return own as CodeFunctionArgs;
}

export const isShared = (args: RouteTarget): args is SharedFunction =>
  "function" in args && args.function !== undefined;

export const functionName = (name: string, label: string): string => shorten(`${name}-${label}`, longestFunctionName);
