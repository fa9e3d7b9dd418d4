import { RunError } from "@pulumi/pulumi";

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"] as const;
export type Method = (typeof methods)[number];

/** A route's key: `GET /iris/{id}`; a last part `{name+}` takes the rest of the path. */
export type RouteKey = `${Method} /${string}`;

export interface ParsedRoute {
  method: Method;
  path: string;
  /** Names of the path's parameters, in order. */
  parameters: string[];
}

/** @throws {RunError} naming the key and what is allowed. */
export function parseRoute(key: string): ParsedRoute {
  const [method, path, ...more] = key.split(" ");
  const refuse = (allowed: string) => new RunError(`route is "${key}"; allowed is ${allowed}`);
  if (!methods.includes(method as Method) || path === undefined || more.length > 0) {
    throw refuse(`METHOD /path, with METHOD one of ${methods.join(", ")}`);
  }
  const parts = path.split("/").slice(1);
  const valid =
    path === "/" || (path.startsWith("/") && parts.every((part) => /^([\w.~:-]+|\{[\w.-]+\+?\})$/.test(part)));
  if (!valid) throw refuse("a path of parts such as /iris/{id}, with letters, digits and ._~:-");
  const greedy = parts.findIndex((part) => part.endsWith("+}"));
  if (greedy >= 0 && greedy < parts.length - 1) throw refuse("{name+} as the last part only");
  const parameters = [...path.matchAll(/\{([\w.-]+)\+?\}/g)].map(([, name]) => name!);
  if (new Set(parameters).size < parameters.length) throw refuse("a name for each parameter of its own");
  return { method: method as Method, path, parameters };
}

/**
 * The route as a resource policy or a permission names it: parameters are `*`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */
export const routeResource = ({ method, path }: Pick<ParsedRoute, "method" | "path">): string =>
  `${method === "ANY" ? "*" : method}${path.replace(/\{[^{}]+\}/g, "*")}`;

/** A name for Pulumi and OpenAPI: `get-iris-id`. */
export const routeName = ({ method, path }: Pick<ParsedRoute, "method" | "path">): string =>
  [method.toLowerCase(), ...(path.match(/[A-Za-z0-9]+/g) ?? ["root"])].join("-");

/** Model names are letters and digits only. */
export const modelName = (route: Pick<ParsedRoute, "method" | "path">): string =>
  routeName(route).replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());

/**
 * Two parameters of different names at one place, of which API Gateway takes one: `/iris/{id}` and `/iris/{name}/stem`.
 * @returns the two parts, or undefined.
 */
export function clashingParameters(paths: string[]): [string, string] | undefined {
  const parameterBelow = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split("/").slice(1);
    for (const [index, part] of parts.entries()) {
      if (!part.startsWith("{")) continue;
      const above = parts.slice(0, index).join("/");
      const other = parameterBelow.get(above) ?? part;
      if (other !== part) return [`/${above}/${other}`, `/${above}/${part}`];
      parameterBelow.set(above, part);
    }
  }
  return undefined;
}

/** How many resources API Gateway makes of the paths: one for each node of their tree, the root included. */
export function countResources(paths: string[]): number {
  const nodes = new Set(["/"]);
  for (const path of paths) {
    const parts = path.split("/").slice(1).filter(Boolean);
    for (const [index] of parts.entries()) nodes.add(`/${parts.slice(0, index + 1).join("/")}`);
  }
  return nodes.size;
}
