import type { RestApi } from "@pulumi/aws/apigateway";
import { Permission } from "@pulumi/aws/lambda";
import { type Input, interpolate, type Output, type Resource } from "@pulumi/pulumi";
import { shorten } from "../naming.ts";
import type { NodeFunction } from "../nodeFunction.ts";
import { routeName, routeResource } from "../openapi/route.ts";
import type { ContractRoute } from "./contract.ts";
import { type BoundRoute, isShared } from "./routes.ts";

/** Bytes of a function's resource policy, which AWS does not raise. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const policyBytes = 20_480;
/** What one permission takes of it, without the route: statement id, principal, ARNs, condition. */
export const permissionBytes = 420;

/** Bytes of the shared functions' policies that APIs of this program take already. */
const taken = new WeakMap<NodeFunction, number>();

interface Grant<Route> {
  route: Route;
  label: string;
  /** `GET/iris/*` */
  resource: string;
}

/**
 * What the gateway is to be granted: a permission for each route. A function that serves all methods of a path, several
 * of them, gets one for the path: it says the same, and a policy has room for so many more routes.
 */
export function grantsOf<Route extends ContractRoute>(routes: Route[]): Grant<Route>[] {
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

const sharedOf = ({ args }: ContractRoute): NodeFunction | undefined => (isShared(args) ? args.function : undefined);

/** The shared function whose policy would be the largest, other APIs' permissions included. */
export function largestPolicy(routes: ContractRoute[]): { key: string; count: number; bytes: number } {
  const shared = grantsOf(routes).filter(({ route }) => isShared(route.args));
  const sizes = [...Map.groupBy(shared, ({ route }) => sharedOf(route)!)].map(([handler, grants]) => ({
    key: grants[0]!.route.key,
    count: routes.filter((route) => sharedOf(route) === handler).length,
    bytes: (taken.get(handler) ?? 0) + bytesOf(grants),
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
  routes: BoundRoute[],
  restApi: RestApi,
  stageName: Input<string>,
  parent: Resource,
): Permission[] {
  const ofRoutes = grantsOf(routes).map((grant) => {
    const { handler } = grant.route;
    taken.set(handler, (taken.get(handler) ?? 0) + bytesOf([grant]));
    const sourceArn = interpolate`${restApi.executionArn}/${stageName}/${grant.resource}`;
    return permit(`${name}-${grant.label}`, handler, sourceArn, parent);
  });
  const authorizers = new Set(
    routes.flatMap(({ args: { auth } }) =>
      typeof auth === "object" && "lambda" in auth ? auth.lambda.authorizer : [],
    ),
  );
  const ofAuthorizers = [...authorizers].map((authorizer, index) =>
    // The id of an authorizer that the import makes is nowhere to be read.
    permit(`${name}-authorizer-${index}`, authorizer, interpolate`${restApi.executionArn}/authorizers/*`, parent),
  );
  return [...ofRoutes, ...ofAuthorizers];
}

function permit(name: string, handler: NodeFunction, sourceArn: Output<string>, parent: Resource): Permission {
  return new Permission(
    // A statement's id, made of the name, has at most 100 characters.
    shorten(`${name}-permission`, 90),
    {
      action: "lambda:InvokeFunction",
      function: handler.function.name,
      qualifier: handler.alias.name,
      principal: "apigateway.amazonaws.com",
      sourceArn,
    },
    { parent },
  );
}
