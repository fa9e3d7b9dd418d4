import type { Input, Output, Resource } from "@pulumi/pulumi";
import { longestFunctionName, shorten } from "../naming.ts";
import { NodeFunction, type NodeFunctionArgs } from "../nodeFunction.ts";
import type { Cors } from "../openapi/cors.ts";
import { corsEnvironment } from "../openapi/cors.ts";
import type { JsonSchema } from "../openapi/jsonSchema.ts";
import type { ContractRoute } from "./contract.ts";
import type { Throttling } from "./throttling.ts";

/** Who may call a route. */
export type ApiAuth =
  /** Anyone. The stack's configuration lists such routes in `publicRoutes`, each after its API's name. */
  | "none"
  /** Callers whose AWS identity is granted `execute-api:Invoke`. */
  | "iam"
  /** Callers with an API key of the API's usage plan, in header `x-api-key`. */
  | "apiKey"
  /** Users of Cognito user pools, by token in header `Authorization`. */
  | { cognito: CognitoAuth }
  /** Callers that a function admits, by a token in a header. */
  | { lambda: LambdaAuth };

export interface CognitoAuth {
  userPoolArns: Input<string>[];
  /**
   * Scopes, of which the token must have one.
   * @default []: an identity token is enough
   */
  scopes?: string[];
}

export interface LambdaAuth {
  /** Is given the token, and answers with a policy. */
  authorizer: NodeFunction;
  /** @default "Authorization" */
  identityHeader?: string;
  /**
   * Seconds that an answer is kept, 0 to 3,600.
   * @default 300
   */
  cacheSeconds?: number;
}

/** A function of the route's own, from a file or inline; or one that it shares. */
export type RouteTarget = NodeFunctionArgs | SharedFunction;

export type SharedFunction = { function: NodeFunction } & { [Key in keyof NodeFunctionArgs]?: never };

/** What answers an operation of an own document, and who may call it. */
export type OperationArgs = RouteTarget & {
  /**
   * Who may call it.
   * @default "iam"; with a document of one's own: what its `security` says
   */
  auth?: ApiAuth;
  /**
   * Requests that it answers.
   * @default what the API's `definition.throttling` says
   * @example { rate: 5, burst: 10 }
   */
  throttling?: Throttling;
};

/** A route: what answers it, who may call it, and what a request must look like. */
export type RouteArgs = OperationArgs & {
  /**
   * Its name in the OpenAPI document.
   * @default made of method and path: `get-iris-id`
   */
  operationId?: string;
  /**
   * JSON Schema (draft 4) that a body must satisfy; or `none`, where a POST, PUT or PATCH takes no body.
   * @default none is published: any body
   * @example { type: "object", required: ["name"], properties: { name: { type: "string" } } }
   */
  requestModel?: JsonSchema | "none";
  /**
   * Whether the gateway itself answers 400 to a request that breaks the model or lacks a parameter; its message does not
   * name what is wrong. With false the function does.
   * @default true
   */
  validated?: boolean;
  /**
   * What a request must carry; the gateway answers 400 otherwise.
   * @default []
   * @example ["querystring.page", "header.x-tenant"]
   */
  requiredParameters?: `${"querystring" | "header"}.${string}`[];
};

/** A route with its function: what the rest of the component works on. */
export interface BoundRoute extends ContractRoute {
  handler: NodeFunction;
}

/**
 * Makes the functions of routes that bring their own; a shared one is used as it is.
 * @param url the API's, known only when the functions are there: for what comes after them.
 */
export function createFunctions(
  name: string,
  routes: ContractRoute[],
  cors: Cors | undefined,
  url: Output<string>,
  parent: Resource,
): BoundRoute[] {
  return routes.map((route) => ({ ...route, handler: functionOf(name, route, cors, url, parent) }));
}

function functionOf(
  name: string,
  { label, path, args }: ContractRoute,
  cors: Cors | undefined,
  url: Output<string>,
  parent: Resource,
) {
  if (isShared(args)) return args.function;
  const environment = { ...corsEnvironment(cors), ...args.environment };
  const settings = { ...codeAndSettings(args), environment };
  return new NodeFunction(functionName(name, label), settings, { parent }, args.deployment && routeUrl(url, path));
}

export const routeUrl = (url: Output<string>, path: string): Output<string> =>
  url.apply((text) => (path === "/" ? text : text + path));

/** Without what is the route's and not the function's. */
export function codeAndSettings(args: OperationArgs): NodeFunctionArgs {
  const { auth, throttling, operationId, requestModel, validated, requiredParameters, ...own } = args as RouteArgs;
  return own as NodeFunctionArgs;
}

export const isShared = (args: RouteTarget): args is SharedFunction =>
  "function" in args && args.function !== undefined;

export const functionName = (name: string, label: string): string => shorten(`${name}-${label}`, longestFunctionName);
