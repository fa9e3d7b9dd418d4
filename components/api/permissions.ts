import type { RestApi } from "@pulumi/aws/apigateway";
import type { Permission } from "@pulumi/aws/lambda";
import { type Input, interpolate, type Output, type Resource } from "@pulumi/pulumi";
import { type CodeFunction, permissionBytes } from "../codeFunction.ts";
import { shorten } from "../naming.ts";
import { routeName, routeResource } from "../openapi/route.ts";
import type { ContractRoute } from "./contract.ts";
import { type BoundRoute, isShared } from "./routes.ts";

/** Bytes of a function's resource policy, which AWS does not raise. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const policyBytes = 20_480;

interface Grant<Route> {
  route: Route;
  label: string;
  /** `GET/iris/*` */
  resource: string;
}

/**
 * What the gateway is to be granted: a permission for each route. A function that serves all methods of a path, several
 * of them, gets one for the path: it grants the same, and leaves a policy room for more routes.
 */
function grantsOf<Route extends ContractRoute>(routes: Route[]): Grant<Route>[] {
  const paths = Map.groupBy(routes, ({ path }) => path);
  return [...paths.values()].flatMap((ofPath) => {
    const [first] = ofPath;
    if (first && ofPath.length > 1 && ofPath.every(({ args }) => isShared(args) && sharedOf(first) === args.function)) {
      const route = { ...first, method: "ANY" as const };
      return [{ route, label: routeName(route), resource: routeResource(route) }];
    }
    return ofPath.map((route) => ({ route, label: route.label, resource: routeResource(route) }));
  });
}

const sharedOf = ({ args }: ContractRoute): CodeFunction | undefined => (isShared(args) ? args.function : undefined);

/** The shared function whose policy would be the largest, other APIs' permissions included. */
export function largestPolicy(routes: ContractRoute[]): { key: string; count: number; bytes: number } {
  const shared = grantsOf(routes).filter(({ route }) => isShared(route.args));
  const sizes = [...Map.groupBy(shared, ({ route }) => sharedOf(route)!)].map(([handler, grants]) => ({
    key: grants[0]!.route.key,
    count: routes.filter((route) => sharedOf(route) === handler).length,
    bytes: handler.policyBytes + bytesOf(grants),
  }));
  return sizes.sort((a, b) => b.bytes - a.bytes)[0] ?? { key: "", count: 0, bytes: 0 };
}

const bytesOf = (grants: { resource: string }[]): number =>
  grants.reduce((sum, { resource }) => sum + permissionBytes + resource.length, 0);

/**
 * Lets this API, in this stage and on exactly its routes, invoke their functions; and its authorizers theirs.
 * @returns what a stage waits for: a route that is live may call its function.
 */
export function createPermissions(
  name: string,
  { routes, restApi, stageName }: { routes: BoundRoute[]; restApi: RestApi; stageName: Input<string> },
  parent: Resource,
): Permission[] {
  const permit = (label: string, handler: CodeFunction, sourceArn: Output<string>, sourceBytes = 0) =>
    handler.allowInvoke(
      // A statement's id, made of the name, has at most 100 characters.
      shorten(`${name}-${label}-permission`, 90),
      { principal: "apigateway.amazonaws.com", sourceArn, sourceBytes },
      parent,
    );
  const ofRoutes = grantsOf(routes).map(({ route, label, resource }) =>
    permit(label, route.handler, interpolate`${restApi.executionArn}/${stageName}/${resource}`, resource.length),
  );
  const authorizers = new Set(
    routes.flatMap(({ args: { auth } }) =>
      typeof auth === "object" && "lambda" in auth ? auth.lambda.authorizer : [],
    ),
  );
  const ofAuthorizers = [...authorizers].map((authorizer, index) =>
    // The id of an authorizer that the import makes is nowhere to be read.
    permit(`authorizer-${index}`, authorizer, interpolate`${restApi.executionArn}/authorizers/*`),
  );
  return [...ofRoutes, ...ofAuthorizers];
}
