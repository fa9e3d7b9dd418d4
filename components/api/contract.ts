import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { root } from "../function/cache.ts";
import { describeRoutes, type OpenApiDocument } from "../openapi/document.ts";
import { operationsOf, readDocument, unenforcedScheme } from "../openapi/ownDocument.ts";
import { type ParsedRoute, parseRoute, routeName } from "../openapi/route.ts";
import type { ApiWithLambdasArgs, OperationArgs, RouteArgs } from "./args.ts";

/** What callers see of the API, and what is to answer each route. */
interface Contract {
  document: OpenApiDocument;
  routes: ContractRoute[];
}

export interface ContractRoute extends ParsedRoute {
  /** As the program calls it: `GET /whodis`, or the operation's id in a custom document. */
  key: string;
  /** The route as part of resources' names: `get-whodis`. */
  label: string;
  args: OperationArgs;
  /** Whether a custom document says who may call it. */
  secured: boolean;
  /** Whether anyone may call it. */
  open: boolean;
}

/**
 * The contract that the arguments describe: their routes, or a custom document with functions bound to its operations.
 * @throws {RunError} for a route or an operation that API Gateway would not take.
 */
export function contractOf<Key extends string>(name: string, args: ApiWithLambdasArgs<Key>): Contract {
  if (args.openApi !== undefined) return contractOfDocument(args.openApi, args.operations);
  const entries = Object.entries<RouteArgs>(args.routes ?? {});
  const routes = entries.map(([key, route]) => {
    const parsed = parseRoute(key);
    return { ...parsed, key, label: routeName(parsed), args: route, secured: false, open: route.auth === "none" };
  });
  const described = routes.map((route, index) => ({ ...route, ...contractSettings(entries[index]![1]) }));
  const info = { title: name, version: "1", ...(args.description && { description: args.description }) };
  return { document: describeRoutes(info, described), routes };
}

const contractSettings = (args: RouteArgs) => {
  const { operationId, requestModel, validated, requiredParameters, optionalParameters, summary, responses } = args;
  return {
    ...(operationId && { operationId }),
    ...(requestModel && { requestModel }),
    ...(validated !== undefined && { validated }),
    ...(requiredParameters && { requiredParameters }),
    ...(optionalParameters && { optionalParameters }),
    ...(summary && { summary }),
    ...(responses && { responses }),
  };
};

function contractOfDocument(path: string, bound: Record<string, OperationArgs>): Contract {
  const document = readDocument(join(root, path));
  const operations = operationsOf(document);
  const ids = operations.map(({ operationId }) => operationId);
  const refuse = (field: string, allowed: string) =>
    new RunError(`openApi ${path}: operations.${field}; allowed is ${allowed}`);
  const unknown = Object.keys(bound).find((id) => !ids.includes(id));
  if (unknown) throw refuse(`${unknown} is not in the document`, `one of ${ids.join(", ")}`);
  const unbound = ids.find((id) => !(id in bound));
  if (unbound) throw refuse(`${unbound} is not given`, "a function for each operation of the document");
  const decided = new Set(ids.filter((id) => bound[id]?.auth !== undefined));
  const open = unenforcedScheme(document, decided);
  if (open) {
    throw new RunError(
      `openApi ${path}: security of ${open.operation} is "${open.scheme}", which API Gateway does not enforce; allowed is a scheme with x-amazon-apigateway-authorizer, awsSigv4 or the header x-api-key, or "auth" of the operation`,
    );
  }
  const routes = operations.map(({ operationId, operation, ...parsed }) => ({
    ...parsed,
    key: operationId,
    label: operationId.replace(/\W+/g, "-"),
    args: bound[operationId]!,
    secured: operation.security !== undefined,
    open: admitsAnyone(bound[operationId]!.auth, operation.security),
  }));
  return { document, routes };
}

/** What the arguments say of who may call goes before what the document does; `[]` and an alternative `{}` are: anyone. */
const admitsAnyone = (auth: OperationArgs["auth"], security: object[] | undefined): boolean =>
  auth === undefined
    ? security !== undefined && (security.length === 0 || security.some((all) => Object.keys(all).length === 0))
    : auth === "none";
